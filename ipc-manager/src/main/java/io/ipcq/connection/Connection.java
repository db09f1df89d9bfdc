// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.Awaitable;
import io.ipcq.codec.Codec;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * A connection that carries whole messages both ways, between two processes that have proved to each other that they
 * know the same key.
 *
 * <pre>{@code
 * try (Connection connection = Connection.connect(address, key)) {
 *     connection.send(Codec.utf8(), "hello");
 *     String answer = connection.recv(Codec.utf8());
 * }
 * }</pre>
 *
 * <p>On the wire it is Python's {@code multiprocessing.connection}. A stock Python 3.12 can be at the other end, and
 * exchange bytes by {@code send_bytes} and {@code recv_bytes}. Its {@code send} and {@code recv} use pickle, which this
 * class does not read.
 *
 * <p>Thread-safe: messages of several senders do not mix, each message goes to one receiver, and senders and receivers
 * do not wait for each other. Process-safe: it belongs to this process; only the unused end of a {@link Pipe} can be
 * passed on. Survives a crash: when either process dies, the other side gets what was sent before, then
 * {@link java.io.EOFException}.
 */
public interface Connection extends Awaitable, AutoCloseable {

    /** Connects to a {@link java.net.UnixDomainSocketAddress} or an {@link java.net.InetSocketAddress}. */
    static Connection connect(SocketAddress address, AuthKey key) throws IOException, InterruptedException {
        return builder(address, key).connect();
    }

    /** Options for a connection to an address, by the key that both sides know. */
    static ConnectionBuilder builder(SocketAddress address, AuthKey key) {
        return new ConnectionBuilder(address, key);
    }

    /**
     * Sends one message. An interrupt does not stop it, because nobody could go on after half a message. It ends within
     * the write timeout.
     *
     * @throws FrameTooLargeException if it is over the limit; nothing was sent, and the connection goes on
     * @throws IOException if the peer is gone; what it had sent can still be received. Or if the peer did not read in
     *     time; then the connection is closed
     */
    default void sendBytes(byte[] message) throws IOException {
        sendBytes(message, 0, message.length);
    }

    /** Sends a part of an array as one message. */
    void sendBytes(byte[] bytes, int offset, int length) throws IOException;

    /**
     * Waits for one message. An interrupt does no harm to the connection, even if half of the message had come.
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
     * @throws io.ipcq.codec.CodecException if it is not such a value; the next call gets the next message
     */
    default <T> T recv(Codec<T> codec) throws IOException, InterruptedException {
        return codec.decode(recvBytes());
    }

    /** Waits, at most {@code timeout}, until {@link #recvBytes} would return or fail at once; says whether it would. */
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

    /** The address of the other side; it is empty for a client at a Unix-domain socket. */
    SocketAddress remoteAddress();

    /** The user at the other side; empty for TCP, and where the system does not tell. */
    Optional<PeerCredentials> peer();

    /** False once this side has closed it, or sending or receiving has failed. */
    boolean isOpen();

    /** Closes the connection. Calls that wait in other threads throw an {@link IOException}. May be called again. */
    @Override
    void close();
}
