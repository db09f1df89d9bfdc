// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.memory.Deadline;
import io.ipcq.queue.SharedQueue;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Cuts messages that are too large for a ring into pieces, and puts the pieces together again. */
final class Chunks {

    private static final int HEADER_BYTES = 1;
    private static final int BEGINNING_BYTES = Byte.BYTES + 2 * Long.BYTES;
    private static final int STEP = MessageKind.MAX_BYTES - HEADER_BYTES;

    private final byte[] beginning = new byte[BEGINNING_BYTES];
    private @Nullable ByteArrayOutputStream parts;

    /** Whether the message does not fit into memory. The rest of its pieces is then skipped. */
    private boolean isTooLarge;

    /** The ring's element that begins at {@code from}: a piece of a large message, or a whole small one. */
    static byte[] element(byte[] message, int from) {
        return message.length <= MessageKind.MAX_BYTES ? message : piece(message, from);
    }

    /** Where the next element begins; the length of the message after the last one. */
    static int after(byte[] message, int from) {
        return message.length <= MessageKind.MAX_BYTES ? message.length : from + lengthAt(message, from);
    }

    /**
     * Puts the piece of a large message that begins at {@code from}, before the deadline. Returns where the next piece
     * begins, or {@code from} if there was no room.
     */
    static int putPiece(SharedQueue<byte[]> ring, byte[] message, int from, long deadline) throws InterruptedException {
        Duration patience = Duration.ofNanos(Math.max(0, Deadline.remainingNanos(deadline)));
        return ring.put(piece(message, from), patience) ? from + lengthAt(message, from) : from;
    }

    /** How many pieces the first {@code bytes} bytes of a message are, if they end with a piece. */
    static long pieces(int bytes) {
        return (bytes + STEP - 1L) / STEP;
    }

    private static int lengthAt(byte[] message, int from) {
        return Math.min(STEP, message.length - from);
    }

    private static byte[] piece(byte[] message, int from) {
        int length = lengthAt(message, from);
        byte[] piece = new byte[HEADER_BYTES + length];
        piece[0] = from + length == message.length ? MessageKind.LAST_CHUNK : MessageKind.CHUNK;
        System.arraycopy(message, from, piece, HEADER_BYTES, length);
        return piece;
    }

    /**
     * The whole message that ends with this element; null if more pieces have to come. If a task's answer does not fit
     * into memory, it becomes {@link MessageKind#TOO_LARGE}. Such a log record is dropped.
     */
    byte @Nullable [] add(byte[] element) {
        byte kind = MessageKind.of(element);
        if (kind != MessageKind.CHUNK && kind != MessageKind.LAST_CHUNK) {
            return element;
        }
        try {
            append(element);
            if (kind == MessageKind.CHUNK) {
                return null;
            }
            byte[] whole = isTooLarge || parts == null ? instead() : parts.toByteArray();
            forget();
            return whole;
        } catch (OutOfMemoryError tooLarge) {
            parts = null;
            isTooLarge = true;
            if (MessageKind.of(beginning) == MessageKind.TASK) {
                throw tooLarge;
            }
            if (kind == MessageKind.CHUNK) {
                return null;
            }
            forget();
            return instead();
        }
    }

    private void append(byte[] element) {
        if (isTooLarge) {
            return;
        }
        ByteArrayOutputStream whole = parts;
        if (whole == null) {
            System.arraycopy(element, HEADER_BYTES, beginning, 0, BEGINNING_BYTES);
            whole = new ByteArrayOutputStream(4 * MessageKind.MAX_BYTES);
            parts = whole;
        }
        whole.write(element, HEADER_BYTES, element.length - HEADER_BYTES);
    }

    private void forget() {
        parts = null;
        isTooLarge = false;
    }

    private byte @Nullable [] instead() {
        byte kind = MessageKind.of(beginning);
        if (kind != MessageKind.RESULT && kind != MessageKind.FAILURE) {
            return null;
        }
        byte[] answer = beginning.clone();
        answer[0] = MessageKind.TOO_LARGE;
        return answer;
    }
}
