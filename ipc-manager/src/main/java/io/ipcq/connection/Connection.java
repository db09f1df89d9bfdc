// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.Awaitable;
import io.ipcq.codec.Codec;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * Whole messages both ways between two processes that have proved to each other that they know the same key.
 *
 * <pre>{@code
 * try (Connection connection = Connection.connect(address, key)) {
 *     connection.send(Codec.utf8(), "hello");
 *     String answer = connection.recv(Codec.utf8());
 * }
 * }</pre>
 *
 * <p>On the wire it is Python's {@code multiprocessing.connection}: a stock Python 3.12 can be at the other end, and
 * exchanges bytes by {@code send_bytes} and {@code recv_bytes}. (Its {@code send} and {@code recv} are pickle, which is
 * not read here.)
 *
 * <p>Thread-safe: messages of several senders do not mix, each message goes to one receiver, and senders and receivers do
 * not wait for each other. Process-safe: it belongs to this process; only the unused end of a {@link Pipe} can be passed on. When either process
 * dies, the other side gets what was sent before, then {@link java.io.EOFException}.
 */
public interface Connection extends Awaitable, AutoCloseable {

    /** Connects to a {@link java.net.UnixDomainSocketAddress} or an {@link java.net.InetSocketAddress}. */
    static Connection connect(SocketAddress address, AuthKey key) throws IOException, InterruptedException {
        return builder(address, key).connect();
    }

    static ConnectionBuilder builder(SocketAddress address, AuthKey key) {
        return new ConnectionBuilder(address, key);
    }

    /**
     * Sends one message. An interrupt does not stop it, but for half a message nobody could go on: it ends within the
     * write timeout.
     *
     * @throws FrameTooLargeException if it is over the limit; nothing was sent, and the connection goes on
     * @throws IOException if the peer is gone: what it had sent can still be received; or did not read in time: the
     *     connection is then closed
     */
    default void sendBytes(byte[] message) throws IOException {
        sendBytes(message, 0, message.length);
    }

    /** Sends a part of an array as one message. */
    void sendBytes(byte[] bytes, int offset, int length) throws IOException;

    /**
     * Waits for one message. After an interrupt the connection is as before, even if half of the message was there.
     *
     * @throws java.io.EOFException if the peer has closed the connection and everything it sent was received
     * @throws FrameTooLargeException if the peer announced more than the limit; the connection is then closed
     * @throws IOException if the connection was cut within a message, or closed on this side
     */
    byte[] recvBytes() throws IOException, InterruptedException;

    /** Encodes a value and sends it. */
    default <T> void send(Codec<T> codec, T value) throws IOException {
        sendBytes(codec.encode(value));
    }

    /**
     * Waits for a message and decodes it.
     *
     * @throws io.ipcq.codec.CodecException if it is no such value; the next call gets the next message
     */
    default <T> T recv(Codec<T> codec) throws IOException, InterruptedException {
        return codec.decode(recvBytes());
    }

    /** Whether {@link #recvBytes} would return or fail at once, after waiting for that at most so long. */
    boolean poll(Duration timeout) throws IOException, InterruptedException;

    /** {@link #poll(Duration)} without waiting. */
    default boolean poll() throws IOException, InterruptedException {
        return poll(Duration.ZERO);
    }

    /** {@link #poll(Duration)}; also true if this side has closed it. */
    @Override
    default boolean awaitReady(Duration timeout) throws InterruptedException {
        try {
            return poll(timeout);
        } catch (IOException broken) {
            return true;
        }
    }

    /** The address of the other side; a client at a Unix-domain socket has an empty one. */
    SocketAddress remoteAddress();

    /** Who is at the other side; empty for TCP, and where the system does not tell. */
    Optional<PeerCredentials> peer();

    /** False once this side has closed it, or sending or receiving has failed. */
    boolean isOpen();

    /** Closes it; who waits in another call gets an {@link IOException}. May be called again. */
    @Override
    void close();
}
