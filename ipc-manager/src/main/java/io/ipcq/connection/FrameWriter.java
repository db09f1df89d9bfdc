// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;

/**
 * Writes messages as frames; one that is not larger than a step goes out in one system call, header and all. Not
 * thread-safe.
 */
final class FrameWriter {
    /*
     * A connection keeps a small buffer only. What a large message takes besides is of the heap, and ends with the
     * message.
     */

    private static final int HEADER = Integer.BYTES;
    private static final byte[] NOTHING = {};
    private static final ByteBuffer NO_BUFFER = ByteBuffer.allocate(0);

    private final Wire wire;

    private ByteBuffer small = ByteBuffer.allocate(HEADER + Limits.UNAUTHENTICATED_FRAME_BYTES);

    /** The header and the beginning of the message, from the position on. */
    private ByteBuffer first = small.flip();

    /** The rest of it. */
    private byte[] message = NOTHING;

    private int next;
    private int end;

    FrameWriter(Wire wire) {
        this.wire = wire;
    }

    /**
     * To be called when the peer is no stranger any more: it gets the memory for good speed. Nothing may be left to be
     * written.
     */
    void grow() {
        small = ByteBuffer.allocateDirect(FrameReader.SMALL_BUFFER);
        first = small.flip();
    }

    /**
     * Writes a message, after what is left of the one before. A failure leaves half a frame behind: nothing may follow
     * it.
     */
    void write(byte[] bytes, int offset, int length, long deadline) throws IOException {
        finish(deadline);
        begin(bytes, offset, length);
        finish(deadline);
    }

    /** Begins a message; what is before it must be finished. The array belongs to the writer until this one is. */
    void begin(byte[] bytes, int offset, int length) {
        int size = (int) Math.min(FrameReader.STEP, (long) HEADER + length);
        first = size <= small.capacity() ? small.clear() : ByteBuffer.allocate(size);
        message = bytes;
        next = offset;
        end = offset + length;
        int count = Math.min(length, first.capacity() - HEADER);
        first.putInt(length).put(message, next, count).flip();
        next += count;
    }

    /** Lets go of its memory. Nothing is written any more. */
    void discard() {
        small = NO_BUFFER;
        first = NO_BUFFER;
        message = NOTHING;
        next = 0;
        end = 0;
    }

    /** Writes what the kernel takes now; true if that is everything. */
    boolean advance() throws IOException {
        while (first.hasRemaining()) {
            if (wire.write(first) == 0) {
                return false;
            }
        }
        first = small;
        while (next < end) {
            int count = wire.write(ByteBuffer.wrap(message, next, Math.min(FrameReader.STEP, end - next)));
            if (count == 0) {
                return false;
            }
            next += count;
        }
        message = NOTHING;
        return wire.flush();
    }

    void finish(long deadline) throws IOException {
        while (!advance()) {
            if (!wire.awaitWritable(deadline)) {
                throw new SocketTimeoutException("the peer does not read: a message could not be written in time");
            }
        }
    }
}
