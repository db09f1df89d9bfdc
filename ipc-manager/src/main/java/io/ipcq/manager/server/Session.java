// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.Log;
import io.ipcq.connection.Connection;
import io.ipcq.connection.ConnectionSelector;
import io.ipcq.manager.wire.HeapSize;
import io.ipcq.manager.wire.Json;
import io.ipcq.manager.wire.JsonReader;
import io.ipcq.manager.wire.Operation.OfServer;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.Receipt;
import io.ipcq.manager.wire.RpcException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client, as the server sees it: reads its requests, answers them in any order, and gives back what it held when it
 * is gone.
 *
 * <p>Nothing waits for the client. Requests are read when they are there ({@link RequestLoop}). Answers are sent by
 * whoever has them; when the client does not read, they queue up, and are sent when it has. So a client that only sends
 * never keeps the server from reading, and costs no thread; one that does not read is cut off.
 */
final class Session {

    private final Host host;
    private final Connection connection;
    private final long number;
    private final Workers.Line line;

    /** Of the heap: for what arrives, calls that wait, and what was sent and not read or confirmed. */
    private final Budget.Share memory;

    private final Budget.Share stored;
    private final Budget.Share names;
    private final Budget.Share descriptors;

    /** Of that, for the message that is arriving, or is being dealt with. */
    private final AtomicLong arriving = new AtomicLong();

    /** A call that waits takes that much besides its parameters, about. */
    private static final long CALL_BYTES = 1 << 10;

    /** Who does not read its answers is asked to do so first if there is less room for them. */
    private static final int ROOM_BYTES = 64 << 10;

    /** Then it is another client's turn. */
    private static final int REQUESTS_A_TURN = 32;

    private static final long TURN_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    /** What a client has cost is forgotten after so many times as long, or at the latest after that time. */
    private static final int TIMES_TO_FORGET = 16;

    private static final long LATEST_TO_FORGET_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How much is read of a client that is cut off, at most; more than the kernel keeps for it. */
    private static final long LAST_BYTES = 16 << 20;

    private final Map<Object, Call> waiting = new ConcurrentHashMap<>();
    private final Map<Served, Integer> holds = new ConcurrentHashMap<>();
    private final Map<Object, Unconfirmed> handed = new ConcurrentHashMap<>();

    private final Queue<byte[]> outbound = new ConcurrentLinkedQueue<>();
    private final AtomicInteger outboundCount = new AtomicInteger();

    /** How large the message is of which the client has to read something before the rest can be sent. */
    private final AtomicLong stalledBytes = new AtomicLong();

    private final AtomicBoolean flushing = new AtomicBoolean();

    /** The client has to read before anything more can be sent. */
    private volatile boolean stalled;

    /** So are its requests. Of who serves the client. */
    private boolean waitsForReader;

    /** How often that was so. */
    private final AtomicLong stalls = new AtomicLong();

    /** The look, later, whether it has. It keeps all there is of the client. */
    private final AtomicReference<@Nullable Future<?>> look = new AtomicReference<>();

    private final AtomicReference<Turn> turn = new AtomicReference<>(Turn.NONE);
    private final AtomicBoolean left = new AtomicBoolean();
    private final AtomicBoolean cleared = new AtomicBoolean();
    private volatile ConnectionSelector.@Nullable Registration registration;

    /** Nothing is sent to it any more. */
    private volatile boolean cutOff;

    private volatile boolean over;

    /** When what it has cost is forgotten. */
    private volatile long forgottenAt = System.nanoTime();

    /** Whether a thread looks after this client, or is going to. */
    private enum Turn {
        NONE,
        SCHEDULED,
        /** Once more after this time: something came meanwhile. */
        AGAIN
    }

    /** What a session needs of its server. */
    interface Host {
        int maxFrameBytes();

        Budgets budgets();

        /** Threads for a client. */
        Workers.Line line();

        /** Carries a request out, or parks it. */
        void dispatch(Call call);

        /** For a session that has sent what it had to say. */
        void closeIfAsked();

        /** Does something short, later, unless it is cancelled. */
        Future<?> after(Duration time, Runnable work);

        /** Has the session looked after. */
        void wake(Session session);

        /** The client let go of something, or is gone. */
        void release(Served object, Session session);

        /** Has given back what a client held that has left. */
        void clear(Session session);

        void forget(Session session);
    }

    /** Something that was sent to the client, and that it has not said to have. */
    interface Handed {
        /** How much is kept for it. */
        long bytes();

        void arrived(Receipt receipt);

        void lost();
    }

    /** What was handed over, until that has come to its end. */
    private static final class Unconfirmed {
        private final Handed element;

        /** What the client said; null as long as it has not. */
        private @Nullable Receipt receipt;

        /** A thread ends it. If that fails, another one does, when the client is gone. */
        private volatile boolean claimed;

        Unconfirmed(Handed element) {
            this.element = element;
        }
    }

    Session(Host host, Connection connection, long number) {
        this.host = host;
        this.connection = connection;
        this.number = number;
        this.line = host.line();
        this.memory = host.budgets().memory();
        this.stored = host.budgets().stored();
        this.names = host.budgets().names();
        this.descriptors = host.budgets().descriptors();
    }

    /** By which others are told of it. */
    long number() {
        return number;
    }

    /** For an answer with many elements. */
    AnswerSize answerSize() {
        return new AnswerSize(host.maxFrameBytes());
    }

    /** What is read for the client: it counts until this is closed. */
    final class Reading implements JsonReader.Meter, AutoCloseable {
        private long before;
        private long taken;

        /** Something more. */
        Reading next() {
            before = taken;
            return this;
        }

        @Override
        public void read(long heapBytes) {
            memory.take(before + heapBytes - taken);
            taken = before + heapBytes;
        }

        @Override
        public void close() {
            memory.giveBack(taken);
            taken = 0;
        }
    }

    Reading reading() {
        return new Reading();
    }

    Budget.Share memory() {
        return memory;
    }

    /** Of what maps and lists may take. */
    Budget.Share stored() {
        return stored;
    }

    /** Of those that queues may take. */
    Budget.Share descriptors() {
        return descriptors;
    }

    /** Of the selector: whether a message may take so much more; else it is the client's last. */
    boolean hasRoomFor(int bytes) {
        long before = arriving.get();
        if (!memory.tryTake(heapBytes(before + bytes) - heapBytes(before))) {
            Log.of(Session.class)
                    .warn("a client is cut off, as the server has no memory for its message: client={}", number);
            return false;
        }
        arriving.addAndGet(bytes);
        return true;
    }

    private void haveDealtWithMessage() {
        memory.giveBack(heapBytes(arriving.getAndSet(0)));
    }

    /** Of a message. */
    private static long heapBytes(long bytes) {
        return bytes == 0 ? 0 : HeapSize.array(bytes);
    }

    /** Its threads. */
    Workers.Line line() {
        return line;
    }

    /** Begins to be looked after. */
    void begin(RequestLoop requests) throws IOException {
        registration = requests.register(connection, this);
        registration.resume();
        requests.wake(this); // something may have come together with the proof of the key
    }

    private ConnectionSelector.Registration registration() {
        return Objects.requireNonNull(registration);
    }

    // ---- whose turn it is -------------------------------------------------------------------------------------------

    /** True if the caller has to see to it that a thread looks after this client. */
    boolean schedule() {
        while (!turn.compareAndSet(Turn.NONE, Turn.SCHEDULED)) {
            if (turn.compareAndSet(Turn.SCHEDULED, Turn.AGAIN) || turn.get() == Turn.AGAIN) {
                return false;
            }
        }
        return true;
    }

    /** The same for the selector, which must not go on telling of a client that a thread is at. */
    boolean scheduleOrPause() {
        if (turn.compareAndSet(Turn.NONE, Turn.SCHEDULED)) {
            return true;
        }
        registration().pause(); // before it is marked: who finds the mark resumes
        if (!schedule()) {
            return false;
        }
        registration().resume();
        return true;
    }

    /** True if this client has to be scheduled again. */
    boolean endTurn(boolean more) {
        if (!more && turn.compareAndSet(Turn.SCHEDULED, Turn.NONE)) {
            return false;
        }
        turn.set(Turn.SCHEDULED);
        registration().resume();
        return true;
    }

    /** Its turn has cost that much, and is over. */
    void hasCost(long costNanos, long endNanoTime) {
        long left = Math.max(0, forgottenAt - endNanoTime);
        forgottenAt = endNanoTime + Math.min(left + TIMES_TO_FORGET * costNanos, LATEST_TO_FORGET_NANOS);
    }

    /** How much of the server's time it has had lately. */
    long costNanos(long nanoTime) {
        return Math.max(0, forgottenAt - nanoTime) / TIMES_TO_FORGET;
    }

    /** Deals with the requests that have come, but with no more than some at a time; true if there may be more. */
    boolean serve() {
        long began = System.nanoTime();
        try {
            if (stalled && !cutOff) {
                goOnSending();
            }
            for (int i = 0; i < REQUESTS_A_TURN && !cutOff; i++) {
                if (hasToReadFirst()) {
                    return false;
                }
                byte[] request = registration().recvBytes();
                if (request == null) {
                    return false;
                }
                receive(request);
                haveDealtWithMessage();
                host.closeIfAsked();
                if (System.nanoTime() - began > TURN_NANOS) {
                    break;
                }
            }
            if (!cutOff) {
                return true;
            }
        } catch (IOException gone) {
            Log.of(Session.class).debug("a client is gone: client={}", number);
        } catch (RuntimeException | Error e) {
            Failures.log("a client is dropped after a failure: client=" + number, e);
        }
        if (leave()) {
            host.clear(this);
        }
        return false;
    }

    /**
     * Whether the client has to read its answers before more requests are dealt with, as there is hardly any memory for
     * more answers. Then its requests wait where they are, and cost nothing.
     */
    private boolean hasToReadFirst() {
        boolean now = stalled && !memory.hasRoom(ROOM_BYTES);
        if (now != waitsForReader) {
            waitsForReader = now;
            registration().setHearing(!now);
        }
        return now;
    }

    private void receive(byte[] request) {
        Call call = null;
        try (Reading reading = reading()) {
            JsonReader.Message message = JsonReader.message(request, JsonReader.REQUEST, reading);
            call = call(message);
            requireRequest(message);
            host.dispatch(call);
        } catch (Throwable e) {
            if (call != null && e instanceof RpcException) {
                call.fail(e);
            } else {
                // nobody knows who waits for an answer, or how much was done: it holds nothing then
                cutOff(e);
            }
        }
    }

    /** Of what there is of a request; who it belongs to is known even if something is wrong with it. */
    @SuppressWarnings("unchecked") // JSON has no other lists
    private Call call(JsonReader.Message message) {
        Object id = message.members().get("id");
        return new Call(
                this,
                isId(id) ? id : null,
                message.members().get("method") instanceof String method ? method : "",
                message.members().get("params") instanceof List<?> params ? (List<@Nullable Object>) params : List.of(),
                CALL_BYTES + message.heapBytes());
    }

    private static void requireRequest(JsonReader.Message message) {
        RpcException refusal = message.refusal();
        if (refusal != null) {
            throw refusal;
        }
        Map<String, @Nullable Object> request = message.members();
        if (!"2.0".equals(request.get("jsonrpc")) || !(request.get("method") instanceof String)) {
            throw new RpcException(
                    Protocol.INVALID_REQUEST, "a request has to be an object with jsonrpc \"2.0\" and a method");
        }
        Object id = request.get("id");
        if (id != null && !isId(id)) {
            throw new RpcException(
                    Protocol.INVALID_REQUEST,
                    "an id has to be a whole number, or a string of at most " + Protocol.MAX_LABEL_CHARS
                            + " characters");
        }
        Object params = request.get("params");
        if (params != null && !(params instanceof List<?>)) {
            throw new RpcException(Protocol.INVALID_REQUEST, "params have to be an array");
        }
    }

    private static boolean isId(@Nullable Object id) {
        return id instanceof String text
                ? text.length() <= Protocol.MAX_LABEL_CHARS
                : id instanceof Integer || id instanceof Long;
    }

    // ---- calls that wait --------------------------------------------------------------------------------------------

    /** Remembers a call that is not answered at once, so that it can be cancelled. */
    void park(Call call) {
        if (call.id() == null) {
            throw new RpcException(Protocol.INVALID_REQUEST, "a call that may wait needs an id");
        }
        count(call);
    }

    /** The same for a call that may be a notification: it counts like any other, until it is over. */
    void count(Call call) {
        if (waiting.size() >= Protocol.MAX_WAITING_CALLS) {
            throw new RpcException(
                    Protocol.LIMIT, "too many calls of this client wait: limit=" + Protocol.MAX_WAITING_CALLS);
        }
        memory.take(call.heapBytes());
        if (waiting.putIfAbsent(key(call), call) != null) {
            memory.giveBack(call.heapBytes());
            throw new RpcException(Protocol.INVALID_REQUEST, "a call with this id waits already");
        }
    }

    /** By what it is remembered; a notification by itself. */
    private static Object key(Call call) {
        Object id = call.id();
        return id == null ? call : id;
    }

    void cancel(Object id) {
        Call call = waiting.get(id);
        if (call != null) {
            call.cancel();
        }
    }

    /** Ends what waits for a thing that the client does not want any more. */
    void giveUpCallsOf(Served.Key key) {
        for (Call each : waiting.values()) {
            if (each.method().startsWith(key.type() + ".") && key.name().equals(each.value(0))) {
                each.abandon();
            }
        }
    }

    // ---- what the client holds --------------------------------------------------------------------------------------

    synchronized void hold(Served object) {
        if (over) {
            throw new RpcException(Protocol.CANCELLED, "the client is gone");
        }
        if (!holds.containsKey(object)) {
            names.take(1);
        }
        holds.merge(object, 1, Integer::sum);
    }

    synchronized boolean isLastHold(Served object) {
        return count(object) == 1;
    }

    synchronized void release(Served object) {
        int count = count(object);
        if (count > 1) {
            holds.put(object, count - 1);
        } else {
            names.giveBack(1);
            holds.remove(object);
        }
    }

    private int count(Served object) {
        Integer count = holds.get(object);
        if (count == null) {
            throw new RpcException(Protocol.NOT_OPEN, "this client does not hold it: " + object);
        }
        return count;
    }

    synchronized boolean holds(Served object) {
        return holds.containsKey(object);
    }

    /** Refuses a call whose result could not be told from another one's, or that would leave too many unconfirmed. */
    synchronized void requireConfirmable(Call call, Object id) {
        Call waits = waiting.get(id);
        if (handed.containsKey(id) || (waits != null && waits != call)) {
            throw new RpcException(
                    Protocol.INVALID_REQUEST, "a call with this id waits, or its result is not confirmed yet");
        }
        if (handed.size() >= Protocol.MAX_UNCONFIRMED) {
            throw new RpcException(
                    Protocol.LIMIT,
                    "this client did not say that the results it asked for arrived: limit=" + Protocol.MAX_UNCONFIRMED);
        }
    }

    /** Remembers what is sent as the result of a call until the client says that it arrived. */
    synchronized void handOver(Call call, Object id, Handed element) {
        requireConfirmable(call, id);
        if (over) {
            throw new RpcException(Protocol.CANCELLED, "the client is gone");
        }
        Unconfirmed entry = new Unconfirmed(element);
        memory.take(element.bytes());
        handed.put(id, entry);
    }

    /** The client says what it has of a result; false if it has said so before. */
    boolean arrived(Object id, Receipt receipt) {
        return end(id, receipt);
    }

    /** The result of a call did not go out, or is not confirmed and its client is gone. Once, also if it is both. */
    void lost(Object id) {
        boolean unused = end(id, null);
    }

    /** What the client has said holds also if an error kept it from being done, and the client is cut off for that. */
    private boolean end(Object id, @Nullable Receipt receipt) {
        Unconfirmed entry = null;
        boolean ended = false;
        try {
            entry = claim(id, receipt);
            if (entry == null) {
                return false;
            }
            Receipt said = entry.receipt;
            if (said == null) {
                entry.element.lost();
            } else {
                entry.element.arrived(said);
            }
            forget(id, entry);
            ended = true;
            return true;
        } finally {
            if (entry != null && !ended) {
                entry.claimed = false;
            }
        }
    }

    private synchronized @Nullable Unconfirmed claim(Object id, @Nullable Receipt receipt) {
        Unconfirmed entry = handed.get(id);
        if (entry == null || entry.claimed) {
            return null;
        }
        if (entry.receipt == null) {
            entry.receipt = receipt;
        }
        entry.claimed = true;
        return entry;
    }

    private synchronized void forget(Object id, Unconfirmed entry) {
        long bytes = entry.element.bytes();
        if (handed.remove(id, entry)) {
            memory.giveBack(bytes);
        }
    }

    // ---- answers ----------------------------------------------------------------------------------------------------

    /** Sends the answer of a call; one that cannot be sent is taken back, and its client told. */
    void answer(Call call, Map<String, @Nullable Object> answer, Runnable takeBack) {
        boolean sent = false;
        try {
            forget(call);
            if (call.id() == null && !call.isInvalid()) {
                sent = true; // a notification has no answer
            } else if (!over && !cutOff) {
                sent = send(answer, call.id());
            }
        } catch (Throwable e) {
            cutOff(call, e);
        }
        if (!sent) {
            takeBack.run();
        }
    }

    /** False if another answer had to be sent. */
    private boolean send(Map<String, @Nullable Object> answer, @Nullable Object id) {
        byte[] message;
        RpcException refusal = null;
        try {
            message = Json.write(answer, host.maxFrameBytes());
            memory.take(heapBytes(message.length));
        } catch (RpcException tooLarge) {
            refusal = tooLarge;
            message = refused(refusal, id);
            memory.take(heapBytes(message.length));
        }
        send(message);
        return refusal == null;
    }

    private static byte[] refused(RpcException refusal, @Nullable Object id) {
        Map<String, @Nullable Object> instead = new LinkedHashMap<>();
        instead.put("jsonrpc", "2.0");
        instead.put("id", id);
        instead.put("error", Map.of("code", refusal.code(), "message", refusal.text()));
        return Json.write(instead);
    }

    /** What is sent counts until it is. */
    private void send(byte[] message) {
        boolean queued = false;
        try {
            queued = outbound.add(message);
        } finally {
            if (!queued) {
                outbound.remove(message);
                memory.giveBack(heapBytes(message.length));
            }
        }
        if (outboundCount.incrementAndGet() > Protocol.MAX_UNREAD_REPLIES) {
            Log.of(Session.class).warn("a client that does not read its replies is cut off: client={}", number);
            cutOff();
            return;
        }
        flush();
        if (over) {
            dropUnsent();
        }
    }

    /** Sends what is queued, unless another thread is at it, or the client has to read first. */
    private void flush() {
        while (!outbound.isEmpty() && flushing.compareAndSet(false, true)) {
            try {
                sendQueued();
            } catch (IOException e) {
                cutOff();
            }
        }
    }

    /**
     * Belongs to who has set {@code flushing}; when the client has to read first, that is left to the thread that
     * serves it.
     */
    private void sendQueued() throws IOException {
        for (byte[] next = next(); next != null; next = next()) {
            if (!isSent(next)) {
                lookLater(stalls.incrementAndGet());
                stalled = true;
                return;
            }
        }
        flushing.set(false);
    }

    /** False if the client has to read first. */
    private boolean isSent(byte[] message) throws IOException {
        boolean kept = false;
        try {
            kept = !registration().sendBytes(message);
        } finally {
            if (kept) {
                stalledBytes.set(message.length);
            } else {
                memory.giveBack(heapBytes(message.length));
            }
        }
        return !kept;
    }

    /** The client has read; maybe enough for the rest of the message. */
    private void goOnSending() throws IOException {
        if (registration().sendRest()) {
            memory.giveBack(heapBytes(stalledBytes.getAndSet(0)));
            lookNoMore();
            stalled = false;
            sendQueued();
            flush();
        }
    }

    private void lookLater(long message) {
        lookAt(host.after(registration().writeTimeout(), () -> requireReading(message)));
        if (over) {
            lookNoMore(); // the one who said so may have been here before
        } else if (stalls.get() != message) {
            lookLater(stalls.get()); // this one has taken the place of the look at the next message
        }
    }

    private void lookNoMore() {
        lookAt(null);
    }

    private void lookAt(@Nullable Future<?> next) {
        Future<?> before = look.getAndSet(next);
        if (before != null) {
            before.cancel(false);
        }
    }

    /** Cuts off who has not read a message in time; not while this side is busy with the client. */
    private void requireReading(long message) {
        if (stalled && stalls.get() == message && !over) {
            if (turn.get() == Turn.NONE) {
                Log.of(Session.class).warn("a client that does not read its replies is cut off: client={}", number);
                cutOff();
            } else {
                lookLater(message);
            }
        }
    }

    private byte @Nullable [] next() {
        byte[] next = outbound.poll();
        if (next != null) {
            outboundCount.decrementAndGet();
        }
        return next;
    }

    private void dropUnsent() {
        for (byte[] next = next(); next != null; next = next()) {
            memory.giveBack(heapBytes(next.length));
        }
        memory.giveBack(heapBytes(stalledBytes.getAndSet(0)));
    }

    // ---- the end ----------------------------------------------------------------------------------------------------

    boolean isOver() {
        return over;
    }

    /** Sends nothing any more; the thread that looks after the client next ends it. */
    private void cutOff() {
        cutOff = true;
        Failures.insist("a client that is to be cut off", Session::wake, this);
    }

    private void wake() {
        host.wake(this);
    }

    /** The same, and the call is over. */
    void cutOff(Call call, Throwable failure) {
        cutOff(failure);
        forget(call);
    }

    private void forget(Call call) {
        synchronized (waiting) { // a call that waits is counted, and one that does not is not, when settle looks
            if (waiting.remove(key(call), call)) {
                memory.giveBack(call.heapBytes());
            }
        }
    }

    /** The same for a client that cannot be answered: it finds that the server is gone, and does not wait. */
    void cutOff(Throwable failure) {
        Failures.log("a client that cannot be answered is cut off: client=" + number, failure);
        cutOff();
    }

    /** What is done then, each in any case: at once, */
    private static final List<Consumer<Session>> LEAVING = List.of(
            Session::hearLast,
            session -> session.connection.close(),
            Session::lookNoMore,
            Session::dropUnsent,
            Session::haveDealtWithMessage);

    /** and what may take long. */
    private static final List<Consumer<Session>> CLEARING = List.of(
            Session::giveUpCalls,
            Session::loseUnconfirmed,
            Session::releaseAll,
            Session::settle,
            session -> session.line.abandon(),
            session -> session.host.forget(session));

    /** Closes the connection and gives back what the client held. */
    void end() {
        boolean unused = leave();
        clear();
    }

    /**
     * Closes the connection: from now on nothing is done for the client. True if what it held has yet to be given back.
     */
    boolean leave() {
        if (!left.compareAndSet(false, true)) {
            return false;
        }
        synchronized (this) {
            over = true;
        }
        insistOn(LEAVING);
        return true;
    }

    /** Gives back what the client held that {@link #leave has left}; once, by whoever is first. */
    void clear() {
        if (cleared.compareAndSet(false, true)) {
            insistOn(CLEARING);
        }
    }

    private void insistOn(List<Consumer<Session>> steps) {
        for (int i = 0; i < steps.size(); i++) {
            Failures.insist("the end of a client", steps.get(i), this);
        }
    }

    /** Of its memory only what calls take that are being carried out still counts. */
    private void settle() {
        synchronized (waiting) {
            memory.abandon(waiting.values().stream().mapToLong(Call::heapBytes).sum());
        }
    }

    /** Each goes when it is over. */
    private void giveUpCalls() {
        Failures.giveBack(new ArrayList<>(waiting.values()), Call::abandon);
    }

    private void loseUnconfirmed() {
        Failures.giveBack(handed.keySet(), this::lost);
    }

    private void releaseAll() {
        Failures.giveBack(holds.keySet(), object -> host.release(object, this));
        names.abandon(0);
    }

    /** What has come and was not read yet counts, where it says that a result arrived: that one is the client's. */
    private void hearLast() {
        ConnectionSelector.Registration last = registration;
        if (last == null) {
            return;
        }
        try {
            for (long bytes = 0; bytes < LAST_BYTES && isUnconfirmed(); ) {
                byte[] request = last.recvBytes();
                if (request == null) {
                    return;
                }
                bytes += Integer.BYTES + request.length;
                hearLast(request);
                haveDealtWithMessage();
            }
        } catch (IOException | RuntimeException | Error end) {
            // of what can be understood
        }
    }

    private void hearLast(byte[] request) {
        try (Reading reading = reading()) {
            Call call = call(JsonReader.message(request, JsonReader.REQUEST, reading));
            if (call.method().equals(OfServer.ARRIVED.wire())) {
                host.dispatch(call);
            }
        }
    }

    private synchronized boolean isUnconfirmed() {
        return !handed.isEmpty();
    }
}
