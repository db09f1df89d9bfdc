// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.Attached;
import io.ipcq.Log;
import io.ipcq.codec.CodecException;
import io.ipcq.codec.JsonCodec;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.connection.FrameTooLargeException;
import io.ipcq.connection.LightThreads;
import io.ipcq.manager.wire.Json;
import io.ipcq.manager.wire.JsonReader;
import io.ipcq.manager.wire.Operation.OfServer;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.Receipt;
import io.ipcq.manager.wire.RpcException;
import io.ipcq.manager.wire.Thrown;
import io.ipcq.manager.wire.WireTime;
import io.ipcq.queue.ElementTooLargeException;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.QueueStorageException;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** This process's connection to one manager, which all its proxies and all threads share. */
final class Link {
    /*
     * Idea. Calls have numbers, and answers come in any order. No thread does nothing but read. One of the threads that
     * wait for an answer reads for all, until it has its own. Then it wakes another one (promote). So a single caller
     * pays for no hand-over.
     *
     * An interrupted call is cancelled at the server, and its answer is still waited for: the answer says whether the
     * call was carried out before. If it was, the result is returned and the interrupt stays set.
     *
     * A server that is silent. Nobody can tell whether a call without an answer was carried out. So when an answer
     * is overdue for a while, the whole link ends. If the server goes on later, it finds that the client is gone.
     * It then takes back what it has given to the client, such as a lock, or an element that never arrived. If an
     * answer may take longer than that, or nobody knows how long, the call asks whether the server is there (ping)
     * each time it has heard nothing for that while.
     */

    /** See {@link Manager#ANSWER_TIMEOUT}. */
    static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    /** The manager that a link leads to. */
    private record Target(SocketAddress address, AuthKey key) {}

    /** One link for each manager, because at the server it is a link that holds a lock, for instance. */
    private static final Map<Target, CompletableFuture<Link>> OPEN = new ConcurrentHashMap<>();

    private final @Nullable Target target;

    /** Its place in {@link #OPEN}. */
    private final @Nullable CompletableFuture<Link> place;

    private final Connection connection;
    private final long answerNanos;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Object, Pending> pending = new ConcurrentHashMap<>();
    private final ReentrantLock reading = new ReentrantLock();
    private final Set<Runnable> whenGone = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean watched = new AtomicBoolean();
    private volatile @Nullable String gone;

    /** When the last message of the server came. */
    private volatile long heardNanos = System.nanoTime();

    private int users = 1;

    /** A call without an answer yet. */
    private static final class Pending {
        private final Thread thread = Thread.currentThread();
        private final @Nullable Attached owner;
        private final long startNanos = System.nanoTime();

        /** How long to hear nothing before something is done. */
        private final long patienceNanos;

        /** When the answer is overdue, whatever was heard meanwhile. */
        private final long limitNanos;

        private volatile @Nullable Map<?, ?> answer;
        private volatile boolean done;

        // only its own thread uses these two
        private long beganNanos = startNanos;
        private boolean interrupted;

        Pending(@Nullable Attached owner, long patienceNanos, long limitNanos) {
            this.owner = owner;
            this.patienceNanos = patienceNanos;
            this.limitNanos = limitNanos;
        }

        long remainingNanos() {
            long now = System.nanoTime();
            return Math.min(left(patienceNanos, now - beganNanos), left(limitNanos, now - startNanos));
        }

        boolean isOverdue() {
            return left(limitNanos, System.nanoTime() - startNanos) <= 0;
        }

        private static long left(long limit, long passed) {
            return limit == Long.MAX_VALUE ? Long.MAX_VALUE : limit - passed;
        }
    }

    private Link(
            @Nullable Target target,
            @Nullable CompletableFuture<Link> place,
            Connection connection,
            Duration answerTimeout) {
        this.target = target;
        this.place = place;
        this.connection = connection;
        this.answerNanos = WireTime.nanos(WireTime.wholeMillis(answerTimeout));
    }

    /** The link to a manager, which the proxies in one process share. Has to be closed as often as it was asked for. */
    static Link to(SocketAddress address, AuthKey key) throws IOException, InterruptedException {
        JsonCodec.requireJackson();
        Target target = new Target(address, key);
        while (true) {
            CompletableFuture<Link> mine = new CompletableFuture<>();
            CompletableFuture<Link> there = OPEN.putIfAbsent(target, mine);
            if (there == null) {
                return connect(target, mine);
            }
            Link link = await(there);
            if (link != null && link.isShared()) {
                return link;
            }
            OPEN.remove(target, there); // its server is gone; another one may be at the same address
        }
    }

    private static Link connect(Target target, CompletableFuture<Link> mine) throws IOException, InterruptedException {
        boolean connected = false;
        try {
            Connection connection = Connection.connect(target.address(), target.key());
            Link link = new Link(target, mine, connection, ANSWER_TIMEOUT);
            connected = mine.complete(link);
            return link;
        } catch (IOException e) {
            mine.completeExceptionally(e);
            throw e;
        } finally {
            if (!connected) {
                OPEN.remove(target, mine);
                mine.cancel(false);
            }
        }
    }

    /** The link that another thread connects; null if it gave up for a reason of its own. */
    private static @Nullable Link await(CompletableFuture<Link> there) throws IOException, InterruptedException {
        try {
            return there.get();
        } catch (CancellationException e) {
            return null;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException refused) {
                throw refused;
            }
            throw new AssertionError(e.getCause());
        }
    }

    /** Shares the link, if its server is there. */
    private boolean isShared() {
        synchronized (this) {
            if (users == 0) {
                return false;
            }
            users++;
        }
        try {
            call(OfServer.PING);
            return true;
        } catch (ManagerGoneException e) {
            close();
            return false;
        }
    }

    /** A link over a connection with options of its own; its proxies cannot travel. */
    static Link over(Connection connection, Duration answerTimeout) {
        return new Link(null, null, connection, answerTimeout);
    }

    synchronized Link share() {
        users++;
        return this;
    }

    void close() {
        synchronized (this) {
            if (--users > 0) {
                return;
            }
        }
        if (target != null && place != null) {
            OPEN.remove(target, place);
        }
        die("this process closed it", null);
    }

    @Nullable
    SocketAddress address() {
        return target == null ? null : target.address();
    }

    @Nullable
    AuthKey key() {
        return target == null ? null : target.key();
    }

    boolean isLocal() {
        return connection.remoteAddress() instanceof java.net.UnixDomainSocketAddress;
    }

    // ---- calls ------------------------------------------------------------------------------------------------------

    /** A call that the server answers at once, and that an interrupt does not end. */
    @Nullable
    Object call(OfServer method, @Nullable Object... params) {
        return call(null, method.wire(), params);
    }

    /** The same of a proxy. */
    @Nullable
    Object call(@Nullable Attached owner, String method, @Nullable Object... params) {
        return uninterruptibly(() -> call(owner, 0L, false, Link::asItIs, false, method, params));
    }

    /** A call that may wait at the server, and that an interrupt does not end. */
    @Nullable
    Object callForLong(Attached owner, String method, @Nullable Object... params) {
        return uninterruptibly(() -> call(owner, null, false, Link::asItIs, false, method, params));
    }

    /** A call that does not wait, for a result that only one client gets: see {@link #take}. */
    <T> @Nullable T takeNow(Attached owner, Receiver<T> receiver, String method, @Nullable Object... params) {
        return uninterruptibly(() -> call(owner, 0L, false, receiver, true, method, params));
    }

    private interface Waiting<T> {
        @Nullable
        T call() throws InterruptedException;
    }

    private static <T> @Nullable T uninterruptibly(Waiting<T> waiting) {
        try {
            return waiting.call();
        } catch (InterruptedException e) {
            throw new AssertionError("is not interruptible", e);
        }
    }

    /** A call that may wait at the server, for a time or for ever. An interrupt ends the waiting. */
    @Nullable
    Object await(Attached owner, @Nullable Long millis, String method, @Nullable Object... params)
            throws InterruptedException {
        requireNoInterrupt();
        return call(owner, millis, true, Link::asItIs, false, method, params);
    }

    /**
     * The same for a result that only one client gets. The server keeps the result until it is told that the result
     * arrived. It is told so once the receiver is done.
     */
    <T> @Nullable T take(
            Attached owner, @Nullable Long millis, Receiver<T> receiver, String method, @Nullable Object... params)
            throws InterruptedException {
        requireNoInterrupt();
        return call(owner, millis, true, receiver, true, method, params);
    }

    static void requireNoInterrupt() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    /** Takes a result, and notes in the receipt what of it did not arrive. */
    interface Receiver<T> {
        @Nullable
        T receive(Object result, Receipt receipt);
    }

    private static Object asItIs(Object result, Receipt receipt) {
        return result;
    }

    private <T> @Nullable T call(
            @Nullable Attached owner,
            @Nullable Long millis,
            boolean interruptible,
            Receiver<T> receiver,
            boolean confirmed,
            String method,
            @Nullable Object... params)
            throws InterruptedException {
        long id = ids.incrementAndGet();
        Object key = key(id);
        Pending mine = pending(owner, millis);
        Object result;
        pending.put(key, mine);
        try {
            requireThere();
            send(request(key, method, params));
            if (owner != null && owner.isClosed()) {
                call(OfServer.CANCEL, key); // whoever closed it may have come before the call
            }
            await(mine, interruptible ? key : null);
            result = result(mine, interruptible);
        } finally {
            pending.remove(key);
            promote();
            if (mine.interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (result == null || (confirmed && isEmpty(result))) {
            return null;
        }
        return confirmed ? receive(result, receiver, key) : receiver.receive(result, new Receipt());
    }

    /** A call that may wait for longer than an answer takes asks meanwhile whether the server is there. */
    private Pending pending(@Nullable Attached owner, @Nullable Long millis) {
        if (millis == null) {
            return new Pending(owner, answerNanos, Long.MAX_VALUE);
        }
        long waitNanos = WireTime.nanos(millis);
        long limitNanos = answerNanos + waitNanos;
        return new Pending(owner, waitNanos > answerNanos ? answerNanos : limitNanos, limitNanos);
    }

    /**
     * Tells the server before the result is used. If that fails, the result is given up, and the server hands it out
     * again.
     */
    private <T> @Nullable T receive(Object result, Receiver<T> receiver, Object key) {
        Receipt receipt = new Receipt();
        T received;
        try {
            received = receiver.receive(result, receipt);
        } catch (Throwable e) {
            try {
                tell(OfServer.ARRIVED, receipt.params(key));
            } catch (RuntimeException gone) {
                e.addSuppressed(gone);
            }
            throw e;
        }
        tell(OfServer.ARRIVED, receipt.params(key));
        return received;
    }

    /** Ends the calls of a proxy that was closed. */
    @SuppressWarnings("ReferenceEquality") // the proxy itself
    void cancelCallsOf(Attached owner) {
        for (Map.Entry<Object, Pending> waiting : pending.entrySet()) {
            if (waiting.getValue().owner == owner && !waiting.getValue().done) {
                call(OfServer.CANCEL, waiting.getKey());
            }
        }
    }

    private static boolean isEmpty(Object result) {
        return result instanceof List<?> list && list.isEmpty();
    }

    /** The id as the JSON reader returns it. */
    private static Object key(long id) {
        return id <= Integer.MAX_VALUE ? (Object) (int) id : (Object) id;
    }

    /** Sends a notification, which has no answer. */
    private void tell(OfServer method, Object... params) {
        send(request(null, method.wire(), params));
    }

    private static Map<String, @Nullable Object> request(
            @Nullable Object id, String method, @Nullable Object... params) {
        Map<String, @Nullable Object> request = new LinkedHashMap<>();
        request.put("jsonrpc", "2.0");
        if (id != null) {
            request.put("id", id);
        }
        request.put("method", method);
        request.put("params", Arrays.asList(params));
        return request;
    }

    private void send(Map<String, @Nullable Object> request) {
        try {
            connection.sendBytes(Json.write(request));
        } catch (FrameTooLargeException e) {
            throw new ElementTooLargeException("the call is larger than a frame: " + e.getMessage());
        } catch (IOException e) {
            die(String.valueOf(e.getMessage()), e);
            requireThere();
        }
    }

    /** Waits for an answer: until its limit, if it has one, and as long as the server is there. */
    private void await(Pending mine, @Nullable Object cancellable) {
        boolean cancelled = false;
        while (!mine.done) {
            if (mine.remainingNanos() > 0) {
                if (reading.tryLock()) {
                    readUntil(mine);
                } else {
                    LockSupport.parkNanos(this, mine.remainingNanos());
                    mine.interrupted |= Thread.interrupted();
                }
            } else if (mine.isOverdue()) {
                die(
                        "it has not answered in time, after the timeout of the call: answerTimeout="
                                + Duration.ofNanos(answerNanos),
                        null);
            } else {
                requireAnswering();
                mine.beganNanos = heardNanos;
            }
            if (mine.interrupted && cancellable != null && !cancelled && !mine.done) {
                cancelled = true;
                call(OfServer.CANCEL, cancellable);
            }
        }
    }

    /** Asks whether the server is there, if it was not heard for a while. */
    private void requireAnswering() {
        if (System.nanoTime() - heardNanos >= answerNanos) {
            call(OfServer.PING);
        }
    }

    /** Reads until the answer is there, its time is up, or the thread is interrupted. */
    private void readUntil(Pending mine) {
        try {
            while (!mine.done) {
                if (mine.patienceNanos != Long.MAX_VALUE
                        && !connection.poll(Duration.ofNanos(Math.max(0, mine.remainingNanos())))) {
                    return;
                }
                dispatch(connection.recvBytes());
            }
        } catch (InterruptedException e) {
            mine.interrupted = true;
        } catch (IOException | RpcException e) {
            die(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException | Error e) {
            die("an answer could not be read: " + e.getClass().getSimpleName(), e); // nobody knows whose it was
            throw e;
        } finally {
            reading.unlock();
        }
    }

    private void dispatch(byte[] message) {
        heardNanos = System.nanoTime();
        JsonReader.Message answer = JsonReader.message(message, JsonReader.ANSWER, JsonReader.UNMETERED);
        Object id = answer.members().get("id");
        Pending waiting = id == null ? null : pending.get(id);
        RpcException refusal = answer.refusal();
        if (refusal != null && waiting == null) {
            throw refusal; // nobody knows who waits for it
        }
        if (id == null && answer.members().get("error") instanceof Map<?, ?> error) {
            throw new RpcException(
                    Protocol.INTERNAL, "the server could not tell which call it refused: " + error.get("message"));
        }
        if (waiting != null) {
            finish(waiting, refusal == null ? answer.members() : error(refusal));
        }
    }

    private static Map<String, Object> error(RpcException error) {
        return Map.of("error", Map.of("code", error.code(), "message", error.text()));
    }

    private static void finish(Pending waiting, @Nullable Map<?, ?> answer) {
        waiting.answer = answer;
        waiting.done = true;
        LockSupport.unpark(waiting.thread);
    }

    /** Wakes another thread that waits, so that it reads. */
    private void promote() {
        if (!reading.isLocked()) {
            for (Pending waiting : pending.values()) {
                if (!waiting.done) {
                    LockSupport.unpark(waiting.thread);
                    return;
                }
            }
        }
    }

    private @Nullable Object result(Pending mine, boolean interruptible) throws InterruptedException {
        Map<?, ?> answer = mine.answer;
        if (answer == null) {
            requireThere();
            throw new IllegalStateException("an answer without content");
        }
        if (answer.get("error") instanceof Map<?, ?> error) {
            if (code(error) == Protocol.CANCELLED && interruptible && mine.interrupted) {
                mine.interrupted = false;
                throw new InterruptedException();
            }
            throw exception(error);
        }
        return answer.get("result");
    }

    private static int code(Map<?, ?> error) {
        return error.get("code") instanceof Integer number ? number : Protocol.INTERNAL;
    }

    /** The exception for an error on the wire. */
    static RuntimeException exception(Map<?, ?> error) {
        int code = code(error);
        String message = String.valueOf(error.get("message"));
        Object data = error.get("data");
        return switch (code) {
            case Protocol.SHUT_DOWN -> new QueueShutdownException(message);
            case Protocol.TOO_LARGE -> new ElementTooLargeException(message);
            case Protocol.PARSE_ERROR -> new CodecException(message, null, (Throwable) null);
            case Protocol.NOT_THERE -> new QueueClosedException(message);
            case Protocol.STORAGE -> new QueueStorageException(message, null, put(data));
            case Protocol.STATE -> new IllegalStateException(message);
            case Protocol.MISMATCH, Protocol.INVALID_PARAMS -> new IllegalArgumentException(message);
            default -> new ManagerException(code, message, Thrown.read(data));
        };
    }

    /** How many elements of the call the server has put. */
    private static int put(@Nullable Object data) {
        return data instanceof Map<?, ?> about && about.get(Protocol.PUT) instanceof Integer put ? put : 0;
    }

    // ---- the end ----------------------------------------------------------------------------------------------------

    void requireThere() {
        String reason = gone;
        if (reason != null) {
            throw goneException(reason);
        }
    }

    ManagerGoneException goneException(String reason) {
        Object where = target == null ? connection.remoteAddress() : target.address();
        return new ManagerGoneException(
                "the manager is gone: address=" + where + ", reason=" + reason
                        + "; start it again and take new proxies from Manager.connect",
                null);
    }

    boolean isGone() {
        return gone != null;
    }

    /**
     * Runs an action when the manager is gone, for proxies that do not talk to it. From now on a thread watches the
     * link.
     */
    void whenGone(Runnable action) {
        whenGone.add(action);
        if (gone != null) {
            action.run();
        } else if (watched.compareAndSet(false, true)) {
            boolean started = false;
            try {
                LightThreads.start("ipcq-manager-link", this::watch);
                started = true;
            } finally {
                watched.set(started); // else the next one tries again
            }
        }
    }

    void forget(Runnable action) {
        whenGone.remove(action);
    }

    private void watch() {
        Pending never = new Pending(null, Long.MAX_VALUE, Long.MAX_VALUE);
        while (gone == null) {
            reading.lock();
            try {
                readUntil(never);
            } catch (RuntimeException | Error e) {
                Log.of(Link.class).warn("a manager counts as gone, because its answer could not be read", e);
            }
        }
    }

    private void die(String reason, @Nullable Throwable cause) {
        synchronized (whenGone) {
            if (gone != null) {
                return;
            }
            gone = cause instanceof java.io.EOFException ? "it closed the connection" : reason;
        }
        try {
            connection.close();
        } finally {
            pending.values().forEach(waiting -> finish(waiting, null));
            whenGone.forEach(Link::follow);
        }
    }

    /** Runs the action of one proxy. Its failure does not stop those of other proxies. */
    private static void follow(Runnable action) {
        try {
            action.run();
        } catch (Throwable e) {
            Log.of(Link.class).warn("a manager is gone, and a proxy of it could not be closed", e);
        }
    }
}
