// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Dead letters as number, attempts, length of the reason, reason, bytes; big-endian. */
enum DeadLetterCodec implements Codec<DeadLetter> {
    INSTANCE;

    static final int MAX_REASON_BYTES = 4096;
    static final int HEADER_BYTES = Long.BYTES + 2 * Integer.BYTES;
    static final int OVERHEAD_BYTES = HEADER_BYTES + MAX_REASON_BYTES;

    @Override
    public String id() {
        return "dead-letter";
    }

    @Override
    public byte[] encode(DeadLetter letter) {
        byte[] reason = letter.reason().getBytes(StandardCharsets.UTF_8);
        if (reason.length > MAX_REASON_BYTES) {
            reason = Arrays.copyOf(reason, MAX_REASON_BYTES);
        }
        return ByteBuffer.allocate(HEADER_BYTES + reason.length + letter.bytes().length)
                .putLong(letter.number())
                .putInt(letter.attempts())
                .putInt(reason.length)
                .put(reason)
                .put(letter.bytes())
                .array();
    }

    @Override
    public DeadLetter decode(byte[] bytes) {
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            long number = in.getLong();
            int attempts = in.getInt();
            byte[] reason = new byte[Math.min(in.getInt(), MAX_REASON_BYTES)];
            in.get(reason);
            byte[] element = new byte[in.remaining()];
            in.get(element);
            return new DeadLetter(number, attempts, new String(reason, StandardCharsets.UTF_8), element);
        } catch (BufferUnderflowException | NegativeArraySizeException e) {
            throw new CodecException("the bytes are no dead letter: bytes=" + bytes.length, null, bytes, e);
        }
    }
}
