// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.queue.SharedQueue;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** Messages that are larger than a ring takes: cut into pieces, and put together again. */
final class Chunks {

    private static final int HEADER_BYTES = 1;

    private @Nullable ByteArrayOutputStream parts;

    /** Puts a message, in pieces if it is large; waits while the ring is full. */
    static void put(SharedQueue<byte[]> ring, byte[] message) throws InterruptedException {
        if (message.length <= MessageKind.MAX_BYTES) {
            ring.put(message);
            return;
        }
        int step = MessageKind.MAX_BYTES - HEADER_BYTES;
        for (int from = 0; from < message.length; from += step) {
            int to = Math.min(message.length, from + step);
            byte[] piece = new byte[HEADER_BYTES + to - from];
            piece[0] = to == message.length ? MessageKind.LAST_CHUNK : MessageKind.CHUNK;
            System.arraycopy(message, from, piece, HEADER_BYTES, to - from);
            ring.put(piece);
        }
    }

    /** The whole message that ends with this element; null if more has to come. */
    byte @Nullable [] add(byte[] element) {
        byte kind = MessageKind.of(element);
        if (kind != MessageKind.CHUNK && kind != MessageKind.LAST_CHUNK) {
            return element;
        }
        ByteArrayOutputStream whole = parts;
        if (whole == null) {
            whole = new ByteArrayOutputStream(4 * MessageKind.MAX_BYTES);
            parts = whole;
        }
        whole.write(element, HEADER_BYTES, element.length - HEADER_BYTES);
        if (kind == MessageKind.CHUNK) {
            return null;
        }
        parts = null;
        return whole.toByteArray();
    }
}
