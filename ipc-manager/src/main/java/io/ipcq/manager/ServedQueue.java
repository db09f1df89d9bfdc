// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.codec.CodecException;
import io.ipcq.manager.Session.Handed;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.ElementTooLargeException;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.QueueStats;
import io.ipcq.queue.SharedQueue;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A queue of either kind. The elements are in its file, which clients on this machine open themselves; what comes here is the
 * traffic of the others.
 *
 * <p>An element that was sent to a client and that it did not say to have is not lost with it: of a journal it is delivered
 * again, to a queue in memory it is put back, at the end.
 */
final class ServedQueue extends Served {

    private static final int MAX_BATCH = 10_000;

    /** When an answer to {@code drain} is full. */
    private static final long DRAINED_BYTES = 1 << 20;

    private final SharedQueue<byte[]> queue;
    private final @Nullable DurableQueue<byte[]> durable;
    private final String codec;
    private final QueuePump takers;
    private final QueuePump putters;
    private final QueuePump joiners;
    private final Consumer<Runnable> threads;

    /** Elements that could not be put back, as the queue is full or shut down; they go first. */
    private final Deque<byte[]> returned = new ArrayDeque<>();

    /** Leases of clients, by number. */
    private final Map<Long, Lease> leases = new LinkedHashMap<>();

    private record Lease(Session session, Delivery<byte[]> delivery) {}

    ServedQueue(
            Key key, SharedQueue<byte[]> queue, ScheduledExecutorService clock, Consumer<Runnable> platformThreads) {
        super(key);
        this.queue = queue;
        this.durable = queue instanceof DurableQueue<byte[]> journal ? journal : null;
        this.codec = queue.codecId();
        this.threads = platformThreads;
        this.takers = new QueuePump(clock, platformThreads, this::take);
        this.putters = new QueuePump(clock, platformThreads, this::put);
        this.joiners = new QueuePump(clock, platformThreads, this::join);
    }

    static RpcException error(RuntimeException failure) {
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof QueueShutdownException) {
            return new RpcException(Protocol.SHUT_DOWN, message);
        }
        if (failure instanceof ElementTooLargeException) {
            return new RpcException(Protocol.TOO_LARGE, message);
        }
        if (failure instanceof QueueClosedException) {
            return new RpcException(Protocol.NOT_THERE, message);
        }
        if (failure instanceof IllegalStateException || failure instanceof CodecException) {
            return new RpcException(Protocol.STATE, message);
        }
        return new RpcException(
                Protocol.INTERNAL, "the queue failed: " + failure.getClass().getSimpleName());
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
        requireOption(options, "codec", codec);
        Object maxSize = options.get("maxSize");
        if (maxSize != null) {
            requireOption(options, "maxSize", queue.stats().maxSize());
        }
    }

    @Override
    void call(Call call, String operation) {
        try {
            operate(call, operation);
        } catch (RpcException e) {
            throw e;
        } catch (RuntimeException e) {
            throw error(e);
        }
    }

    private void operate(Call call, String operation) {
        switch (operation) {
            case "put" -> {
                EncodedElements.fromWire(codec, call.present(1)); // refused before it waits
                putters.submit(call, call.timeoutMillis(2), false);
            }
            case "get", "receive" -> takers.submit(call, call.timeoutMillis(1), null);
            case "join" -> joiners.submit(call, call.timeoutMillis(1), false);
            case "putAll" -> putAll(call);
            case "drain" -> drain(call, Math.min(call.count(1), MAX_BATCH));
            case "items" -> call.reply(items(Math.min(call.count(1), MAX_BATCH)));
            case "size" -> call.reply(size());
            case "full" -> call.reply(queue.full());
            case "stats" -> call.reply(stats());
            case "taskDone" -> {
                queue.taskDone();
                call.reply(null);
            }
            case "shutdown" -> {
                queue.shutdown();
                call.reply(null);
            }
            case "isShutdown" -> call.reply(queue.isShutdown());
            case "ack", "nack" -> call.reply(settle(call, operation.equals("ack")));
            case "flush" -> flush(call, requireDurable());
            case "delete" -> {
                queue.delete();
                call.reply(null);
            }
            default -> throw noSuch(operation);
        }
    }

    // ---- put --------------------------------------------------------------------------------------------------------

    private @Nullable Runnable put(Call call, Duration patience) throws InterruptedException {
        return queue.put(EncodedElements.fromWire(codec, call.present(1)), patience) ? () -> call.reply(true) : null;
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
        while (put < elements.size() && queue.offer(elements.get(put))) {
            put++;
        }
        call.reply(put);
    }

    // ---- take -------------------------------------------------------------------------------------------------------

    private @Nullable Runnable take(Call call, Duration patience) throws InterruptedException {
        if (call.method().endsWith(".receive")) {
            return receive(call, patience);
        }
        boolean confirmed = isConfirmed(call);
        if (durable != null && confirmed) {
            Delivery<byte[]> delivery = durable.receive(patience);
            if (delivery == null) {
                return null;
            }
            Object wire = wire(delivery);
            return () -> answer(call, wire, new Delivered(List.of(delivery)));
        }
        byte[] returned = takeReturned();
        byte[] element = returned == null ? queue.get(patience) : returned;
        if (element == null) {
            return null;
        }
        Object wire = wire(element);
        return confirmed ? () -> answer(call, wire, new Taken(List.of(element))) : () -> call.reply(wire);
    }

    /** Whether the client is going to say that the result arrived. */
    private static boolean isConfirmed(Call call) {
        if (!call.flag(2) || call.id() == null) {
            return false;
        }
        call.session().requireConfirmed();
        return true;
    }

    /** Of a journal. */
    private record Delivered(List<Delivery<byte[]>> deliveries) implements Handed {
        @Override
        public void arrived() {
            deliveries.forEach(Delivery::ack);
        }

        @Override
        public void lost() {
            deliveries.forEach(Delivery::nack);
        }
    }

    /** Of a queue in memory. */
    private final class Taken implements Handed {
        private final List<byte[]> elements;

        Taken(List<byte[]> elements) {
            this.elements = elements;
        }

        @Override
        public void arrived() {
            // they are the client's
        }

        @Override
        public void lost() {
            elements.forEach(ServedQueue.this::putBack);
        }
    }

    private @Nullable Object wire(byte[] element) {
        try {
            return EncodedElements.toWire(codec, element);
        } catch (RpcException e) {
            throw new RpcException(Protocol.STATE, "an element cannot be decoded: bytes=" + element.length);
        }
    }

    /** What cannot be decoded goes back, and after some attempts to the dead letters. */
    private @Nullable Object wire(Delivery<byte[]> delivery) {
        try {
            return wire(delivery.value());
        } catch (RpcException e) {
            delivery.nack();
            throw e;
        }
    }

    private static void answer(Call call, @Nullable Object wire, Handed handed) {
        if (call.session().handOver(Objects.requireNonNull(call.id()), handed)) {
            call.reply(wire);
        } else {
            handed.lost();
            call.abandon();
        }
    }

    private synchronized byte @Nullable [] takeReturned() {
        return returned.poll();
    }

    private void putBack(byte[] element) {
        try {
            if (queue.offer(element)) {
                queue.taskDone(); // it was counted when it was put first
                return;
            }
        } catch (RuntimeException full) {
            // or shut down: it goes to the next one who asks here
        }
        synchronized (this) {
            returned.add(element);
        }
        takers.wake();
    }

    /** Takes what is there, as long as it fits into one answer. */
    private void drain(Call call, int max) {
        if (!isConfirmed(call)) {
            call.reply(wire(takeAtOnce(max)));
        } else if (durable == null) {
            List<byte[]> elements = takeAtOnce(max);
            handOver(call, elements, new Taken(elements));
        } else {
            List<Delivery<byte[]>> deliveries = receiveAtOnce(durable, max);
            handOver(call, deliveries.stream().map(Delivery::value).toList(), new Delivered(deliveries));
        }
    }

    private void handOver(Call call, List<byte[]> elements, Handed handed) {
        if (elements.isEmpty()) {
            call.reply(List.of()); // which nobody confirms
            return;
        }
        List<@Nullable Object> wire;
        try {
            wire = wire(elements);
        } catch (RpcException e) {
            handed.lost();
            throw e;
        }
        answer(call, wire, handed);
    }

    private static List<Delivery<byte[]>> receiveAtOnce(DurableQueue<byte[]> durable, int max) {
        List<Delivery<byte[]>> deliveries = new ArrayList<>();
        try {
            for (long bytes = 0; deliveries.size() < max && bytes < DRAINED_BYTES; ) {
                Delivery<byte[]> delivery = durable.receive(Duration.ZERO);
                if (delivery == null) {
                    break;
                }
                deliveries.add(delivery);
                bytes += delivery.value().length;
            }
        } catch (QueueShutdownException drained) {
            // these were the last
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        return deliveries;
    }

    private List<byte[]> takeAtOnce(int max) {
        List<byte[]> elements = new ArrayList<>();
        for (long bytes = 0; elements.size() < max && bytes < DRAINED_BYTES; ) {
            byte[] element = takeReturned();
            if (element == null && queue.drainTo(elements, 1) == 0) {
                break;
            }
            if (element != null) {
                elements.add(element);
            }
            bytes += elements.get(elements.size() - 1).length;
        }
        return elements;
    }

    private List<@Nullable Object> wire(List<byte[]> elements) {
        List<@Nullable Object> wire = new ArrayList<>(elements.size());
        elements.forEach(element -> wire.add(wire(element)));
        return wire;
    }

    private List<@Nullable Object> items(int max) {
        try (Stream<byte[]> elements = queue.stream()) {
            List<@Nullable Object> wire = new ArrayList<>();
            elements.limit(max).forEach(element -> wire.add(wire(element)));
            return wire;
        }
    }

    // ---- leases -----------------------------------------------------------------------------------------------------

    private @Nullable Runnable receive(Call call, Duration patience) throws InterruptedException {
        Delivery<byte[]> delivery = requireDurable().receive(patience);
        if (delivery == null) {
            return null;
        }
        Object value = wire(delivery);
        return () -> lease(call, delivery, value);
    }

    private void lease(Call call, Delivery<byte[]> delivery, @Nullable Object value) {
        synchronized (leases) {
            leases.put(delivery.number(), new Lease(call.session(), delivery));
        }
        if (call.session().isOver()) {
            left(call.session());
        }
        Map<String, @Nullable Object> wire = new LinkedHashMap<>();
        wire.put("number", delivery.number());
        wire.put("attempts", delivery.attempts());
        wire.put("value", value);
        call.reply(wire);
    }

    private boolean settle(Call call, boolean done) {
        Lease lease;
        synchronized (leases) {
            lease = leases.get(call.number(1));
            if (lease == null || lease.session() != call.session()) {
                return false;
            }
            leases.remove(call.number(1));
        }
        return done ? lease.delivery().ack() : lease.delivery().nack();
    }

    @Override
    void left(Session session) {
        List<Lease> ended = new ArrayList<>();
        synchronized (leases) {
            leases.values().removeIf(lease -> lease.session() == session && ended.add(lease));
        }
        ended.forEach(lease -> lease.delivery().nack());
    }

    private DurableQueue<byte[]> requireDurable() {
        if (durable == null) {
            throw new RpcException(Protocol.NO_METHOD, "only a durable queue has leases: " + this);
        }
        return durable;
    }

    /** In a thread of its own: a disk may take long, and the client is served meanwhile. */
    private void flush(Call call, DurableQueue<byte[]> journal) {
        call.session().park(call);
        if (call.claim()) {
            threads.accept(() -> {
                try {
                    journal.flush();
                    call.reply(null);
                } catch (java.io.IOException | RuntimeException e) {
                    call.fail(
                            new RpcException(Protocol.INTERNAL, "the queue could not be written to the disk: " + this));
                }
            });
        }
    }

    // ---- look -------------------------------------------------------------------------------------------------------

    private @Nullable Runnable join(Call call, Duration patience) throws InterruptedException {
        return queue.join(patience) ? () -> call.reply(true) : null;
    }

    private synchronized long size() {
        return queue.qsize() + returned.size();
    }

    private Map<String, @Nullable Object> stats() {
        QueueStats stats = queue.stats();
        Map<String, @Nullable Object> wire = new LinkedHashMap<>();
        wire.put("size", stats.size());
        wire.put("maxSize", stats.maxSize());
        wire.put("put", stats.put());
        wire.put("taken", stats.taken());
        wire.put("leased", stats.leased());
        wire.put("unfinished", stats.unfinished());
        wire.put("members", stats.members());
        wire.put("storageBytes", stats.storageBytes());
        wire.put("shutdown", stats.shutdown());
        return wire;
    }

    @Override
    void dispose() {
        queue.close();
    }

    /** How long a second of a timeout is on the wire. */
    static long millis(Duration timeout) {
        try {
            return Math.max(0, TimeUnit.NANOSECONDS.toMillis(timeout.toNanos() + 999_999));
        } catch (ArithmeticException longer) {
            return timeout.isNegative() ? 0 : Long.MAX_VALUE / 2;
        }
    }
}
