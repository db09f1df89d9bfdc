// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;

/**
 * Leaves elements encoded, whatever they are, for one who looks at a queue without knowing its type.
 *
 * @param id of the codec that the queue was created with
 */
record EncodedCodec(String id) implements Codec<byte[]> {

    @Override
    public byte[] encode(byte[] value) {
        return value;
    }

    @Override
    public byte[] decode(byte[] bytes) {
        return bytes;
    }
}
