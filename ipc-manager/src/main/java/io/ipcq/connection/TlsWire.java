// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** A socket inside TLS. */
final class TlsWire implements Wire {
    /*
     * Idea. One lock around every step of the engine; no step blocks, so it is held for a moment only, and reader and
     * writer do not wait for each other's peer. What came in encrypted lies in `incoming`, what was decrypted and not
     * taken in `plain`, what is encrypted and not with the kernel in `outgoing`.
     *
     * Cut short. An end of the stream that TLS has not announced is a failure, not an end: somebody between may have made it.
     */

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Wire wire;
    private final SSLEngine engine;
    private final ReentrantLock lock = new ReentrantLock();

    /** Both in reading position between calls. */
    private ByteBuffer incoming;

    private ByteBuffer plain;

    /** In reading position between calls. */
    private ByteBuffer outgoing;

    TlsWire(Wire wire, SSLEngine engine) {
        this.wire = wire;
        this.engine = engine;
        int packet = engine.getSession().getPacketBufferSize();
        incoming = ByteBuffer.allocateDirect(packet).flip();
        outgoing = ByteBuffer.allocateDirect(packet).flip();
        plain = ByteBuffer.allocateDirect(engine.getSession().getApplicationBufferSize())
                .flip();
    }

    /** Until both sides are ready for bytes of the user. */
    void handshake(long deadline) throws IOException, InterruptedException {
        engine.beginHandshake();
        while (true) {
            if (!flush()) {
                requireTime(wire.awaitWritable(deadline));
                continue;
            }
            HandshakeStatus status = engine.getHandshakeStatus();
            if (status == HandshakeStatus.NOT_HANDSHAKING) {
                return;
            }
            if (status == HandshakeStatus.NEED_UNWRAP || status == HandshakeStatus.NEED_UNWRAP_AGAIN) {
                readHandshake(deadline);
            } else {
                step(status);
            }
        }
    }

    private void readHandshake(long deadline) throws IOException, InterruptedException {
        int count;
        lock.lock();
        try {
            count = unwrap();
        } finally {
            lock.unlock();
        }
        if (count < 0) {
            throw new EOFException("the peer closed the connection within the TLS handshake");
        }
        HandshakeStatus status = engine.getHandshakeStatus();
        if (count == 0 && status == HandshakeStatus.NEED_UNWRAP) {
            requireTime(wire.awaitReadable(deadline));
        }
    }

    private static void requireTime(boolean inTime) throws SocketTimeoutException {
        if (!inTime) {
            throw new SocketTimeoutException("the peer did not complete the TLS handshake in time");
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        lock.lock();
        try {
            if (!plain.hasRemaining()) {
                int count = unwrap();
                if (count <= 0) {
                    return count;
                }
            }
            int count = Math.min(plain.remaining(), target.remaining());
            int end = plain.limit();
            target.put(plain.limit(plain.position() + count));
            plain.limit(end);
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** Decrypts until there is something plain: 0 if the peer has to send first, -1 at the end. */
    private int unwrap() throws IOException {
        while (true) {
            plain.clear();
            SSLEngineResult result;
            try {
                result = engine.unwrap(incoming, plain);
            } finally {
                plain.flip();
            }
            switch (result.getStatus()) {
                case CLOSED -> {
                    return -1;
                }
                case BUFFER_UNDERFLOW -> {
                    int count = receive();
                    if (count <= 0) {
                        return count;
                    }
                }
                case BUFFER_OVERFLOW ->
                    plain = ByteBuffer.allocateDirect(2 * plain.capacity()).flip();
                case OK -> {
                    if (plain.hasRemaining()) {
                        return plain.remaining();
                    }
                    step(engine.getHandshakeStatus()); // and on: the next record may be here already
                }
            }
        }
    }

    private int receive() throws IOException {
        incoming.compact();
        if (!incoming.hasRemaining()) {
            incoming = ByteBuffer.allocateDirect(2 * incoming.capacity()).put(incoming.flip());
        }
        int count;
        try {
            count = wire.read(incoming);
        } finally {
            incoming.flip();
        }
        if (count < 0) {
            try {
                engine.closeInbound();
            } catch (SSLException e) {
                throw new IOException("the connection was cut: TLS did not announce its end", e);
            }
        }
        return count;
    }

    /** Does what the engine wants, unless that is to read. */
    private void step(HandshakeStatus status) throws IOException {
        lock.lock();
        try {
            if (status == HandshakeStatus.NEED_TASK) {
                Runnable task;
                while ((task = engine.getDelegatedTask()) != null) {
                    task.run();
                }
            } else if (status == HandshakeStatus.NEED_WRAP) {
                wrap(NOTHING);
                flush();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        lock.lock();
        try {
            int before = source.remaining();
            while (source.hasRemaining() && flush()) {
                wrap(source);
            }
            flush();
            return before - source.remaining();
        } finally {
            lock.unlock();
        }
    }

    private void wrap(ByteBuffer source) throws IOException {
        while (true) {
            outgoing.compact();
            SSLEngineResult result;
            try {
                result = engine.wrap(source, outgoing);
            } finally {
                outgoing.flip();
            }
            switch (result.getStatus()) {
                case OK -> {
                    return;
                }
                case BUFFER_OVERFLOW ->
                    outgoing = ByteBuffer.allocateDirect(2 * outgoing.capacity())
                            .put(outgoing)
                            .flip();
                case CLOSED -> {
                    if (result.bytesProduced() == 0) {
                        throw new IOException("TLS is closed");
                    }
                    return; // what was wrapped is the announcement of the end
                }
                default -> throw new IOException("TLS did not encrypt: status=" + result.getStatus());
            }
        }
    }

    @Override
    public boolean flush() throws IOException {
        lock.lock();
        try {
            while (outgoing.hasRemaining()) {
                if (wire.write(outgoing) == 0) {
                    return false;
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean awaitReadable(long deadline) throws IOException, InterruptedException {
        return wire.awaitReadable(deadline);
    }

    @Override
    public boolean awaitWritable(long deadline) throws IOException {
        return wire.awaitWritable(deadline);
    }

    @Override
    public SelectionKey register(Selector selector, Object attachment) throws IOException {
        return wire.register(selector, attachment);
    }

    /** Announces the end if there is room to. */
    @Override
    public void close() {
        lock.lock();
        try {
            engine.closeOutbound();
            if (flush()) {
                wrap(NOTHING);
                flush();
            }
        } catch (IOException gone) {
            // it has ended already
        } finally {
            lock.unlock();
            wire.close();
        }
    }
}
