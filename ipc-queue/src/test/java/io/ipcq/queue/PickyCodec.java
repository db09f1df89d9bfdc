// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import java.nio.charset.StandardCharsets;

/** Text; but there is text that it refuses on the way in, or on the way out in two manners. */
enum PickyCodec implements Codec<String> {
    INSTANCE;

    static final String UNENCODABLE = "unencodable";
    static final String UNDECODABLE = "undecodable";
    static final String BROKEN = "decodes with an exception that codecs should not throw";

    @Override
    public String id() {
        return "picky";
    }

    @Override
    public byte[] encode(String value) {
        if (value.equals(UNENCODABLE)) {
            throw new CodecException("cannot be encoded: picky.field", "picky.field", null);
        }
        return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String decode(byte[] bytes) {
        String value = new String(bytes, StandardCharsets.UTF_8);
        if (value.equals(UNDECODABLE)) {
            throw new CodecException("cannot be decoded: picky.field", "picky.field", bytes, null);
        }
        if (value.equals(BROKEN)) {
            throw new IllegalStateException("a mistake in the codec");
        }
        return value;
    }
}
