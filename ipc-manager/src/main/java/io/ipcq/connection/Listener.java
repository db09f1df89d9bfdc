// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.Awaitable;
import io.ipcq.Log;
import io.ipcq.memory.AtExit;
import io.ipcq.memory.Deadline;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Deque;
import java.util.LinkedList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Waits for peers at an address, and hands out connections to those that have proved that they know the key.
 *
 * <p>No peer keeps another one waiting. One thread serves all peers that have not proved the key, and each of them has
 * {@link Limits#HANDSHAKE} for it. If there are too many, one of them gives its place to the next. A Unix-domain socket
 * has mode 0600 in a directory 0700, which is made if it is missing. It takes only processes of the same user and of
 * root. TCP beyond loopback needs TLS.
 *
 * <p>Thread-safe. Process-safe: one process listens at an address; a second one is refused. Survives a crash: accepted
 * connections live until they are closed. If the process is killed, the file of its Unix-domain socket stays, and the
 * next listener at that address replaces it. If the process ends in another way, the file is removed.
 */
public final class Listener implements Awaitable, AutoCloseable {

    private static final int BACKLOG = 1024;
    private static final long LOG_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Listeners with a file, which are closed when this process ends. */
    private static final AtExit<Listener> WITH_FILE = new AtExit<>("ipcq-listener-files", Listener::closeAtEnd);

    private final ReentrantLock lock = new ReentrantLock();

    /** One has come to be accepted, or none will any more. */
    private final Condition changed = lock.newCondition();

    /** Connections that wait to be accepted. */
    @SuppressWarnings("JdkObsolete") // an array that cannot grow for want of memory may lose what is in it
    private final Deque<Connection> accepted = new LinkedList<>(); // guarded by lock

    private final AtomicLong notLogged = new AtomicLong();
    private volatile long lastLogged = System.nanoTime() - LOG_PAUSE_NANOS;
    private volatile boolean closed;
    private volatile boolean failed;

    private final ServerSocketChannel server;
    private final SocketAddress address;
    private final Reception reception;
    private final @Nullable UnixSocketFile file;

    private Listener(ServerSocketChannel server, AuthKey key, ListenerOptions options, @Nullable UnixSocketFile file)
            throws IOException {
        this.server = server;
        this.address = server.getLocalAddress();
        this.file = file;
        this.reception = new Reception(this, server, key, options);
    }

    /**
     * Listens at a {@link UnixDomainSocketAddress} or an {@link java.net.InetSocketAddress}; port 0 is any free one.
     */
    public static Listener bind(SocketAddress address, AuthKey key) throws IOException {
        return builder(address, key).bind();
    }

    /** Listens at a Unix-domain socket in a new private directory, which {@link #close} removes. */
    public static Listener bind(AuthKey key) throws IOException {
        UnixSocketFile file = UnixSocketFile.inPrivateDirectory();
        return bind(file, key, builder(file.address(), key).options());
    }

    /** The directories of sockets that killed programs of this user have left, a manager's server for instance. */
    public static List<Path> leftovers() throws IOException {
        return SocketDirectories.abandoned(OwnFiles.socketParent());
    }

    /** Removes the {@link #leftovers} at once; programs that listen do so, too. What cannot be removed stays. */
    public static void sweep() throws IOException {
        SocketDirectories.sweep(OwnFiles.socketParent());
    }

    static Listener bind(UnixSocketFile file, AuthKey key, ListenerOptions options) throws IOException {
        return bind(file.address(), key, options, file);
    }

    /** Options for a listener at an address, by the key that both sides know. */
    public static ListenerBuilder builder(SocketAddress address, AuthKey key) {
        return new ListenerBuilder(address, key);
    }

    static Listener bind(SocketAddress address, AuthKey key, ListenerOptions options) throws IOException {
        Connector.requireProtected(address, options.connection());
        UnixSocketFile file = address instanceof UnixDomainSocketAddress path
                ? new UnixSocketFile(path, options.connection().otherUsers())
                : null;
        return bind(address, key, options, file);
    }

    private static Listener bind(
            SocketAddress address, AuthKey key, ListenerOptions options, @Nullable UnixSocketFile file)
            throws IOException {
        ServerSocketChannel server = null;
        Listener listener = null;
        try {
            if (file == null) {
                server = ServerSocketChannel.open();
                server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                server.bind(address, BACKLOG);
            } else {
                server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                file.bind(server, BACKLOG);
            }
            listener = new Listener(server, key, options, file);
            listener.reception.start();
            if (file != null) {
                WITH_FILE.add(listener);
            }
            return listener;
        } catch (IOException | RuntimeException | Error e) {
            release(listener, server, file, e);
            throw e;
        }
    }

    private static void release(
            @Nullable Listener begun,
            @Nullable ServerSocketChannel server,
            @Nullable UnixSocketFile file,
            Throwable failure) {
        try (server;
                begun) {
            if (begun == null && file != null) {
                file.remove();
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /** Where it listens: what to give to {@link Connection#connect}. */
    public SocketAddress address() {
        return address;
    }

    /**
     * Waits for the next peer that has proved to know the key.
     *
     * @throws SocketException if the listener is closed
     */
    public Connection accept() throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            boolean unused = await(Deadline.NEVER);
            Connection next = first();
            accepted.remove();
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** The same, waiting at most so long; empty if no peer came. */
    public Optional<Connection> accept(Duration timeout) throws IOException, InterruptedException {
        long deadline = Deadline.in(timeout);
        lock.lockInterruptibly();
        try {
            if (!await(deadline)) {
                return Optional.empty();
            }
            Optional<Connection> next = Optional.of(first());
            accepted.remove();
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** Waits, at most {@code timeout}, until {@link #accept} would return or fail at once; says whether it would. */
    @Override
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        long deadline = Deadline.in(timeout);
        lock.lockInterruptibly();
        try {
            return await(deadline);
        } finally {
            lock.unlock();
        }
    }

    /** For who has the lock: false if the deadline has passed. */
    private boolean await(long deadline) throws InterruptedException {
        while (accepted.isEmpty() && !closed) {
            long left = Deadline.remainingNanos(deadline);
            if (left <= 0) {
                return false;
            }
            changed.awaitNanos(left);
        }
        return true;
    }

    /** For who has the lock, and removes it when nothing can fail any more: until then it is not lost. */
    private Connection first() throws SocketException {
        if (accepted.isEmpty()) {
            throw failed
                    ? new SocketException(
                            "the listener has failed, its log says why; make a new one: address=" + address)
                    : new ListenerClosedException("the listener is closed: address=" + address);
        }
        reception.placeIsFree();
        return accepted.element();
    }

    /** How many connections wait to be accepted. */
    int waiting() {
        lock.lock();
        try {
            return accepted.size();
        } finally {
            lock.unlock();
        }
    }

    /** A peer has proved its key. */
    void welcome(Connection connection) {
        lock.lock();
        try {
            if (closed) {
                connection.close();
            } else {
                accepted.add(connection);
                changed.signalAll(); // not all of them take it
            }
        } finally {
            lock.unlock();
        }
    }

    /** Nobody receives peers any more. */
    void over() {
        if (closed) {
            return;
        }
        failed = true;
        try {
            close();
        } catch (IOException e) {
            Log.of(Listener.class).debug("closing a listener failed: {}", this, e);
        }
    }

    /** Messages of this package contain nothing from the peer. Others, such as those about TLS, may. */
    private static String reason(Throwable e) {
        boolean ours = e.getStackTrace().length > 0
                && e.getStackTrace()[0].getClassName().startsWith(Listener.class.getPackageName());
        return ours ? String.valueOf(e.getMessage()) : e.getClass().getSimpleName();
    }

    void reportDropped(SocketChannel channel, Throwable e) {
        if (!closed) {
            report("a peer was dropped before it was authenticated: peer=" + describe(channel), e);
        }
    }

    private static String describe(SocketChannel channel) {
        try {
            return String.valueOf(channel.getRemoteAddress());
        } catch (IOException e) {
            return "gone";
        }
    }

    /**
     * Logs at most one line a second, which says how many were left out, so that a flood of peers does not fill the
     * log.
     */
    void report(String line, Throwable e) {
        long now = System.nanoTime();
        if (now - lastLogged < LOG_PAUSE_NANOS) {
            notLogged.incrementAndGet();
            return;
        }
        lastLogged = now;
        try {
            Log.of(Listener.class)
                    .warn(
                            "{}, reason={}; address={}, not logged before={}",
                            line,
                            reason(e),
                            address,
                            notLogged.getAndSet(0));
        } catch (Throwable unsaid) {
            // no reason to end, either
        }
    }

    /** Whatever fails is about this one, and keeps nobody from closing the next. */
    static void closeQuietly(AutoCloseable each) {
        try {
            each.close();
        } catch (Throwable e) {
            try {
                Log.of(Listener.class).debug("closing a connection failed", e);
            } catch (Throwable unsaid) {
                // no reason to end, either
            }
        }
    }

    private void closeWaiting() {
        lock.lock();
        try {
            changed.signalAll();
            while (!accepted.isEmpty()) {
                closeQuietly(accepted.remove());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Stops listening. The address is free afterwards, and accepted connections go on. May be called again. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (reception;
                server) {
            WITH_FILE.remove(this);
            if (file != null) {
                file.remove();
            }
        } finally {
            closeWaiting();
        }
    }

    private void closeAtEnd() {
        try {
            close();
        } catch (IOException e) {
            Log.of(Listener.class).debug("closing a listener failed: {}", this, e);
        }
    }

    @Override
    public String toString() {
        return "Listener[" + address + (closed ? ", closed" : "") + "]";
    }
}
