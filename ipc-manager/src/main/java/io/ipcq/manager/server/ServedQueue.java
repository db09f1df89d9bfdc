// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.server.Session.Handed;
import io.ipcq.manager.wire.DurableOptions;
import io.ipcq.manager.wire.EncodedElements;
import io.ipcq.manager.wire.HeapSize;
import io.ipcq.manager.wire.Operation.OfQueue;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.QueueStats;
import io.ipcq.queue.QueueStorageException;
import io.ipcq.queue.QueueTimes;
import io.ipcq.queue.SharedQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A queue of either kind. Its elements are in its file. Clients on this machine open the file themselves, so only calls
 * of other clients come here.
 *
 * <p>An element that was sent to a client, and that the client has not confirmed, is not lost with the client. A
 * durable queue delivers it again. A queue in memory gets it back at its end.
 */
final class ServedQueue extends Served {

    private static final String RECEIVE = "." + OfQueue.RECEIVE.wire();

    private static final int MAX_BATCH = 10_000;

    /** From this size on an element counts while it is sent. */
    private static final int COUNTED_BYTES = 64 << 10;

    /** About what a lease takes besides the element. */
    private static final long LEASE_BYTES = 256;

    private final SharedQueue<byte[]> queue;
    private final @Nullable DurableQueue<byte[]> durable;
    private final String codec;
    private final QueuePump takers;
    private final QueuePump putters;
    private final QueuePump joiners;
    private final QueuePump watchers;
    private final Workers workers;
    private final Budget.Share memory;
    private final Bill descriptors;

    /**
     * Elements that could not be put back because the queue is full or shut down, and elements that a client did not
     * want. They go first.
     */
    private final Deque<byte[]> returned = new ArrayDeque<>();

    private boolean disposed; // guarded by this

    private final QueueLooks looks = new QueueLooks();

    private volatile boolean deleted;

    /** Leases of clients, by number. */
    private final Map<Long, Lease> leases = new LinkedHashMap<>();

    private record Lease(Session session, Delivery<byte[]> delivery) {
        long number() {
            return delivery.number();
        }

        /** How much of its client's memory it takes. */
        private long bytes() {
            return LEASE_BYTES + HeapSize.array(delivery.value().length);
        }

        private void isOver() {
            session.memory().giveBack(bytes());
        }
    }

    private final Batch.Way<byte[]> inMemory = new Batch.Way<>(
            element -> element.length,
            this::wire,
            had -> {},
            this::putBack,
            this::putFirst,
            this::done,
            this::putFirst);

    private final Batch.Way<Delivery<byte[]>> leased = new Batch.Way<>(
            delivery -> delivery.value().length,
            (delivery, reading) -> wire(delivery.value(), reading),
            Delivery::take,
            ServedQueue::returnAtOnce,
            ServedQueue::returnAtOnce,
            Delivery::nack,
            ServedQueue::returnAtOnce);

    private final Batch.Way<Delivery<byte[]>> lent = new Batch.Way<>(
            delivery -> delivery.value().length,
            this::lentWire,
            Delivery::ack,
            ServedQueue::returnAtOnce,
            ServedQueue::returnAtOnce,
            Delivery::nack,
            ServedQueue::returnAtOnce);

    ServedQueue(
            Key key,
            SharedQueue<byte[]> queue,
            ScheduledExecutorService clock,
            Workers workers,
            Budget.Share memory,
            Bill descriptors) {
        super(key);
        this.queue = queue;
        this.durable = queue instanceof DurableQueue<byte[]> journal ? journal : null;
        this.codec = queue.codecId();
        this.workers = workers;
        this.memory = memory;
        this.descriptors = descriptors;
        this.takers = new QueuePump(clock, workers, telling(this::take));
        this.putters = new QueuePump(clock, workers, telling(this::put));
        this.joiners = new QueuePump(clock, workers, telling(this::join));
        this.watchers = new QueuePump(clock, workers, telling(this::awaitReady));
    }

    @Override
    Map<String, @Nullable Object> describe() {
        Map<String, @Nullable Object> about = super.describe();
        about.put("codec", codec);
        about.put("directory", queue.directory().toString());
        return about;
    }

    @Override
    void requireSame(Map<String, @Nullable Object> options) {
        requireNotDeleted();
        requireOption(options, "codec", codec);
        Object maxSize = options.get("maxSize");
        if (maxSize != null) {
            requireOption(options, "maxSize", queue.stats().maxSize());
        }
    }

    private void requireNotDeleted() {
        try {
            queue.isShutdown();
        } catch (QueueClosedException e) {
            throw new RpcException(
                    Protocol.NOT_THERE,
                    this + " was deleted; its name is free when those who still hold it have closed it: "
                            + e.getMessage());
        }
    }

    @Override
    void call(Call call, String operation) {
        try {
            operate(call, operation);
        } catch (RuntimeException e) {
            throw failure(e);
        }
    }

    /** Has a call that waits fail like one that does not. */
    private QueuePump.Step telling(QueuePump.Step step) {
        return (call, patience) -> {
            try {
                return step.run(call, patience);
            } catch (RuntimeException e) {
                throw failure(e);
            }
        };
    }

    /** The answer to a failure. If the queue was deleted here, it says so, and not that somebody closed a handle. */
    private RpcException failure(RuntimeException failure) {
        return deleted && failure instanceof QueueClosedException
                ? new RpcException(Protocol.NOT_THERE, "the queue was deleted: directory=" + queue.directory())
                : QueueFailures.answer(failure);
    }

    private void operate(Call call, String operation) {
        switch (known(OfQueue.class, operation)) {
            case PUT -> {
                EncodedElements.fromWire(codec, call.present(1)); // refused before it waits
                putters.submit(call, call.timeoutMillis(2), false);
            }
            case GET, RECEIVE -> takers.submit(call, call.timeoutMillis(1), null);
            case JOIN -> joiners.submit(call, call.timeoutMillis(1), false);
            case READY -> watchers.submit(call, call.timeoutMillis(1), false);
            case PUT_ALL -> putAll(call);
            case DRAIN -> drain(call, Math.min(call.count(1), MAX_BATCH));
            case ITEMS -> items(call, Math.min(call.count(1), MAX_BATCH));
            case LOOK -> look(call);
            case SIZE -> call.reply(size());
            case FULL -> call.reply(queue.full());
            case STATS -> call.reply(stats());
            case TASK_DONE -> {
                queue.taskDone();
                call.reply(null);
            }
            case SHUTDOWN -> {
                queue.shutdown();
                call.reply(null);
            }
            case IS_SHUTDOWN -> call.reply(queue.isShutdown());
            case ACK -> call.reply(settle(call, Delivery::ack));
            case TAKE -> call.reply(settle(call, Delivery::take));
            case NACK -> {
                long delayMillis = call.timeoutMillis(2);
                call.reply(settle(call, delivery -> giveBack(delivery, delayMillis)));
            }
            case RELEASE -> call.reply(settle(call, Delivery::release));
            case RENEW -> call.reply(renew(call));
            case FLUSH -> flush(call, requireDurable());
            case REOPEN -> {
                requireDurable().reopen();
                call.reply(null);
            }
            case OPTIONS -> call.reply(DurableOptions.toWire(requireDurable().options()));
            case ALTER -> alter(call, requireDurable());
            case DELETE -> {
                deleted = true;
                queue.delete();
                call.reply(null);
            }
        }
    }

    // ---- put --------------------------------------------------------------------------------------------------------

    private QueuePump.@Nullable Answer put(Call call, Duration patience) throws InterruptedException {
        QueuePump.Answer done = () -> call.reply(true); // made first: if that fails, nothing was put
        return queue.put(EncodedElements.fromWire(codec, call.present(1)), patience) ? done : null;
    }

    /** Puts as many as there is room for, and says how many. */
    private void putAll(Call call) {
        List<byte[]> elements = new ArrayList<>();
        for (Object element : call.list(1)) {
            if (element == null) {
                throw new RpcException(Protocol.INVALID_PARAMS, "an element may not be null");
            }
            elements.add(EncodedElements.fromWire(codec, element));
        }
        int put = 0;
        try {
            while (put < elements.size() && queue.offer(elements.get(put))) {
                put++;
            }
        } catch (QueueStorageException e) {
            throw new QueueStorageException(String.valueOf(e.getMessage()), e, put + e.put());
        }
        call.reply(put);
    }

    // ---- take -------------------------------------------------------------------------------------------------------

    private QueuePump.@Nullable Answer take(Call call, Duration patience) throws InterruptedException {
        if (call.method().endsWith(RECEIVE)) {
            return receive(call, patience);
        }
        boolean confirmed = isConfirmed(call);
        return durable != null && confirmed
                ? taken(call, durable::receive, patience, leased, (wire, batch) -> answer(call, wire, batch, true))
                : taken(call, this::next, patience, inMemory, (wire, batch) -> answer(call, wire, batch, confirmed));
    }

    /** How one thing is taken. */
    private interface Source<T> {
        @Nullable
        T next(Duration patience) throws InterruptedException;
    }

    /** How what was taken is sent. */
    private interface Sender<T> {
        void send(@Nullable Object wire, Batch<T> batch);
    }

    /** Takes one thing. What was read for it counts until the call is answered. */
    private static <T> QueuePump.@Nullable Answer taken(
            Call call, Source<T> source, Duration patience, Batch.Way<T> way, Sender<T> sender)
            throws InterruptedException {
        Session.Reading reading = call.session().reading();
        List<@Nullable Object> wire = new ArrayList<>(1);
        Batch<T> batch = null;
        QueuePump.Answer answer = null;
        try {
            batch = Batch.take(1, call.session().answerSize(), () -> source.next(patience), way, reading, wire);
            if (!batch.isEmpty()) {
                answer = new Taken<>(batch, wire, reading, sender);
            }
        } finally {
            if (answer == null) {
                reading.close();
                if (batch != null) {
                    batch.lost();
                }
            }
        }
        return answer;
    }

    private record Taken<T>(Batch<T> batch, List<@Nullable Object> wire, Session.Reading reading, Sender<T> sender)
            implements QueuePump.Answer {

        @Override
        public void send() {
            try (reading) {
                sender.send(wire.get(0), batch);
            }
        }

        @Override
        public void takeBack() {
            batch.lost();
        }
    }

    private byte @Nullable [] next(Duration patience) throws InterruptedException {
        byte[] element = takeReturned();
        return element == null ? queue.get(patience) : element;
    }

    /** Whether the client will say that the result arrived. */
    private static boolean isConfirmed(Call call) {
        Object id = call.id();
        if (id == null || !call.flag(2)) {
            return false;
        }
        call.session().requireConfirmable(call, id);
        return true;
    }

    private @Nullable Object wire(byte[] element, Session.Reading reading) {
        try {
            if (element.length >= COUNTED_BYTES) {
                reading.next().read(HeapSize.array(element.length));
            }
            return EncodedElements.toWire(codec, element, reading.next());
        } catch (RpcException e) {
            throw e.code() == Protocol.LIMIT
                    ? e
                    : new RpcException(
                            Protocol.PARSE_ERROR,
                            "an element cannot be decoded: bytes=" + element.length + ": " + e.text());
        }
    }

    /** An element that cannot be decoded counts as done, as in the queue itself. */
    private void done(byte[] undecoded) {
        queue.taskDone();
    }

    private static void answer(Call call, @Nullable Object wire, Handed given, boolean confirmed) {
        Object id = call.id();
        if (!confirmed || id == null) {
            call.reply(wire, given::lost);
            return;
        }
        try {
            call.session().handOver(call, id, given);
        } catch (RuntimeException | Error e) {
            given.lost();
            throw e;
        }
        call.reply(wire, () -> call.session().lost(id));
    }

    private synchronized byte @Nullable [] takeReturned() {
        byte[] element = returned.poll();
        if (element != null) {
            memory.giveBack(HeapSize.array(element.length));
        }
        return element;
    }

    private void putBack(byte[] element) {
        if (!isPut(element)) {
            putAmongReturned(element, returned::addLast);
            takers.wake();
            watchers.wake();
        }
    }

    /** False if the queue is full or shut down. Then the next client that asks here gets the element. */
    private boolean isPut(byte[] element) {
        try {
            if (!queue.offer(element)) {
                return false;
            }
        } catch (RuntimeException shutDown) {
            return false;
        }
        queue.taskDone(); // it was counted when it was put first
        return true;
    }

    private void putFirst(byte[] element) {
        putAmongReturned(element, returned::addFirst);
    }

    /**
     * Adds the element and counts it, or does neither. A queue that is disposed of takes none, as nobody would get it.
     */
    private synchronized void putAmongReturned(byte[] element, Consumer<byte[]> end) {
        if (disposed) {
            return;
        }
        long bytes = HeapSize.array(element.length);
        memory.bear(bytes);
        boolean there = false;
        try {
            end.accept(element);
            there = true;
        } finally {
            if (!there) {
                memory.giveBack(bytes);
            }
        }
    }

    /** Puts them back into the queue, for clients that do not ask here. */
    private void putBackReturned() {
        for (byte[] first = takeReturned(); first != null; first = takeReturned()) {
            if (!isPut(first)) {
                putFirst(first);
                return;
            }
        }
    }

    private synchronized List<byte[]> returned() {
        return List.copyOf(returned);
    }

    private void drain(Call call, int max) {
        boolean confirmed = isConfirmed(call);
        List<@Nullable Object> wire = new ArrayList<>();
        AnswerSize size = call.session().answerSize();
        Batch<?> batch = null;
        boolean answered = false;
        try (Session.Reading reading = call.session().reading()) {
            batch = durable != null && confirmed
                    ? Batch.take(max, size, () -> durable.receive(Duration.ZERO), leased, reading, wire)
                    : Batch.take(max, size, () -> next(Duration.ZERO), inMemory, reading, wire);
            answer(call, wire, batch, confirmed && !batch.isEmpty()); // an empty answer is not confirmed
            answered = true;
        } catch (QueueShutdownException drained) {
            call.reply(List.of());
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            call.abandon();
        } finally {
            if (batch != null && !answered) {
                batch.lost();
            }
        }
    }

    private void items(Call call, int max) {
        try (QueueLooks.Look look = newLook(call);
                Session.Reading reading = call.session().reading()) {
            List<@Nullable Object> wire = new ArrayList<>();
            RpcException refusal = show(look, max, call.session(), reading, wire);
            if (refusal != null && wire.isEmpty()) {
                throw refusal;
            }
            call.reply(wire);
        }
    }

    private QueueLooks.Look newLook(Call call) {
        return new QueueLooks.Look(call.session(), Stream.concat(returned().stream(), queue.stream()));
    }

    /** Answers with the next elements, and where to go on. */
    private void look(Call call) {
        QueueLooks.Look look = call.value(1) == null ? newLook(call) : looks.resume(call.session(), call.number(1));
        boolean more = false;
        try (Session.Reading reading = call.session().reading()) {
            List<@Nullable Object> wire = new ArrayList<>();
            RpcException refusal = show(look, MAX_BATCH, call.session(), reading, wire);
            more = look.hasNext();
            Map<String, @Nullable Object> page = new LinkedHashMap<>();
            page.put("elements", wire);
            page.put("next", more ? looks.leave(look) : null);
            if (refusal != null) {
                page.put("refused", Map.of("code", refusal.code(), "message", refusal.text()));
            }
            call.reply(page);
        } finally {
            if (!more) {
                look.close();
            }
        }
        if (call.session().isOver()) {
            looks.left(call.session());
        }
    }

    /**
     * Adds what fits into an answer. It ends before an element that cannot be sent, and returns the reason. The look
     * then goes on behind that element.
     */
    private @Nullable RpcException show(
            QueueLooks.Look look, int max, Session client, Session.Reading reading, List<@Nullable Object> wire) {
        AnswerSize size = client.answerSize();
        while (wire.size() < max && !size.isFull() && look.hasNext()) {
            byte[] element = look.next();
            if (!size.add(Batch.ELEMENT_BYTES + element.length)) {
                look.back(element);
                return null;
            }
            try {
                Object shown = wire(element, reading);
                size.requireFits(shown);
                wire.add(shown);
            } catch (RpcException e) {
                if (e.code() != Protocol.LIMIT || wire.isEmpty()) {
                    return e;
                }
                look.back(element); // it alone may fit into the client's memory
                return null;
            }
        }
        return null;
    }

    // ---- leases -----------------------------------------------------------------------------------------------------

    private QueuePump.@Nullable Answer receive(Call call, Duration patience) throws InterruptedException {
        return taken(call, requireDurable()::receive, patience, lent, (wire, batch) -> lend(call, batch, wire));
    }

    private Map<String, @Nullable Object> lentWire(Delivery<byte[]> delivery, Session.Reading reading) {
        Map<String, @Nullable Object> wire = new LinkedHashMap<>();
        wire.put("number", delivery.number());
        wire.put("attempts", delivery.attempts());
        wire.put("value", wire(delivery.value(), reading));
        return wire;
    }

    private void lend(Call call, Batch<Delivery<byte[]>> batch, @Nullable Object wire) {
        Lease lease = new Lease(call.session(), batch.first());
        boolean lent = false;
        try {
            call.session().memory().take(lease.bytes());
            synchronized (leases) {
                leases.put(lease.number(), lease);
            }
            if (call.session().isOver() || !holders.contains(call.session())) {
                left(call.session());
            }
            call.reply(wire, () -> end(lease));
            lent = true;
        } finally {
            if (!lent) {
                end(lease);
            }
        }
    }

    private void end(Lease lease) {
        synchronized (leases) {
            if (leases.remove(lease.number(), lease)) {
                lease.isOver();
            }
        }
        returnAtOnce(lease.delivery());
    }

    /** Gives back what nobody had, or nobody has any more. That is no reason for a delay. */
    private static void returnAtOnce(Delivery<byte[]> delivery) {
        delivery.nack(Duration.ZERO);
    }

    private static boolean giveBack(Delivery<byte[]> delivery, long delayMillis) {
        return delayMillis == Long.MAX_VALUE ? delivery.nack() : delivery.nack(Duration.ofMillis(delayMillis));
    }

    private boolean settle(Call call, Predicate<Delivery<byte[]>> way) {
        Lease lease = null;
        try {
            synchronized (leases) {
                lease = leaseOf(call);
                if (lease == null) {
                    return false;
                }
                leases.remove(lease.number());
            }
            lease.isOver();
            return way.test(lease.delivery());
        } catch (Throwable e) {
            if (lease != null) {
                returnAtOnce(lease.delivery()); // has no effect if it is settled after all
            }
            throw e;
        }
    }

    private boolean renew(Call call) {
        Lease lease;
        synchronized (leases) {
            lease = leaseOf(call);
        }
        return lease != null && lease.delivery().renew();
    }

    private @Nullable Lease leaseOf(Call call) {
        Lease lease = leases.get(call.number(1));
        return lease == null || lease.session() != call.session() ? null : lease;
    }

    @Override
    void join(Session session) {
        descriptors.join(session);
    }

    @Override
    void passOn(Session session) {
        descriptors.left(session, holders);
    }

    @Override
    void left(Session session) {
        dropIfDeleted();
        putBackReturned();
        looks.left(session);
        Failures.giveBack(leasesOf(session), this::end);
    }

    private List<Lease> leasesOf(Session session) {
        synchronized (leases) {
            return new ArrayList<>(leases.values().stream()
                    .filter(lease -> lease.session() == session)
                    .toList());
        }
    }

    /**
     * A client on this machine may have deleted the queue. Then its memory is freed before all have let go of the name.
     */
    private void dropIfDeleted() {
        if (!deleted && queue.isClosed()) {
            deleted = true;
            queue.close();
        }
    }

    private DurableQueue<byte[]> requireDurable() {
        if (durable == null) {
            throw new RpcException(Protocol.NO_METHOD, "only a durable queue can do that: " + this);
        }
        return durable;
    }

    private void flush(Call call, DurableQueue<byte[]> journal) {
        onDisk(call, () -> {
            journal.flush();
            return null;
        });
    }

    private void alter(Call call, DurableQueue<byte[]> journal) {
        Map<String, @Nullable Object> changes = call.options(1);
        onDisk(call, () -> DurableOptions.toWire(journal.alter(options -> DurableOptions.altered(options, changes))));
    }

    /** Does it in a thread of its own. The disk may take long, and the client is served meanwhile. */
    private void onDisk(Call call, Callable<@Nullable Object> write) {
        call.session().park(call);
        workers.carryOut(call, () -> {
            try {
                call.reply(write.call());
            } catch (RpcException e) {
                call.fail(e);
            } catch (IllegalArgumentException e) {
                call.fail(new RpcException(Protocol.INVALID_PARAMS, String.valueOf(e.getMessage())));
            } catch (Throwable e) {
                call.fail(new RpcException(Protocol.INTERNAL, "the queue could not be written to the disk: " + this));
            }
        });
    }

    // ---- look -------------------------------------------------------------------------------------------------------

    private QueuePump.@Nullable Answer join(Call call, Duration patience) throws InterruptedException {
        return queue.join(patience) ? () -> call.reply(true) : null;
    }

    private QueuePump.@Nullable Answer awaitReady(Call call, Duration patience) throws InterruptedException {
        return !returned().isEmpty() || queue.awaitReady(patience) ? () -> call.reply(true) : null;
    }

    private synchronized long size() {
        return queue.qsize() + returned.size();
    }

    private synchronized Map<String, @Nullable Object> stats() {
        QueueStats stats = queue.stats();
        Map<String, @Nullable Object> wire = new LinkedHashMap<>();
        wire.put("size", stats.size() + returned.size());
        wire.put("maxSize", stats.maxSize());
        wire.put("put", stats.put());
        wire.put("taken", stats.taken() - returned.size());
        wire.put("leased", stats.leased());
        wire.put("unburied", stats.unburied());
        wire.put("unfinished", stats.unfinished());
        wire.put("members", stats.members());
        wire.put("storageBytes", stats.storageBytes());
        wire.put("shutdown", stats.shutdown());
        wire.put("ages", ages(stats.times()));
        return wire;
    }

    /** In milliseconds, as the client's clock may be another one. How old an element is that came back is not known. */
    private Map<String, @Nullable Object> ages(QueueTimes times) {
        Map<String, @Nullable Object> ages = new LinkedHashMap<>();
        ages.put("created", ageMillis(times.created()));
        ages.put("oldest", returned.isEmpty() ? ageMillis(times.oldest()) : null);
        ages.put("lastPut", ageMillis(times.lastPut()));
        ages.put("lastTake", ageMillis(times.lastTake()));
        return ages;
    }

    private static @Nullable Long ageMillis(@Nullable Instant then) {
        Duration age = QueueTimes.age(then);
        return age == null ? null : age.toMillis();
    }

    @Override
    void dispose() {
        synchronized (this) {
            disposed = true;
        }
        while (takeReturned() != null) {
            // nobody is left to get it
        }
        try {
            queue.close();
        } finally {
            descriptors.end();
        }
    }
}
