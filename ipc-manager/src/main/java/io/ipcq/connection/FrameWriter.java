// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;

/** Writes messages as frames; one that fits into the buffer goes out in one system call, header and all. Not thread-safe. */
final class FrameWriter {

    private static final int HEADER = Integer.BYTES;
    private static final byte[] NOTHING = {};

    private final Wire wire;
    /** The part that is being written lies between position and limit. */
    private ByteBuffer buffer =
            ByteBuffer.allocate(HEADER + Limits.UNAUTHENTICATED_FRAME_BYTES).flip();

    /** What has not been copied to the buffer yet. */
    private byte[] message = NOTHING;

    private int next;
    private int end;

    FrameWriter(Wire wire) {
        this.wire = wire;
    }

    /** To be called when the peer is no stranger any more: it gets the memory for good speed. Nothing may be left to be written. */
    void grow() {
        buffer = ByteBuffer.allocateDirect(FrameReader.SMALL_BUFFER).flip();
    }

    /** Writes a message, after what is left of the one before. A failure leaves half a frame behind: nothing may follow it. */
    void write(byte[] bytes, int offset, int length, long deadline) throws IOException {
        finish(deadline);
        begin(bytes, offset, length);
        finish(deadline);
    }

    /** Begins a message; what is before it must be finished. The array belongs to the writer until this one is. */
    void begin(byte[] bytes, int offset, int length) {
        if (HEADER + length > buffer.capacity() && buffer.capacity() < FrameReader.LARGE_BUFFER) {
            buffer = ByteBuffer.allocateDirect(FrameReader.LARGE_BUFFER);
        }
        message = bytes;
        next = offset;
        end = offset + length;
        buffer.clear().putInt(length);
        fill();
    }

    private void fill() {
        int count = Math.min(end - next, buffer.remaining());
        buffer.put(message, next, count).flip();
        next += count;
    }

    /** Writes what the kernel takes now; true if that is everything. */
    boolean advance() throws IOException {
        while (true) {
            while (buffer.hasRemaining()) {
                if (wire.write(buffer) == 0) {
                    return false;
                }
            }
            if (next == end) {
                message = NOTHING;
                return wire.flush();
            }
            buffer.clear();
            fill();
        }
    }

    void finish(long deadline) throws IOException {
        while (!advance()) {
            if (!wire.awaitWritable(deadline)) {
                throw new SocketTimeoutException("the peer does not read: a message could not be written in time");
            }
        }
    }
}
