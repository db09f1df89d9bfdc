// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread of a server wait for many connections; {@link Wait} does so for a few things of any kind.
 *
 * <p>It reports a connection when bytes or the end have come. The caller then calls {@link Registration#recvBytes}
 * until there is no more. It also reports when the rest of a message can be sent. A connection that the caller ignores
 * is reported again.
 *
 * <p>Thread-safe, but one thread waits at a time. Process-safe: it belongs to this process.
 *
 * @param <T> the type of what stands for a connection
 */
public final class ConnectionSelector<T> implements AutoCloseable {

    private final Selector selector;
    private final SpinHabit spin = new SpinHabit();
    private volatile boolean woken;

    // of the thread that waits; a hash code keeps no memory of a connection that has ended
    private int lastReported;
    private boolean sameAgain;

    public ConnectionSelector() throws IOException {
        selector = Selector.open();
    }

    /**
     * A connection at a selector, with methods that do not wait. It ends with the connection, which can still be used
     * in all other ways. Thread-safe.
     */
    public static final class Registration {

        private final SocketConnection connection;
        private final SelectionKey key;
        private boolean paused = true;
        private boolean hearing = true;
        private boolean unsent;

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
         * Sends one message. If the peer has to read first, it returns false and keeps the rest and the array. The
         * selector reports when {@link #sendRest} can go on.
         *
         * @throws IllegalStateException if a part of an earlier message is left; nothing was sent
         * @throws IOException if the peer is gone; what it had sent can still be received
         */
        public boolean sendBytes(byte[] message) throws IOException {
            boolean sent = connection.sendBytesNow(message);
            if (!sent) {
                setUnsent(true);
            }
            return sent;
        }

        /**
         * Sends what is left of a message; false if the peer has to read more first.
         *
         * @throws IOException as {@link #sendBytes}
         */
        public boolean sendRest() throws IOException {
            boolean sent = connection.sendRestNow();
            if (sent) {
                setUnsent(false);
            }
            return sent;
        }

        /** How long a peer may take to read one message; the caller has to enforce it. */
        public Duration writeTimeout() {
            return connection.writeTimeout();
        }

        /** Stops reporting this connection, until {@link #resume}. */
        public synchronized void pause() {
            paused = true;
            interest();
        }

        /** Reports this connection again, after {@link #pause}. */
        public synchronized void resume() {
            paused = false;
            interest();
        }

        /**
         * Whether it reports that bytes have come. If not, it reports only when {@link #sendRest} can go on, or the
         * peer is gone.
         */
        public synchronized void setHearing(boolean on) {
            hearing = on;
            interest();
        }

        private synchronized void setUnsent(boolean any) {
            unsent = any;
            interest();
            key.selector().wakeup(); // it looks at the interest before it waits only
        }

        private void interest() {
            try {
                key.interestOps(
                        paused ? 0 : (hearing ? SelectionKey.OP_READ : 0) | (unsent ? SelectionKey.OP_WRITE : 0));
            } catch (CancelledKeyException closed) {
                // nothing to tell any more
            }
        }
    }

    /**
     * Adds a connection whose messages have room up to the limit of a frame. See
     * {@link #register(Connection, Object, IntPredicate)}.
     */
    public Registration register(Connection connection, T attachment) throws IOException {
        return register(connection, attachment, any -> true);
    }

    /**
     * Adds a connection, paused. Some bytes may have been received already, and they are not reported: look for them
     * once.
     *
     * @param room is asked whether so many more bytes of memory may be taken, while a message arrives that is larger
     *     than a small buffer; a connection whose message gets no room is closed
     * @throws IllegalArgumentException if it was not made by this package
     * @throws IOException if it is closed
     */
    public Registration register(Connection connection, T attachment, IntPredicate room) throws IOException {
        if (!(connection instanceof SocketConnection socket)) {
            throw new IllegalArgumentException("not a connection of a socket: " + connection);
        }
        return new Registration(socket, socket.register(selector, attachment, room));
    }

    /** Waits until there is something to do, or for {@link #wakeup}, and reports the connections for which there is. */
    public void select(Consumer<T> ready) throws IOException {
        if (spin(ready)) {
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

    /** Also true if there was a wakeup, because this look may have consumed the one that was meant to end the wait. */
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

    /** Only while one peer talks. Of several, another one may need the processor that this thread would spin on. */
    private boolean spin(Consumer<T> ready) throws IOException {
        if (!sameAgain || !spin.isWorthwhile()) {
            return false;
        }
        long began = System.nanoTime();
        do {
            if (look(ready)) {
                spin.paid();
                return true;
            }
            Thread.onSpinWait();
        } while (System.nanoTime() - began < SpinHabit.NANOS);
        spin.failed();
        return false;
    }

    private static IOException closed(ClosedSelectorException e) {
        return new IOException("the selector is closed", e);
    }

    @SuppressWarnings("unchecked") // as registered
    private void tell(SelectionKey key, Consumer<T> ready) {
        int reported = System.identityHashCode(key);
        sameAgain = reported == lastReported;
        lastReported = reported;
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
