// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Elements that another process has encoded, as their bytes; and how such bytes are written in JSON. */
public record EncodedElements(String id) implements Codec<byte[]> {

    private static final String UTF8 = "utf8";
    private static final String JSON = "json:";

    @Override
    public byte[] encode(byte[] value) {
        return value;
    }

    @Override
    public byte[] decode(byte[] bytes) {
        return bytes;
    }

    /** Text as text, JSON as itself, everything else in base64. */
    public static @Nullable Object toWire(String codecId, byte[] encoded) {
        return toWire(codecId, encoded, JsonReader.UNMETERED);
    }

    public static @Nullable Object toWire(String codecId, byte[] encoded, JsonReader.Meter meter) {
        if (codecId.equals(UTF8)) {
            return new String(encoded, StandardCharsets.UTF_8);
        }
        return codecId.startsWith(JSON)
                ? Json.parse(encoded, meter)
                : Base64.getEncoder().encodeToString(encoded);
    }

    public static byte[] fromWire(String codecId, @Nullable Object wire) {
        if (codecId.startsWith(JSON)) {
            return Json.write(wire);
        }
        if (!(wire instanceof String text)) {
            throw new RpcException(Protocol.INVALID_PARAMS, "an element has to be a string: codec=" + codecId);
        }
        try {
            return codecId.equals(UTF8)
                    ? text.getBytes(StandardCharsets.UTF_8)
                    : Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new RpcException(Protocol.INVALID_PARAMS, "an element has to be base64: codec=" + codecId);
        }
    }

    /**
     * What a value becomes in JSON; null stays null.
     *
     * @throws CodecException if it cannot be encoded, or is beyond what a manager takes
     */
    public static <T> @Nullable Object wire(Codec<T> codec, @Nullable T value) {
        try {
            return value == null ? null : toWire(codec.id(), codec.encode(value));
        } catch (RpcException e) {
            throw new CodecException("a manager does not take the value: " + e.text(), null, (Throwable) null);
        }
    }

    public static <T> @Nullable T value(Codec<T> codec, @Nullable Object wire) {
        return wire == null ? null : decode(codec, fromWire(codec.id(), wire));
    }

    /**
     * Decodes an element. Any exception of the codec becomes a {@link CodecException}.
     *
     * @throws CodecException with the bytes
     */
    private static <T> T decode(Codec<T> codec, byte[] bytes) {
        T value;
        try {
            value = codec.decode(bytes);
        } catch (CodecException e) {
            throw e.bytes() != null ? e : undecodable("the codec refused the element: " + e.getMessage(), bytes, e);
        } catch (RuntimeException e) {
            throw undecodable("the codec failed with " + e.getClass().getName(), bytes, e);
        }
        if (value == null) {
            throw undecodable("the codec decoded the element to null", bytes, null);
        }
        return value;
    }

    /** The failure of an element at which the codec has failed twice, both times with an {@code Error}. */
    public static CodecException failedTwice(Codec<?> codec, Object wire, Throwable cause) {
        String what = "the codec failed twice, with " + cause.getClass().getName();
        return undecodable(what, fromWire(codec.id(), wire), cause);
    }

    private static CodecException undecodable(String what, byte[] bytes, @Nullable Throwable cause) {
        String path = cause instanceof CodecException refusal ? refusal.path() : null;
        return new CodecException(what + ": bytes=" + bytes.length, path, bytes, cause);
    }
}
