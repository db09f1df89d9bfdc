// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Decodes what stands in a journal; whatever goes wrong with it is a {@link CodecException} that has the bytes. */
record JournalDecoder<E>(Codec<E> codec, Path directory) {

    /** Decodes an element if its bytes are what was put. */
    E decode(long number, JournalDocument.Payload payload) {
        byte[] bytes = payload.bytes();
        if (!payload.isIntact(bytes)) {
            throw undecodable("the element's bytes do not match their checksum", number, bytes, null);
        }
        E element;
        try {
            element = codec.decode(bytes);
        } catch (CodecException e) {
            throw e;
        } catch (RuntimeException e) {
            // a codec's mistake must not cost an element
            throw undecodable("the codec failed with " + e.getClass().getName(), number, payload.bytes(), e);
        }
        if (element == null) {
            throw undecodable("the codec decoded the element to null", number, payload.bytes(), null);
        }
        return element;
    }

    private CodecException undecodable(String what, long number, byte[] bytes, @Nullable RuntimeException cause) {
        return new CodecException(
                what + ": number=" + number + ", bytes=" + bytes.length + ", directory=" + directory,
                null,
                bytes,
                cause);
    }
}
