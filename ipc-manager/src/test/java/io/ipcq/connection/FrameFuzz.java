// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.memory.Deadline;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Frames out of any bytes, however they come in pieces: the reader finds those that a plain reading finds, and no
 * others.
 */
public final class FrameFuzz {

    private static final int LIMIT = 1 << 20;

    private FrameFuzz() {}

    /** The first byte says how large the pieces are that the rest comes in. */
    public static void fuzzerTestOneInput(byte[] data) throws Exception {
        if (data.length == 0) {
            return;
        }
        int piece = 1 + (data[0] & 0xff);
        byte[] stream = Arrays.copyOfRange(data, 1, data.length);
        FrameReader reader = new FrameReader(new Pieces(stream, piece), LIMIT);
        ByteBuffer plain = ByteBuffer.wrap(stream);
        while (true) {
            Object expected = next(plain);
            Object actual = next(reader);
            if (expected instanceof byte[] message ? !Arrays.equals(message, bytes(actual)) : expected != actual) {
                throw new AssertionError("expected=" + expected + ", actual=" + actual);
            }
            if (!(expected instanceof byte[])) {
                return;
            }
        }
    }

    private static byte[] bytes(Object actual) {
        return actual instanceof byte[] message ? message : new byte[] {-1};
    }

    /** A message, or the class of what is thrown. */
    private static Object next(FrameReader reader) throws InterruptedException {
        try {
            return reader.advance(Deadline.NEVER) ? reader.take() : "no deadline";
        } catch (IOException e) {
            return e.getClass();
        }
    }

    /** The same, read plainly. */
    private static Object next(ByteBuffer plain) {
        if (!plain.hasRemaining()) {
            return EOFException.class;
        }
        if (plain.remaining() < Integer.BYTES) {
            return IOException.class;
        }
        long length = plain.getInt();
        if (length == -1) {
            if (plain.remaining() < Long.BYTES) {
                return IOException.class;
            }
            length = plain.getLong();
        }
        if (length < 0 || length > LIMIT) {
            return FrameTooLargeException.class;
        }
        if (length > plain.remaining()) {
            return IOException.class;
        }
        byte[] message = new byte[(int) length];
        plain.get(message);
        return message;
    }

    /** Gives so many bytes at a time, then the end. */
    private static final class Pieces extends ScriptedWire {

        private final ByteBuffer left;
        private final int size;

        Pieces(byte[] stream, int size) {
            this.left = ByteBuffer.wrap(stream);
            this.size = size;
        }

        @Override
        byte[] say() {
            if (!left.hasRemaining()) {
                return null;
            }
            byte[] piece = new byte[Math.min(size, left.remaining())];
            left.get(piece);
            return piece;
        }

        @Override
        void hear(byte[] bytes) {
            throw new AssertionError("a reader does not write");
        }
    }
}
