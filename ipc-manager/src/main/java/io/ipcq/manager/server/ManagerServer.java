// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.Log;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.connection.Listener;
import io.ipcq.connection.ListenerClosedException;
import io.ipcq.manager.wire.EncodedElements;
import io.ipcq.manager.wire.OwnType;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.Receipt;
import io.ipcq.manager.wire.RpcException;
import io.ipcq.manager.wire.Words;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.DurableQueueBuilder;
import io.ipcq.queue.SharedQueue;
import io.ipcq.queue.SharedQueueBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
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
import java.util.function.Supplier;
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
 * <p>A name lives as long as a client holds it; of a durable queue, what is on disk stays. A client that is gone holds nothing:
 * its locks are free, its leases end, its names are released.
 *
 * <p>Thread-safe. Process-safe: one process serves an address. Survives a crash: of clients, always; of this process, durable
 * queues with everything in them, and queues in memory for those who have them open.
 */
public final class ManagerServer implements AutoCloseable {

    /** How many descriptors queues take. */
    private static final int RING_DESCRIPTORS = 2;

    private static final int JOURNAL_DESCRIPTORS = 6;

    /** How long a newcomer is kept waiting at most, behind the one before, and how often it is looked whether it has to be. */
    private static final long ROOM_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Listener listener;
    private final ManagerServerOptions options;
    private final Map<String, OwnType> types = new HashMap<>();
    private final Map<String, Supplier<?>> factories = new HashMap<>();

    private final ConcurrentNavigableMap<Served.Key, Entry> entries = new ConcurrentSkipListMap<>();
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong requests = new AtomicLong();
    private final Budget memory;
    private final Budget stored;
    private final Budget names;
    private final Budget descriptors;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean shutdownAsked;
    private volatile @Nullable IOException failure;
    private final CountDownLatch stopped = new CountDownLatch(1);

    private final ScheduledThreadPoolExecutor clock =
            new ScheduledThreadPoolExecutor(1, work -> daemon(work, "ipcq-manager-clock"));
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> daemon(work, "ipcq-manager-worker"));

    private final Workers workers;
    private final RequestLoop requestLoop;
    private final Clearing<Session> clearing = new Clearing<>(threads, clock, Clearing.PATIENCE, Session::clear);

    /** A place for what a name stands for. Its lock is held while that is made or ended, which may take long. */
    private static final class Entry {
        private volatile @Nullable Served object;
        private boolean removed;
    }

    ManagerServer(Listener listener, ManagerServerOptions options, Map<OwnType, Supplier<?>> registered)
            throws IOException {
        this.listener = listener;
        this.options = options;
        this.memory = new Budget("maxCallBytes", options.maxCallBytes());
        this.stored = new Budget("maxStoredBytes", options.maxStoredBytes());
        this.names = new Budget("maxNames", options.maxNames());
        this.descriptors = new Budget("maxQueueDescriptors", options.maxQueueDescriptors());
        registered.forEach((type, factory) -> {
            types.put(type.name(), type);
            factories.put(type.name(), factory);
        });
        clock.setRemoveOnCancelPolicy(true);
        clock.prestartAllCoreThreads(); // while threads can be made
        workers = new Workers(threads, clock, options.maxThreads(), Workers.PATIENCE);
        requestLoop = new RequestLoop(threads);
        daemon(this::acceptClients, "ipcq-manager").start();
    }

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
            awaitRoom();
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

    /** Whatever fails costs the client, and nobody else. */
    private void accept(Connection client) {
        try {
            serve(client);
        } catch (RuntimeException | Error e) {
            Failures.log("a client could not be served", e);
            Failures.insist("a client that could not be served", Connection::close, client);
        }
    }

    /**
     * Keeps newcomers waiting while others have asked for more than can be done at once, if there are more clients than each is assured
     * its part of what is shared: those who go and come again may be among them twice. Not for long, as that may be slow.
     */
    private void awaitRoom() {
        long began = System.nanoTime();
        while (sessions.size() >= Math.min(Budget.ASSURED_CLIENTS, options.maxClients())
                && (requestLoop.isBehind() || clearing.size() > Ranks.FEW)
                && System.nanoTime() - began < ROOM_NANOS
                && !closed.get()) {
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
    }

    /** A server that nobody can connect to is not one that only looks healthy. */
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
        Session session = new Session(this, connection, numbers.incrementAndGet());
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

    /** What a client, or something that is served, may take of the heap. */
    Budget.Share memory() {
        return memory.share();
    }

    /** What a client may store in maps, sets, lists, values and arrays. */
    Budget.Share stored() {
        return stored.share();
    }

    /** How many names a client may hold. */
    Budget.Share heldNames() {
        return names.share();
    }

    /** What a client's queues may take of these. */
    Budget.Share descriptors() {
        return descriptors.share();
    }

    /** What clients have of what is limited. */
    List<Budget> budgets() {
        return List.of(memory, stored, names, descriptors, workers.budget());
    }

    Workers.Line line() {
        return workers.line();
    }

    /** Does something short, later. */
    void after(Duration time, Runnable work) {
        Future<?> unused = clock.schedule(work, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    void wake(Session session) {
        requestLoop.wake(session);
    }

    /** Has given back what a client held that has left. */
    void clear(Session session) {
        clearing.add(session);
    }

    void forget(Session session) {
        sessions.remove(session);
    }

    // ---- requests ---------------------------------------------------------------------------------------------------

    void dispatch(Call call) {
        requests.incrementAndGet();
        String method = call.method();
        int dot = method.indexOf('.');
        if (dot > 0) {
            String name = call.text(0);
            Served object = held(call.session(), new Served.Key(method.substring(0, dot), name));
            object.call(call, method.substring(dot + 1));
            return;
        }
        switch (method) {
            case "ping" -> call.reply(about());
            case "names" -> call.reply(names(call));
            case "open" -> call.reply(open(call));
            case "close" -> {
                Served object = held(call.session(), new Served.Key(call.text(0), call.text(1)));
                if (call.session().isLastHold(object)) {
                    call.session().giveUpCallsOf(object.key()); // what they got later nobody would give back
                    release(object, call.session());
                }
                call.session().release(object); // at last: until then the end of the client would do that
                call.reply(null);
            }
            case "cancel" -> {
                call.session().cancel(call.present(0));
                call.reply(null);
            }
            case "arrived" -> {
                Receipt receipt = call.receipt();
                Session.Handed handed = call.session().taken(call.present(0));
                if (handed != null) {
                    handed.arrived(receipt);
                }
                call.reply(handed != null);
            }
            case "shutdown" -> {
                if (!options.shutdownAllowed()) {
                    throw new RpcException(Protocol.FORBIDDEN, "clients may not end this server");
                }
                call.reply(null);
                shutdownAsked = true;
            }
            default -> throw new RpcException(Protocol.NO_METHOD, "there is no such method: " + Words.shown(method));
        }
    }

    private Map<String, @Nullable Object> about() {
        Map<String, @Nullable Object> about = new LinkedHashMap<>();
        about.put("protocol", Protocol.VERSION);
        about.put("pid", ProcessHandle.current().pid());
        about.put("clients", sessions.size());
        about.put("maxFrameBytes", options.maxFrameBytes());
        return about;
    }

    /** As many as an answer holds, in their order, from the first one on or after one that is given. */
    private List<Map<String, @Nullable Object>> names(Call call) {
        int most = Math.max(1, Math.min(Protocol.MAX_NAMES, options.maxFrameBytes() / Protocol.NAME_BYTES));
        Collection<Entry> from = (call.value(0) == null
                        ? entries
                        : entries.tailMap(new Served.Key(call.text(0), call.text(1)), false))
                .values();
        return from.stream()
                .map(entry -> entry.object)
                .filter(Objects::nonNull)
                .limit(most)
                .map(ManagerServer::row)
                .toList();
    }

    private static Map<String, @Nullable Object> row(Served object) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("type", object.key().type());
        row.put("name", object.key().name());
        row.put("holders", object.holders.size());
        return row;
    }

    private Served held(Session session, Served.Key key) {
        Entry entry = entries.get(key);
        Served object = entry == null ? null : entry.object;
        if (object == null || !session.holds(object)) {
            throw new RpcException(
                    Protocol.NOT_OPEN,
                    "this client has not opened it: type=" + Words.shown(key.type()) + ", name="
                            + Words.shown(key.name()));
        }
        return object;
    }

    private Map<String, @Nullable Object> open(Call call) {
        Map<String, @Nullable Object> asked = call.options(2);
        Served.Key key = new Served.Key(call.text(0), Words.name(call.text(1)));
        while (true) {
            Entry entry = entries.computeIfAbsent(key, any -> new Entry());
            synchronized (entry) {
                if (entry.removed) {
                    removeUnlessHeld(key, entry);
                    continue;
                }
                try {
                    return open(entry, key, asked, call.session()).describe();
                } finally {
                    removeUnlessHeld(key, entry);
                }
            }
        }
    }

    private Served open(Entry entry, Served.Key key, Map<String, @Nullable Object> asked, Session session) {
        Served object = entry.object;
        if (object == null) {
            if (Boolean.FALSE.equals(asked.get("create"))) {
                throw new RpcException(
                        Protocol.NOT_THERE,
                        "it was released by the last client that held it: type=" + Words.shown(key.type()) + ", name="
                                + key.name());
            }
            object = make(key, asked, session);
            entry.object = object;
        } else {
            object.requireSame(asked);
        }
        session.hold(object);
        object.holders.add(session);
        return object;
    }

    /** A client let go of something, or is gone. */
    void release(Served object, Session session) {
        try {
            object.left(session);
        } finally {
            letGo(object, session);
        }
    }

    private void letGo(Served object, Session session) {
        Entry entry = entries.get(object.key());
        if (entry != null) {
            synchronized (entry) {
                object.holders.remove(session);
                removeUnlessHeld(object.key(), entry);
            }
        }
    }

    private void removeUnlessHeld(Served.Key key, Entry entry) {
        Served object = entry.object;
        if (object != null && !object.holders.isEmpty()) {
            return;
        }
        entry.removed = true;
        entry.object = null;
        try {
            entries.remove(key, entry); // also where that has failed before
        } finally {
            if (object != null) {
                dispose(object);
            }
        }
    }

    private static void dispose(Served object) {
        try {
            object.dispose();
        } catch (Throwable e) {
            Failures.log("closing failed: " + object, e);
        }
    }

    private Served make(Served.Key key, Map<String, @Nullable Object> asked, Session session) {
        return switch (key.type()) {
            case "queue" -> queue(key, session, RING_DESCRIPTORS, () -> queue(asked));
            case "durableQueue" -> queue(key, session, JOURNAL_DESCRIPTORS, () -> durableQueue(key.name(), asked));
            case "map", "namespace", "set" -> new ServedMap(key);
            case "list" -> new ServedList(key);
            case "value" -> new ServedArray(key, 1, session);
            case "array" -> new ServedArray(key, number(asked, "length", -1), session);
            case "counter" -> new ServedCounter(key);
            case "lock" -> new ServedLock(key, clock, flag(asked, "fair"));
            case "semaphore" ->
                new ServedSemaphore(
                        key, clock, number(asked, "permits", 1), flag(asked, "fair"), flag(asked, "bounded"));
            case "latch" -> new ServedLatch(key, clock, number(asked, "count", 1));
            case "event" -> new ServedEvent(key, clock);
            case "barrier" ->
                new ServedBarrier(key, clock, (int) Math.min(Integer.MAX_VALUE, number(asked, "parties", 0)));
            case "object" -> own(key, asked);
            default ->
                throw new RpcException(
                        Protocol.INVALID_PARAMS, "there is no such type: type=" + Words.shown(key.type()));
        };
    }

    private static boolean flag(Map<String, @Nullable Object> asked, String name) {
        return Boolean.TRUE.equals(asked.get(name));
    }

    private ServedOwn own(Served.Key key, Map<String, @Nullable Object> asked) {
        OwnType type = types.get(String.valueOf(asked.get("interface")));
        Supplier<?> factory = type == null ? null : factories.get(type.name());
        if (type == null || factory == null) {
            throw new RpcException(
                    Protocol.FORBIDDEN,
                    "no such interface is registered: interface="
                            + Words.shown(String.valueOf(asked.get("interface"))));
        }
        return new ServedOwn(key, type, made(factory), workers);
    }

    /** The program's own code: whatever it throws ends the call, and nothing else. */
    private static Object made(Supplier<?> factory) {
        try {
            return factory.get();
        } catch (Throwable e) {
            Failures.log("a factory failed", e);
            throw Failures.answer(e);
        }
    }

    private ServedQueue queue(Served.Key key, Session session, int takes, Supplier<SharedQueue<byte[]>> maker) {
        Bill bill = new Bill(Session::descriptors);
        bill.change(session, takes);
        try {
            return new ServedQueue(key, maker.get(), clock, workers, memory(), bill);
        } catch (RuntimeException | Error e) {
            bill.end();
            throw e;
        }
    }

    private static SharedQueue<byte[]> queue(Map<String, @Nullable Object> asked) {
        try {
            SharedQueueBuilder<byte[]> builder = SharedQueue.builder(codec(asked));
            if (asked.get("maxSize") != null) {
                builder.maxSize(number(asked, "maxSize", 0));
            }
            if (asked.get("capacityBytes") != null) {
                builder.capacityBytes(number(asked, "capacityBytes", 0));
            }
            return builder.create();
        } catch (IOException | IllegalArgumentException e) {
            throw refused(e);
        }
    }

    private DurableQueue<byte[]> durableQueue(String name, Map<String, @Nullable Object> asked) {
        Path parent = options.directory()
                .orElseThrow(() -> new RpcException(
                        Protocol.FORBIDDEN,
                        "this manager keeps no durable queues; give its builder a directory for them"));
        try {
            DurableQueueBuilder<byte[]> builder =
                    DurableQueue.builder(codec(asked)).trustGroup(options.groupTrusted());
            if (asked.get("maxSize") != null) {
                builder.maxSize(number(asked, "maxSize", 0));
            }
            Path directory = parent.resolve(name);
            return Boolean.FALSE.equals(asked.get("made")) ? builder.open(directory) : builder.openOrCreate(directory);
        } catch (NoSuchFileException e) {
            throw new RpcException(Protocol.NOT_THERE, "there is no such queue: name=" + name);
        } catch (IOException | RuntimeException e) {
            throw refused(e);
        }
    }

    private static EncodedElements codec(Map<String, @Nullable Object> asked) {
        if (asked.get("codec") instanceof String id && !id.isEmpty() && id.length() <= 512) {
            return new EncodedElements(id);
        }
        throw new RpcException(Protocol.INVALID_PARAMS, "a queue has a codec, of 1 to 512 characters");
    }

    private static RpcException refused(Exception e) {
        return new RpcException(Protocol.MISMATCH, "the queue cannot be made: " + e.getMessage());
    }

    private static long number(Map<String, @Nullable Object> asked, String name, long unset) {
        Object value = asked.get(name);
        if (value == null) {
            return unset;
        }
        if (value instanceof Integer || value instanceof Long) {
            return ((Number) value).longValue();
        }
        throw new RpcException(Protocol.INVALID_PARAMS, name + " has to be a whole number of 64 bits");
    }

    // ---- the end ----------------------------------------------------------------------------------------------------

    private static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /** For a session that has sent what it had to say. */
    void closeIfAsked() {
        if (shutdownAsked) {
            close();
        }
    }

    /** Ends the server: its clients find it gone. Durable queues stay on disk. May be called again. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            CLOSING.forEach(step -> Failures.insist("the end of the server", step, this));
        }
    }

    /** What is done then, each in any case. */
    private static final List<Consumer<ManagerServer>> CLOSING = List.of(
            ManagerServer::closeListener,
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
