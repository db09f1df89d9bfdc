// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.util.Objects;

/** Bytes as they are; neither side copies. */
enum BytesCodec implements Codec<byte[]> {
    INSTANCE;

    @Override
    public String id() {
        return "bytes";
    }

    @Override
    public byte[] encode(byte[] value) {
        return Objects.requireNonNull(value, "value");
    }

    @Override
    public byte[] decode(byte[] bytes) {
        return Objects.requireNonNull(bytes, "bytes");
    }

    @Override
    public String toString() {
        return id();
    }
}
