// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;

/** Writes messages as frames; one that fits into the buffer goes out in one system call, header and all. Not thread-safe. */
final class FrameWriter {

    private static final int HEADER = Integer.BYTES;

    private final Wire wire;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(FrameReader.SMALL_BUFFER);

    FrameWriter(Wire wire) {
        this.wire = wire;
    }

    /** A failure leaves half a frame behind: nothing may be written after it. */
    void write(byte[] bytes, int offset, int length, long deadline) throws IOException {
        if (HEADER + length > buffer.capacity() && buffer.capacity() < FrameReader.LARGE_BUFFER) {
            buffer = ByteBuffer.allocateDirect(FrameReader.LARGE_BUFFER);
        }
        buffer.clear().putInt(length);
        int done = 0;
        do {
            int count = Math.min(length - done, buffer.remaining());
            buffer.put(bytes, offset + done, count).flip();
            done += count;
            drain(deadline);
            buffer.clear();
        } while (done < length);
        while (!wire.flush()) {
            await(deadline);
        }
    }

    private void drain(long deadline) throws IOException {
        while (buffer.hasRemaining()) {
            if (wire.write(buffer) == 0) {
                await(deadline);
            }
        }
    }

    private void await(long deadline) throws IOException {
        if (!wire.awaitWritable(deadline)) {
            throw new SocketTimeoutException("the peer does not read: a message could not be written in time");
        }
    }
}
