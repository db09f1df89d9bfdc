// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread wait for many connections; what {@code multiprocessing.connection.wait} is to Python.
 *
 * <p>It tells that bytes have come, or the end; what to do with them is the caller's, with {@link Registration#recvBytes}
 * until there is no more. A connection whose bytes are left alone is told of again.
 *
 * <p>Thread-safe, but one thread waits at a time. Process-safe: it belongs to this process.
 *
 * @param <T> what stands for a connection
 */
public final class ConnectionSelector<T> implements AutoCloseable {

    private final Selector selector;
    private final Spin spin = new Spin();
    private volatile boolean woken;

    public ConnectionSelector() throws IOException {
        selector = Selector.open();
    }

    /**
     * A connection at a selector, and what can be done with it without waiting; it ends with the connection, which can be used as
     * ever. Thread-safe.
     */
    public static final class Registration {

        private final SocketConnection connection;
        private final SelectionKey key;

        private Registration(SocketConnection connection, SelectionKey key) {
            this.connection = connection;
            this.key = key;
        }

        /**
         * The next message if all of it has come, or null.
         *
         * @throws IOException as {@link Connection#recvBytes}
         */
        public byte @Nullable [] recvBytes() throws IOException {
            return connection.recvBytesNow();
        }

        /**
         * Sends one message. False if the peer has to read first: the connection keeps the rest and the array, and sends them
         * before anything else, at the latest with {@link #flush}.
         *
         * @throws IllegalStateException if something is left of a message before; nothing was sent
         * @throws IOException if the peer is gone; what it had sent can still be received
         */
        public boolean sendBytes(byte[] message) throws IOException {
            return connection.sendBytesNow(message);
        }

        /**
         * Sends what is left of a message; this one waits for the peer, as {@link Connection#sendBytes(byte[])} does.
         *
         * @throws IOException if the peer is gone, or did not read in time; what it had sent can still be received
         */
        public void flush() throws IOException {
            connection.flush();
        }

        /** Tells no more of this connection, until {@link #resume}. */
        public void pause() {
            interest(0);
        }

        public void resume() {
            interest(SelectionKey.OP_READ);
        }

        private void interest(int operations) {
            try {
                key.interestOps(operations);
            } catch (CancelledKeyException closed) {
                // nothing to tell any more
            }
        }
    }

    /**
     * Adds a connection, paused. Something of it may have been received already, which nobody is told of: look for it once.
     *
     * @throws IllegalArgumentException if it was not made by this package
     * @throws IOException if it is closed
     */
    public Registration register(Connection connection, T attachment) throws IOException {
        if (!(connection instanceof SocketConnection socket)) {
            throw new IllegalArgumentException("not a connection of a socket: " + connection);
        }
        return new Registration(socket, socket.register(selector, attachment));
    }

    /** Tells of the connections for which there is something to do, after waiting for that, or for {@link #wakeup}. */
    public void select(Consumer<T> ready) throws IOException {
        if (look(ready) || spin(ready)) {
            return;
        }
        try {
            selector.select(key -> tell(key, ready));
            woken = false;
        } catch (ClosedSelectorException e) {
            throw closed(e);
        }
    }

    /** {@link #select} without waiting. */
    public void selectNow(Consumer<T> ready) throws IOException {
        look(ready);
    }

    /** Also true if there was a wakeup: looking may have used up the one that was meant to end the waiting. */
    private boolean look(Consumer<T> ready) throws IOException {
        try {
            if (selector.selectNow(key -> tell(key, ready)) == 0 && !woken) {
                return false;
            }
            woken = false;
            return true;
        } catch (ClosedSelectorException e) {
            throw closed(e);
        }
    }

    private boolean spin(Consumer<T> ready) throws IOException {
        if (!spin.isWorthwhile()) {
            return false;
        }
        long began = System.nanoTime();
        do {
            Thread.onSpinWait();
            if (look(ready)) {
                spin.paid();
                return true;
            }
        } while (System.nanoTime() - began < Spin.NANOS);
        spin.failed();
        return false;
    }

    private static IOException closed(ClosedSelectorException e) {
        return new IOException("the selector is closed", e);
    }

    @SuppressWarnings("unchecked") // as registered
    private void tell(SelectionKey key, Consumer<T> ready) {
        ready.accept((T) key.attachment());
    }

    /** Ends a {@link #select}, or the next one. */
    public void wakeup() {
        woken = true;
        selector.wakeup();
    }

    @Override
    public void close() {
        try {
            selector.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
