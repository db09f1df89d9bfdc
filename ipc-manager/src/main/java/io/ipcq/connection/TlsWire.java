// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLProtocolException;

/** A socket inside TLS. */
final class TlsWire implements Wire {
    /*
     * Idea. One lock around every step of the engine; no step blocks, so it is held for a moment only, and reader and
     * writer do not wait for each other's peer. What came in encrypted lies in `incoming`, what was decrypted and not
     * taken in `plain`, what is encrypted and not with the kernel in `outgoing`.
     *
     * Hostile. A peer without the key can make this side work without sending a byte of data, by records that are
     * empty, or that ask for new keys. They are counted, and answers to them are limited while the peer does not read
     * them.
     *
     * Cut short. An end of the stream that TLS has not announced is a failure, not an end: somebody in between may have
     * made it.
     */

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /**
     * In a row, without data in either direction. A handshake takes about ten, more if the peer cuts its certificates
     * into pieces.
     */
    static final int RECORDS_WITHOUT_DATA = 32;

    /** How many of the largest records may wait for the peer to read. */
    private static final int UNREAD_PACKETS = 4;

    private final Wire wire;
    private final SSLEngine engine;
    private final ReentrantLock lock = new ReentrantLock();
    private final int largestOutgoing;

    // guarded by lock
    private boolean begun;
    private int recordsWithoutData;

    /** Both in reading position between calls. */
    private ByteBuffer incoming;

    private ByteBuffer plain;

    /** In reading position between calls. */
    private ByteBuffer outgoing;

    TlsWire(Wire wire, SSLEngine engine) {
        this.wire = wire;
        this.engine = engine;
        int packet = engine.getSession().getPacketBufferSize();
        largestOutgoing = UNREAD_PACKETS * packet;
        incoming = ByteBuffer.allocate(packet).flip();
        outgoing = ByteBuffer.allocate(packet).flip();
        plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize())
                .flip();
    }

    /** Goes on with the handshake as far as the bytes that have come allow. */
    WireProgress handshake() throws IOException {
        lock.lock();
        try {
            if (!begun) {
                engine.beginHandshake();
                begun = true;
            }
            while (flush()) {
                switch (engine.getHandshakeStatus()) {
                    case NOT_HANDSHAKING, FINISHED -> {
                        return WireProgress.DONE;
                    }
                    case NEED_TASK -> {
                        return WireProgress.WORK;
                    }
                    case NEED_WRAP -> wrap(NOTHING);
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        int record = unwrap();
                        if (record < 0) {
                            throw new EOFException("the peer closed the connection within the TLS handshake");
                        }
                        if (record == 0) {
                            return WireProgress.READ;
                        }
                    }
                }
            }
            return WireProgress.WRITE;
        } finally {
            lock.unlock();
        }
    }

    /** Work that the engine leaves to others because it takes long: signatures, certificates. */
    void work() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        lock.lock();
        try {
            while (!plain.hasRemaining()) {
                int record = unwrap();
                if (record <= 0) {
                    return record;
                }
                answer();
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

    /** Takes one record, and answers it if it wants that: 0 if the peer has to send first, -1 at the end. */
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
                    plain = ByteBuffer.allocate(2 * plain.capacity()).flip();
                case OK -> {
                    countRecord();
                    return 1;
                }
            }
        }
    }

    private void countRecord() throws IOException {
        if (plain.hasRemaining()) {
            recordsWithoutData = 0;
        } else if (++recordsWithoutData > RECORDS_WITHOUT_DATA) {
            throw new SSLProtocolException("the peer sends TLS records without data: records=" + recordsWithoutData
                    + ", limit=" + RECORDS_WITHOUT_DATA);
        }
    }

    private int receive() throws IOException {
        incoming.compact();
        if (!incoming.hasRemaining()) {
            incoming = ByteBuffer.allocate(2 * incoming.capacity()).put(incoming.flip());
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

    /** What a record after the handshake asks of this side: new keys. */
    private void answer() throws IOException {
        HandshakeStatus status = engine.getHandshakeStatus();
        if (status == HandshakeStatus.NEED_TASK) {
            work();
        } else if (status == HandshakeStatus.NEED_WRAP) {
            wrap(NOTHING);
            flush();
        }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        lock.lock();
        try {
            int before = source.remaining();
            while (source.hasRemaining() && flush()) {
                wrap(source);
                recordsWithoutData = 0;
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
                case BUFFER_OVERFLOW -> growOutgoing();
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

    private void growOutgoing() throws IOException {
        int capacity = 2 * outgoing.capacity();
        if (capacity > largestOutgoing) {
            throw new SSLProtocolException(
                    "the peer does not read what TLS has to answer: bytes=" + outgoing.remaining());
        }
        outgoing = ByteBuffer.allocate(capacity).put(outgoing).flip();
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
