// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import io.ipcq.IpcException;
import org.jspecify.annotations.Nullable;

/**
 * An element could not be encoded or decoded. The message names the type, the field and sizes, never the content, so it
 * may be logged. The content of an element that could not be decoded is in {@link #bytes()}.
 *
 * <p>Thread-safe: immutable, except for the array. Process-safe: serializable. After a failed encode nothing has
 * changed. After a failed decode the element's bytes are here and nowhere else, unless the queue keeps dead letters.
 */
public final class CodecException extends IpcException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String path;
    private final byte @Nullable [] bytes;

    /** An element could not be encoded; the path is null if the whole element is meant. */
    public CodecException(String message, @Nullable String path, @Nullable Throwable cause) {
        this(message, path, null, cause);
    }

    /** An element could not be decoded; the array is kept, not copied. */
    public CodecException(String message, @Nullable String path, byte @Nullable [] bytes, @Nullable Throwable cause) {
        super(message, cause);
        this.path = path;
        this.bytes = bytes;
    }

    /**
     * The field, such as {@code Order.lines[2].price}; null if the whole element is meant. Keys of maps show as
     * {@code [*]}.
     */
    public @Nullable String path() {
        return path;
    }

    /** The bytes that could not be decoded; null if encoding failed. */
    public byte @Nullable [] bytes() {
        return bytes;
    }
}
