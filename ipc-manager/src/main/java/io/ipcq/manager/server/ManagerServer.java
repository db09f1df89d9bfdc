// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.Log;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.connection.Listener;
import io.ipcq.connection.ListenerClosedException;
import io.ipcq.manager.wire.Operation;
import io.ipcq.manager.wire.Operation.OfServer;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.Receipt;
import io.ipcq.manager.wire.RpcException;
import io.ipcq.manager.wire.Words;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Serves queues, maps, locks and others by name, in this process.
 *
 * <pre>{@code
 * try (ManagerServer server = ManagerServer.builder().bind(address, key)) {
 *     server.serveForever();
 * }
 * }</pre>
 *
 * <p>A name lives as long as a client holds it; the files of a durable queue stay. When a client is gone, its locks are
 * free, its leases end, and its names are released.
 *
 * <p>Thread-safe. Process-safe: one process serves an address. Survives a crash: of clients, always; of this process,
 * durable queues with everything in them, and queues in memory for those who have them open.
 */
public final class ManagerServer implements AutoCloseable {

    /** How long a newcomer waits while nothing is given back of what gone clients held. */
    private static final Duration ROOM_PATIENCE = Duration.ofMillis(200);

    /** How long a newcomer waits at most for requests of others, after the newcomer before it. */
    private static final long REQUESTS_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** How often it looks whether it still has to wait for them. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Listener listener;
    private final ManagerServerOptions options;

    private final Session.Host host = new Host();
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong requests = new AtomicLong();
    private final Budgets budgets;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean shutdownAsked;
    private volatile @Nullable IOException failure;
    private final CountDownLatch stopped = new CountDownLatch(1);

    private final ScheduledThreadPoolExecutor clock =
            new ScheduledThreadPoolExecutor(1, work -> daemon(work, "ipcq-manager-clock"));
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> daemon(work, "ipcq-manager-worker"));

    private final Workers workers;
    private final NameTable names;
    private final RequestLoop requestLoop;
    private final Admission admission = new Admission(this::hasClientsToClearFirst, ROOM_PATIENCE);
    private final Clearing<Session> clearing =
            new Clearing<>(threads, clock, Clearing.PATIENCE, Session::clear, admission::cleared);

    /** Has to be {@linkplain #begin begun}. Closes the listener when it is closed. */
    ManagerServer(Listener listener, ManagerServerOptions options) throws IOException {
        this.listener = listener;
        this.options = options;
        this.budgets = new Budgets(options);
        workers = new Workers(threads, clock, options.maxThreads(), Workers.PATIENCE);
        names = new NameTable(new ServedTypes(options, budgets, clock, workers));
        clock.setRemoveOnCancelPolicy(true);
        requestLoop = new RequestLoop(threads);
    }

    /** Begins to serve. If that fails, {@link #close} gives back what was begun. */
    ManagerServer begin() {
        clock.prestartAllCoreThreads(); // while threads can be made
        requestLoop.start();
        daemon(this::acceptClients, "ipcq-manager").start();
        return this;
    }

    /** Options for a server. */
    public static ManagerServerBuilder builder() {
        return new ManagerServerBuilder();
    }

    /** A server at a Unix-domain socket in a new private directory, with no options. */
    public static ManagerServer bind(AuthKey key) throws IOException {
        return builder().bind(key);
    }

    /** Where clients connect to. */
    public SocketAddress address() {
        return listener.address();
    }

    /** What the server was made with. */
    public ManagerServerOptions options() {
        return options;
    }

    /** How many clients are connected. */
    public int clients() {
        return sessions.size();
    }

    /**
     * Waits until the server is closed, here or, if that is allowed, by a client.
     *
     * @throws UncheckedIOException if nobody can connect to it any more; it is closed then
     */
    public void serveForever() throws InterruptedException {
        stopped.await();
        if (failure != null) {
            throw new UncheckedIOException("the listener has failed: " + this, failure);
        }
    }

    /** How many requests were received, of all clients together. */
    public long requests() {
        return requests.get();
    }

    private void acceptClients() {
        boolean more = true;
        while (more) {
            try {
                more = acceptNext();
            } catch (RuntimeException | Error e) {
                Failures.log("taking in clients failed; it goes on", e);
            }
        }
    }

    private boolean acceptNext() {
        try {
            if (closed.get()) {
                return false;
            }
            admission.await();
            awaitRequests();
            accept(listener.accept());
            return true;
        } catch (ListenerClosedException over) {
            close(); // by the program, or as the JVM ends
            return false;
        } catch (IOException | InterruptedException over) {
            endWithListener(over);
            return false;
        }
    }

    /** Serves a client. A failure costs this client, and nobody else. */
    private void accept(Connection client) {
        try {
            serve(client);
        } catch (RuntimeException | Error e) {
            Failures.log("a client could not be served", e);
            Failures.insist("a client that could not be served", Connection::close, client);
        }
    }

    /**
     * Whether there are as many clients as are assured a part of what is shared. A client that goes and comes again may
     * count twice.
     */
    private boolean isFull() {
        return sessions.size() >= Math.min(Budget.ASSURED_CLIENTS, options.maxClients()) && !closed.get();
    }

    private boolean hasClientsToClearFirst() {
        return isFull() && clearing.size() > 0;
    }

    /**
     * Has a newcomer wait while the server is behind with the requests of others. Not for long, because requests may be
     * slow.
     */
    private void awaitRequests() {
        long began = System.nanoTime();
        while (isFull() && requestLoop.isBehind() && System.nanoTime() - began < REQUESTS_NANOS) {
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
    }

    /** Ends the server, as nobody can connect to it any more. It must not look healthy. */
    private void endWithListener(Exception over) {
        if (!closed.get()) {
            Log.of(ManagerServer.class).error("the manager's server ends, as its listener has failed: {}", this, over);
            failure = over instanceof IOException e ? e : new IOException(over);
            close();
        }
    }

    private void serve(Connection connection) {
        if (sessions.size() >= options.maxClients()) {
            Log.of(ManagerServer.class).warn("a client was turned away: limit={}", options.maxClients());
            connection.close();
            return;
        }
        Session session = session(connection, numbers.incrementAndGet());
        sessions.add(session);
        try {
            session.begin(requestLoop);
        } catch (IOException | RuntimeException | Error e) {
            Failures.log("a client is gone before it was served", e);
            session.end();
        }
        if (closed.get()) {
            session.end();
        }
    }

    /** A client that is not among the sessions yet. */
    Session session(Connection connection, long number) {
        return new Session(host, connection, number);
    }

    /** What clients have of each thing that is limited. */
    List<Budget> budgets() {
        return Stream.concat(budgets.all().stream(), Stream.of(workers.budget()))
                .toList();
    }

    /** What a session needs of its server. */
    private final class Host implements Session.Host {

        @Override
        public int maxFrameBytes() {
            return options.maxFrameBytes();
        }

        @Override
        public Budgets budgets() {
            return budgets;
        }

        @Override
        public Workers.Line line() {
            return workers.line();
        }

        @Override
        public void dispatch(Call call) {
            ManagerServer.this.dispatch(call);
        }

        @Override
        public void closeIfAsked() {
            if (shutdownAsked) {
                close();
            }
        }

        @Override
        public Future<?> after(Duration time, Runnable work) {
            return clock.schedule(work, time.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public void wake(Session session) {
            requestLoop.wake(session);
        }

        @Override
        public void release(Served object, Session session) {
            names.release(object, session);
        }

        @Override
        public void clear(Session session) {
            clearing.add(session);
        }

        @Override
        public void forget(Session session) {
            sessions.remove(session);
            admission.cleared();
        }
    }

    // ---- requests ---------------------------------------------------------------------------------------------------

    private void dispatch(Call call) {
        requests.incrementAndGet();
        String method = call.method();
        int dot = method.indexOf('.');
        if (dot > 0) {
            String name = call.text(0);
            Served object = names.held(call.session(), new Served.Key(method.substring(0, dot), name));
            object.call(call, method.substring(dot + 1));
            return;
        }
        OfServer operation = Operation.of(OfServer.class, method);
        if (operation == null) {
            throw new RpcException(Protocol.NO_METHOD, "there is no such method: " + Words.shown(method));
        }
        switch (operation) {
            case PING -> call.reply(about());
            case NAMES -> call.reply(names.rows(call, most(Protocol.MAX_NAMES, Protocol.NAME_BYTES), NameTable::row));
            case LOCKS -> call.reply(names.rows(call, most(Protocol.MAX_NAMES, Protocol.LOCK_BYTES), LockRows::row));
            case OPEN -> call.reply(names.open(call));
            case CLOSE -> {
                Served object = names.held(call.session(), new Served.Key(call.text(0), call.text(1)));
                if (call.session().isLastHold(object)) {
                    call.session().giveUpCallsOf(object.key()); // nobody would give back what they got later
                    names.release(object, call.session());
                }
                call.session().release(object); // last: until then the end of the client would give it back
                call.reply(null);
            }
            case CANCEL -> {
                call.session().cancel(call.present(0));
                call.reply(null);
            }
            case ARRIVED -> {
                Receipt receipt = call.receipt();
                call.reply(call.session().arrived(call.present(0), receipt));
            }
            case REVOKE -> {
                requireShutdownAllowed("clients of this server may not take locks from others");
                Served object = names.there(new Served.Key(call.text(0), call.text(1)));
                long client = call.number(2);
                String thread = call.value(3) == null ? null : call.label(3);
                call.reply(object instanceof ServedMonitor monitor && monitor.revoke(client, thread));
            }
            case SHUTDOWN -> {
                requireShutdownAllowed("clients may not end this server");
                call.reply(null);
                shutdownAsked = true;
            }
        }
    }

    /** Refuses what only a client may do that may end the server. To end it would end all that others hold, too. */
    private void requireShutdownAllowed(String refusal) {
        if (!options.shutdownAllowed()) {
            throw new RpcException(Protocol.FORBIDDEN, refusal);
        }
    }

    /** How many rows of such a length an answer holds. */
    private int most(int rows, int bytes) {
        return Math.max(1, Math.min(rows, options.maxFrameBytes() / bytes));
    }

    private Map<String, @Nullable Object> about() {
        Map<String, @Nullable Object> about = new LinkedHashMap<>();
        about.put("protocol", Protocol.VERSION);
        about.put("pid", ProcessHandle.current().pid());
        about.put("clients", sessions.size());
        about.put("maxFrameBytes", options.maxFrameBytes());
        return about;
    }

    // ---- the end ----------------------------------------------------------------------------------------------------

    private static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Ends the server: its clients find it gone. Durable queues stay on disk. May be called again. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            CLOSING.forEach(step -> Failures.insist("the end of the server", step, this));
        }
    }

    /** The steps of closing. Each is done even if another one fails. */
    private static final List<Consumer<ManagerServer>> CLOSING = List.of(
            ManagerServer::closeListener,
            server -> server.admission.cleared(),
            server -> server.requestLoop.close(),
            server -> server.sessions.forEach(Session::end),
            server -> server.threads.shutdownNow(),
            server -> server.clock.shutdownNow(),
            server -> server.stopped.countDown());

    private void closeListener() {
        try {
            listener.close();
        } catch (IOException e) {
            Log.of(ManagerServer.class).warn("closing the listener failed", e);
        }
    }

    @Override
    public String toString() {
        return "ManagerServer[" + address() + (closed.get() ? ", closed" : "") + "]";
    }
}
