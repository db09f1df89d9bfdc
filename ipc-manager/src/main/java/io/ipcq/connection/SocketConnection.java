// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.memory.Deadline;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** A connection after its handshake. */
final class SocketConnection implements Connection {

    private static final String BY_THIS_SIDE = "it was closed on this side";

    private final Wire wire;
    private final FrameReader reader;
    private final FrameWriter writer;
    private final ConnectionOptions options;
    private final SocketAddress remoteAddress;
    private final Optional<PeerCredentials> peer;

    private final ReentrantLock sending = new ReentrantLock();
    private final ReentrantLock receiving = new ReentrantLock();

    /** Null while open, then why it was closed. */
    private final AtomicReference<@Nullable String> closed = new AtomicReference<>();

    /**
     * Null while messages can be sent, then the reason why not. What the peer sent before it was gone can still be
     * received.
     */
    private volatile @Nullable String sendingEnded;

    SocketConnection(
            Wire wire,
            FrameReader reader,
            FrameWriter writer,
            ConnectionOptions options,
            SocketAddress remoteAddress,
            Optional<PeerCredentials> peer) {
        this.wire = wire;
        this.reader = reader;
        this.writer = writer;
        this.options = options;
        this.remoteAddress = remoteAddress;
        this.peer = peer;
        reader.limit(options.maxFrameBytes());
        writer.grow();
    }

    @Override
    public void sendBytes(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        requireSmall(length);
        sending.lock();
        try {
            requireSendable();
            writer.write(bytes, offset, length, Deadline.in(options.writeTimeout()));
        } catch (SocketTimeoutException e) {
            throw failed(e); // who does not read may not go on sending
        } catch (IOException e) {
            throw sendingFailed(e);
        } finally {
            unlock(sending);
        }
    }

    private void requireSmall(int length) throws FrameTooLargeException {
        if (length > options.maxFrameBytes()) {
            throw new FrameTooLargeException("outgoing message", Integer.toString(length), options.maxFrameBytes());
        }
    }

    /** See {@link ConnectionSelector.Registration#sendBytes}. */
    boolean sendBytesNow(byte[] message) throws IOException {
        requireSmall(message.length);
        sending.lock();
        try {
            requireSendable();
            if (!writer.advance()) {
                throw new IllegalStateException("the peer has not read the message before: " + this + "; call flush");
            }
            writer.begin(message, 0, message.length);
            return writer.advance();
        } catch (IOException e) {
            throw sendingFailed(e);
        } finally {
            unlock(sending);
        }
    }

    /** Sends what {@link #sendBytesNow} has left; false if something is still left. */
    boolean sendRestNow() throws IOException {
        sending.lock();
        try {
            requireSendable();
            return writer.advance();
        } catch (IOException e) {
            throw sendingFailed(e);
        } finally {
            unlock(sending);
        }
    }

    Duration writeTimeout() {
        return options.writeTimeout();
    }

    /** Null if no whole message is there. */
    byte @Nullable [] recvBytesNow() throws IOException {
        receiving.lock();
        try {
            requireOpen();
            return reader.advance() ? reader.take() : null;
        } catch (EOFException end) {
            throw end; // as above
        } catch (IOException e) {
            throw failed(e);
        } finally {
            unlock(receiving);
        }
    }

    /** See {@link ConnectionSelector#register}. */
    SelectionKey register(Selector selector, Object attachment, IntPredicate room) throws IOException {
        requireOpen();
        receiving.lock();
        try {
            reader.room(room);
        } finally {
            unlock(receiving);
        }
        return wire.register(selector, attachment);
    }

    @Override
    public byte[] recvBytes() throws IOException, InterruptedException {
        receiving.lockInterruptibly();
        try {
            requireOpen();
            reader.advance(Deadline.NEVER);
            return reader.take();
        } catch (EOFException end) {
            throw end; // one can still send to a peer that only ended its own sending
        } catch (IOException e) {
            throw failed(e);
        } finally {
            unlock(receiving);
        }
    }

    @Override
    public boolean poll(Duration timeout) throws IOException, InterruptedException {
        long deadline = Deadline.in(timeout);
        if (!receiving.tryLock(Math.max(0, Deadline.remainingNanos(deadline)), TimeUnit.NANOSECONDS)) {
            return false;
        }
        try {
            requireOpen();
            return reader.advance(deadline);
        } catch (EOFException end) {
            return true;
        } catch (IOException e) {
            throw failed(e);
        } finally {
            unlock(receiving);
        }
    }

    private void requireOpen() throws SocketException {
        String reason = closed.get();
        if (reason != null) {
            throw new SocketException("the connection is closed: " + reason);
        }
    }

    private void requireSendable() throws SocketException {
        requireOpen();
        String reason = sendingEnded;
        if (reason != null) {
            throw new SocketException("nothing can be sent any more: " + reason);
        }
    }

    /** Ends sending only. */
    private IOException sendingFailed(IOException failure) {
        if (closed.get() != null) {
            return failed(failure);
        }
        sendingEnded = String.valueOf(failure.getMessage());
        return failure;
    }

    private IOException failed(IOException failure) {
        boolean closedMeanwhile = failure instanceof ClosedChannelException || failure instanceof SocketException;
        String reason = closed.get();
        if (closedMeanwhile && reason != null) {
            SocketException exception = new SocketException("the connection is closed: " + reason);
            exception.initCause(failure);
            return exception;
        }
        close(String.valueOf(failure.getMessage()));
        return failure;
    }

    @Override
    public SocketAddress remoteAddress() {
        return remoteAddress;
    }

    @Override
    public Optional<PeerCredentials> peer() {
        return peer;
    }

    @Override
    public boolean isOpen() {
        return closed.get() == null && sendingEnded == null;
    }

    @Override
    public void close() {
        close(BY_THIS_SIDE);
    }

    private void close(String reason) {
        if (closed.compareAndSet(null, reason)) {
            wire.close();
            discard();
        }
    }

    private void unlock(ReentrantLock lock) {
        lock.unlock();
        if (closed.get() != null) {
            discard(); // who has closed it could not, if it was meanwhile
        }
    }

    /** A connection that is closed may be kept for long; its buffers are not. */
    private void discard() {
        discard(receiving, reader::discard);
        discard(sending, writer::discard);
    }

    private static void discard(ReentrantLock lock, Runnable buffers) {
        if (lock.tryLock()) {
            try {
                buffers.run();
            } finally {
                lock.unlock();
            }
        }
    }

    @Override
    public String toString() {
        return "Connection[" + remoteAddress + (isOpen() ? "" : ", closed") + "]";
    }
}
