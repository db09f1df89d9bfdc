// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.codec.Codec;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.manager.wire.Json;
import io.ipcq.manager.wire.Operation.OfServer;
import io.ipcq.manager.wire.ServedType;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * A process that holds what others share: queues, maps, locks, by name.
 *
 * <pre>{@code
 * try (Manager manager = Manager.start()) {
 *     SharedQueue<String> queue = manager.queue("letters", String.class);
 *     pool.apply(Letters::write, queue);                                // a proxy can be passed on
 *     pool.apply(Letters::read, queue);
 * }
 * }</pre>
 *
 * <p>A name stands for the same thing in every process. It lives as long as one of them holds it: until the last proxy
 * is closed, or the last process that has one ends. What a process held when it died, a lock for instance, is released.
 *
 * <p>On the machine of the manager a proxy of a queue is the queue's own file, and as fast. Elsewhere, the same proxy
 * talks to the server. There, {@code get} returns as soon as it has sent the confirmation that the element arrived. If
 * the connection breaks and the confirmation is lost, the server hands the element out again. When the server is gone,
 * every call of every proxy throws {@link ManagerGoneException}.
 *
 * <p>Thread-safe; calls of several threads do not wait for each other. Process-safe: proxies are serializable and
 * arrive attached to the same thing; the stream contains the key. Survives a crash: of every client; of the manager,
 * durable queues.
 */
public final class Manager implements AutoCloseable {

    /**
     * How long a manager may take to answer, after the timeout of the call if it has one. A manager that does not
     * answer in that time, as it was stopped for instance, counts as gone. If it goes on later, it releases what this
     * process held. Some calls may wait for longer, such as {@code get()}, {@code get(timeout)} with a longer timeout,
     * {@code lock()}, or {@code await} of a condition, which has to take the lock again. They ask the manager each time
     * they have heard nothing for that long, so they end within twice that time.
     */
    public static final Duration ANSWER_TIMEOUT = Link.ANSWER_TIMEOUT;

    private final Link link;
    private final @Nullable ChildProcess process;

    Manager(Link link, @Nullable ChildProcess process) {
        this.link = link;
        this.process = process;
    }

    /** Starts a manager in a child process, with a new key; it ends when this is closed or this process ends. */
    public static Manager start() throws IOException, InterruptedException {
        return builder().start();
    }

    /** Options for {@link ManagerBuilder#start}. */
    public static ManagerBuilder builder() {
        return new ManagerBuilder();
    }

    /** Reaches a manager that runs elsewhere. */
    public static Manager connect(SocketAddress address, AuthKey key) throws IOException, InterruptedException {
        return new Manager(Link.to(address, key), null);
    }

    /** Reaches a manager over a connection with options of its own, such as TLS; its proxies cannot be passed on. */
    public static Manager connect(Connection connection) {
        return connect(connection, ANSWER_TIMEOUT);
    }

    /** The same with another {@link #ANSWER_TIMEOUT}. */
    public static Manager connect(Connection connection, Duration answerTimeout) {
        return new Manager(Link.over(connection, answerTimeout), null);
    }

    /** Where the manager can be reached; empty if the program made the connection itself. */
    public Optional<SocketAddress> address() {
        return Optional.ofNullable(link.address());
    }

    /** The key it can be reached with; empty if the program made the connection itself. */
    public Optional<AuthKey> key() {
        return Optional.ofNullable(link.key());
    }

    /** The child process that this manager is; empty if it was started elsewhere. */
    public Optional<ChildProcess> process() {
        return Optional.ofNullable(process);
    }

    /** Asks whether it is there, and returns its process number. */
    public OptionalLong ping() {
        return link.call(OfServer.PING) instanceof Map<?, ?> about && about.get("pid") instanceof Number pid
                ? OptionalLong.of(pid.longValue())
                : OptionalLong.empty();
    }

    /** The names that clients hold at the moment. */
    public List<Held> names() {
        List<Held> names = new ArrayList<>();
        Object rows = link.call(OfServer.NAMES);
        while (rows instanceof List<?> page && !page.isEmpty()) {
            page.forEach(row -> names.add(Held.of((Map<?, ?>) row)));
            Held last = names.get(names.size() - 1);
            rows = link.call(OfServer.NAMES, last.type(), last.name());
        }
        return List.copyOf(names);
    }

    /**
     * A name that somebody holds.
     *
     * @param type what it stands for: {@code queue}, {@code lock}
     * @param name the name
     * @param holders how many clients hold it
     */
    public record Held(String type, String name, int holders) {
        static Held of(Map<?, ?> row) {
            return new Held(String.valueOf(row.get("type")), String.valueOf(row.get("name")), (int)
                    Json.number(row, "holders"));
        }
    }

    /**
     * The locks, semaphores, latches, events and barriers that clients hold at the moment: who has them, and how many
     * threads wait.
     *
     * @throws ManagerException with {@link ManagerException#UNKNOWN_OPERATION} if the manager is older than this method
     */
    public List<LockState> locks() {
        List<LockState> locks = new ArrayList<>();
        Object rows = link.call(OfServer.LOCKS);
        while (rows instanceof List<?> page && !page.isEmpty()) {
            page.forEach(row -> locks.add(LockState.of((Map<?, ?>) row)));
            LockState last = locks.get(locks.size() - 1);
            rows = link.call(OfServer.LOCKS, last.type(), last.name());
        }
        return List.copyOf(locks);
    }

    /**
     * Takes a lock or permits from a client that holds them, so that others get them. What they protect may be half
     * done. The client is not told: its next {@code unlock} throws, and permits that it releases do not come back a
     * second time. If its process can be ended instead, that has the same effect, and is safe.
     *
     * @param state what {@link #locks} said
     * @param holder one of its holders
     * @return false if that thread of that client holds it no longer
     * @throws ManagerException with {@link ManagerException#FORBIDDEN} if the server does not let its clients do that
     */
    public boolean revoke(LockState state, LockState.Holder holder) {
        return Boolean.TRUE.equals(
                link.call(OfServer.REVOKE, state.type(), state.name(), holder.client(), holder.thread()));
    }

    /** Ends the server, if it lets its clients do that. */
    public void shutdown() {
        link.call(OfServer.SHUTDOWN);
    }

    // ---- what it serves ---------------------------------------------------------------------------------------------

    /** A new queue. Only those know it who are given the proxy. */
    public <E> SharedQueue<E> queue(Class<E> type) {
        return queue(UUID.randomUUID().toString(), type);
    }

    /** A queue without a bound on its elements, encoded as {@link Codec#forType} says. */
    public <E> SharedQueue<E> queue(String name, Class<E> type) {
        return queue(name, Codec.forType(type), Map.of());
    }

    /** A queue in which at most so many elements wait. */
    public <E> SharedQueue<E> queue(String name, Class<E> type, long maxSize) {
        return queue(name, Codec.forType(type), maxSize);
    }

    /** A queue with a codec of your own. */
    public <E> SharedQueue<E> queue(String name, Codec<E> codec) {
        return queue(name, codec, Map.of());
    }

    /** A queue with a codec of your own, in which at most so many elements wait. */
    public <E> SharedQueue<E> queue(String name, Codec<E> codec, long maxSize) {
        return queue(name, codec, Map.of("maxSize", maxSize));
    }

    private <E> SharedQueue<E> queue(String name, Codec<E> codec, Map<String, Object> options) {
        Map<String, Object> asked = new HashMap<>(options);
        asked.put("codec", codec.id());
        return Proxies.queue(reference(ServedType.QUEUE, name, asked), codec);
    }

    /** A queue in the manager's directory; it stays there, with what is in it, when nobody holds it. */
    public <E> DurableQueue<E> durableQueue(String name, Class<E> type) {
        return durableQueue(name, Codec.forType(type));
    }

    /** A durable queue in which at most so many elements wait; one that is there already has to have the same bound. */
    public <E> DurableQueue<E> durableQueue(String name, Class<E> type, long maxSize) {
        return durableQueue(name, Codec.forType(type), maxSize);
    }

    /** A durable queue with a codec of your own. */
    public <E> DurableQueue<E> durableQueue(String name, Codec<E> codec) {
        return durableQueue(name, codec, Map.of());
    }

    /** A durable queue with a codec of your own, in which at most so many elements wait. */
    public <E> DurableQueue<E> durableQueue(String name, Codec<E> codec, long maxSize) {
        return durableQueue(name, codec, Map.of("maxSize", maxSize));
    }

    private <E> DurableQueue<E> durableQueue(String name, Codec<E> codec, Map<String, Object> options) {
        Map<String, Object> asked = new HashMap<>(options);
        asked.put("codec", codec.id());
        return Proxies.durableQueue(reference(ServedType.DURABLE_QUEUE, name, asked), codec);
    }

    /**
     * A map. Its calls are atomic. Its views write through; iterators and streams show a snapshot. Keys are equal if
     * their encodings are. Values are compared by {@code equals}, arrays by what is in them. A key of another type is
     * not there.
     */
    public <K, V> ConcurrentMap<K, V> map(String name, Class<K> keys, Class<V> values) {
        return map(name, Codec.forType(keys), Codec.forType(values));
    }

    /** A map with codecs of your own. */
    public <K, V> ConcurrentMap<K, V> map(String name, Codec<K> keys, Codec<V> values) {
        return new RemoteMap<>(reference(ServedType.MAP, name, Map.of()), keys, values);
    }

    /** A set of elements that are encoded as {@link Codec#forType} says; see {@link #set(String, Codec)}. */
    public <E> Set<E> set(String name, Class<E> type) {
        return set(name, Codec.forType(type));
    }

    /**
     * A set. Its calls are atomic, {@code addAll}, {@code retainAll} and {@code removeIf} among them. Iterators and
     * streams show a snapshot, in the order in which the elements came. Elements are equal if their encodings are, as
     * the keys of a map.
     */
    public <E> Set<E> set(String name, Codec<E> codec) {
        return new RemoteSet<>(reference(ServedType.SET, name, Map.of()), codec);
    }

    /** A list of elements that are encoded as {@link Codec#forType} says; see {@link #list(String, Codec)}. */
    public <E> List<E> list(String name, Class<E> type) {
        return list(name, Codec.forType(type));
    }

    /**
     * A list. Its calls are atomic, {@code sort} and {@code removeIf} among them; iterators and streams show a
     * snapshot.
     */
    public <E> List<E> list(String name, Codec<E> codec) {
        return new RemoteList<>(reference(ServedType.LIST, name, Map.of()), codec);
    }

    /** A value of any type. To count with a number, use {@link #counter}, which adds in one call. */
    public <V> SharedValue<V> value(String name, Class<V> type) {
        return value(name, Codec.forType(type));
    }

    /** A value with a codec of your own. */
    public <V> SharedValue<V> value(String name, Codec<V> codec) {
        return new SharedValue<>(reference(ServedType.VALUE, name, Map.of()), codec);
    }

    /** So many values; one that is there already has to have the same length. */
    public <E> SharedArray<E> array(String name, Class<E> type, int length) {
        return array(name, Codec.forType(type), length);
    }

    /** So many values with a codec of your own; one that is there already has to have the same length. */
    public <E> SharedArray<E> array(String name, Codec<E> codec, int length) {
        return new SharedArray<>(reference(ServedType.ARRAY, name, Map.of("length", length)), codec);
    }

    /** A counter, 0 at first. */
    public SharedCounter counter(String name) {
        return new SharedCounter(reference(ServedType.COUNTER, name, Map.of()));
    }

    /** A reentrant lock; it is not fair. */
    public SharedLock lock(String name) {
        return lock(name, false);
    }

    /** A lock. If it is fair, threads get it in the order they came; {@code tryLock()} overtakes, as in the JDK. */
    public SharedLock lock(String name, boolean fair) {
        return new SharedLock(reference(ServedType.LOCK, name, Map.of("fair", fair)));
    }

    /** A condition of a lock; the lock has to be held to use it. */
    public Condition condition(SharedLock lock, String name) {
        return lock.condition(name);
    }

    /** A semaphore with so many permits at first; it is not fair. */
    public SharedSemaphore semaphore(String name, int permits) {
        return semaphore(name, permits, false);
    }

    /**
     * A semaphore. If it is fair, threads get permits in the order they came. So a thread that wants many is not passed
     * over for ever.
     */
    public SharedSemaphore semaphore(String name, int permits, boolean fair) {
        return semaphore(name, Map.of("permits", permits, "fair", fair, "bounded", false));
    }

    /** A semaphore that never has more permits than it was made with; Python's {@code BoundedSemaphore}. */
    public SharedSemaphore boundedSemaphore(String name, int permits) {
        return semaphore(name, Map.of("permits", permits, "fair", false, "bounded", true));
    }

    private SharedSemaphore semaphore(String name, Map<String, Object> options) {
        return new SharedSemaphore(reference(ServedType.SEMAPHORE, name, options));
    }

    /** A latch that counts down from so many. */
    public SharedLatch latch(String name, int count) {
        return new SharedLatch(reference(ServedType.LATCH, name, Map.of("count", count)));
    }

    /** An event, not set at first. */
    public SharedEvent event(String name) {
        return new SharedEvent(reference(ServedType.EVENT, name, Map.of()));
    }

    /** A barrier for so many parties. */
    public SharedBarrier barrier(String name, int parties) {
        return new SharedBarrier(reference(ServedType.BARRIER, name, Map.of("parties", parties)));
    }

    /** A namespace, empty at first. */
    public Namespace namespace(String name) {
        return new Namespace(reference(ServedType.NAMESPACE, name, Map.of()));
    }

    /**
     * An object of a type that the server was told to serve. The proxy is {@link AutoCloseable} as well. What a method
     * throws is thrown here if it is an unchecked exception of the JDK, one that the method declares, or below one of
     * these; otherwise {@link ManagerException}.
     */
    public <T> T get(String name, Class<T> type) {
        Reference reference = reference(ServedType.OBJECT, name, Map.of("interface", type.getName()));
        return type.cast(OwnProxy.make(reference, type));
    }

    private Reference reference(ServedType type, String name, Map<String, Object> options) {
        return Reference.open(link.share(), ProxyHandle::of, type, name, options, true);
    }

    /** Closes the connection, unless proxies are left, and ends the manager if this object started it. */
    @Override
    public void close() {
        link.close();
        if (process != null) {
            process.close();
        }
    }

    @Override
    public String toString() {
        return "Manager[" + link.address() + (link.isGone() ? ", gone" : "") + "]";
    }
}
