// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes messages of the bytes that come in. After an interrupt or a deadline, the next read resumes where it stopped.
 * Not thread-safe.
 */
final class FrameReader {
    /*
     * A frame, as in Python:
     *
     *   +----------------+=================+        +--------+--------------------------+=================+
     *   | length: int32  | payload         |   or   | -1     | length: uint64           | payload         |
     *   +----------------+=================+        +--------+--------------------------+=================+
     *   0                4                          0        4                          12      big-endian
     *
     * Allocation. A length is checked against the limit before anything else. A frame that fits into the buffer gets
     * its array when all of it is there. A larger frame is read directly into its array, which grows with what has
     * come. So a peer never makes this side allocate more than a small multiple of what it has sent, and a connection
     * keeps no large buffer. The memory outside of the heap that reading into an array takes belongs to the thread, in
     * the JDK, and is limited to one step.
     *
     * Waiting. If the answer comes soon, reading in a loop for a moment is cheaper than sleeping and being woken; see
     * SpinHabit.
     */

    static final int SMALL_BUFFER = 16 << 10;

    /** How much of a large message passes at a time. */
    static final int STEP = 64 << 10;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int HEADER = Integer.BYTES;
    private static final int LONG_HEADER = HEADER + Long.BYTES;
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final Wire wire;
    private int limit;

    /** Bytes that were read and not used lie between position and limit. */
    private ByteBuffer buffer;

    /** A frame that is larger than the buffer, so far. Then the buffer is empty. */
    private byte @Nullable [] growing;

    private int length;
    private int filled;

    private byte @Nullable [] complete;

    /** Asked before memory is taken for a message that is larger than the buffer. */
    private IntPredicate room = any -> true;

    private final SpinHabit spin = new SpinHabit();

    FrameReader(Wire wire, int limit) {
        this.wire = wire;
        this.limit = limit;
        this.buffer = ByteBuffer.allocate(LONG_HEADER + Math.min(limit, SMALL_BUFFER - LONG_HEADER))
                .flip();
    }

    /** Sets the limit of messages from now on. The peer is no stranger any more, and gets more memory, for speed. */
    void limit(int bytes) {
        limit = bytes;
        buffer = ByteBuffer.allocateDirect(SMALL_BUFFER).put(buffer).flip();
    }

    void room(IntPredicate asked) {
        room = asked;
    }

    /** Reads on until a message is complete; false if the deadline has passed before. */
    boolean advance(long deadline) throws IOException, InterruptedException {
        while (complete == null && !assemble()) {
            if (!fill(target -> read(target, deadline))) {
                return false;
            }
        }
        return true;
    }

    /** The same without waiting: false if no more is there. */
    boolean advance() throws IOException {
        while (complete == null && !assemble()) {
            if (!fill(wire::read)) {
                return false;
            }
        }
        return true;
    }

    /** The message that {@link #advance} has found. */
    byte[] take() {
        byte[] message = complete;
        if (message == null) {
            throw new IllegalStateException("there is no message");
        }
        complete = null;
        return message;
    }

    /** Lets go of its memory. Nothing is read any more. */
    void discard() {
        buffer = NOTHING;
        growing = null;
        complete = null;
    }

    /** Makes a message of what has been read already, if it is enough. */
    private boolean assemble() throws IOException {
        if (growing == null) {
            begin();
        } else if (filled == length) {
            complete = growing;
            growing = null;
        }
        return complete != null;
    }

    private void begin() throws IOException {
        if (buffer.remaining() < HEADER) {
            return;
        }
        int start = buffer.position();
        int header = HEADER;
        long announced = buffer.getInt(start);
        if (announced == -1) {
            if (buffer.remaining() < LONG_HEADER) {
                return;
            }
            header = LONG_HEADER;
            announced = buffer.getLong(start + HEADER);
        }
        if (announced < 0 || announced > Math.min(limit, LARGEST_ARRAY)) {
            throw new FrameTooLargeException("incoming message", Long.toUnsignedString(announced), limit);
        }
        length = (int) announced;
        if (header + length <= buffer.capacity()) {
            if (buffer.remaining() < header + length) {
                return;
            }
            byte[] message = new byte[length];
            buffer.position(start + header).get(message);
            complete = message;
        } else {
            buffer.position(start + header);
            byte[] frame = new byte[roomFor(0, Math.min(length, STEP))];
            filled = buffer.remaining();
            buffer.get(frame, 0, filled);
            growing = frame;
        }
    }

    private int roomFor(int before, int size) throws IOException {
        if (!room.test(size - before)) {
            throw new IOException("there is no memory left for a message of this peer: announced=" + length);
        }
        return size;
    }

    /** A way to read; what it throws tells whether it waits. */
    private interface Source<X extends Exception> {
        int read(ByteBuffer target) throws IOException, X;
    }

    private <X extends Exception> boolean fill(Source<X> source) throws IOException, X {
        byte[] frame = growing;
        int count = frame == null ? fillBuffer(source) : fillFrame(frame, source);
        if (count < 0) {
            throw ended();
        }
        return count > 0;
    }

    private <X extends Exception> int fillBuffer(Source<X> source) throws IOException, X {
        makeRoom();
        int unread = buffer.position();
        int end = buffer.limit();
        buffer.limit(buffer.capacity()).position(end);
        try {
            int count = source.read(buffer);
            end += Math.max(0, count);
            return count;
        } finally {
            buffer.limit(end).position(unread);
        }
    }

    private <X extends Exception> int fillFrame(byte[] begun, Source<X> source) throws IOException, X {
        byte[] frame = begun;
        if (filled == frame.length) {
            int size = (int) Math.min(length, 2L * filled);
            frame = Arrays.copyOf(frame, roomFor(filled, size));
            growing = frame;
        }
        int count = source.read(ByteBuffer.wrap(frame, filled, Math.min(STEP, frame.length - filled)));
        filled += Math.max(0, count);
        return count;
    }

    private void makeRoom() {
        if (!buffer.hasRemaining()) {
            buffer.position(0).limit(0);
        } else if (buffer.limit() == buffer.capacity()) {
            buffer.compact().flip();
        }
    }

    /** 0 if the deadline has passed. */
    private int read(ByteBuffer target, long deadline) throws IOException, InterruptedException {
        int count = wire.read(target);
        if (count != 0) {
            return count;
        }
        if (spin.isWorthwhile()) {
            long began = System.nanoTime();
            do {
                Thread.onSpinWait();
                count = wire.read(target);
                if (count != 0) {
                    spin.paid();
                    return count;
                }
            } while (System.nanoTime() - began < SpinHabit.NANOS);
            spin.failed();
        }
        while (wire.awaitReadable(deadline)) {
            count = wire.read(target);
            if (count != 0) {
                return count;
            }
        }
        return 0;
    }

    private IOException ended() {
        int unfinished = buffer.remaining() + (growing == null ? 0 : filled);
        return growing == null && !buffer.hasRemaining()
                ? new EOFException("the peer has closed the connection")
                : new IOException("the connection was cut within a message: received=" + unfinished + " bytes of it");
    }
}
