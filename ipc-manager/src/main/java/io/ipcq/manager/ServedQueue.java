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

    private final SharedQueue<byte[]> queue;
    private final @Nullable DurableQueue<byte[]> durable;
    private final String codec;
    private final QueuePump takers;
    private final QueuePump putters;
    private final QueuePump joiners;

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
            case "drain" -> call.reply(drain(Math.min(call.count(1), MAX_BATCH)));
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
            case "flush" -> {
                flush();
                call.reply(null);
            }
            case "delete" -> {
                queue.delete();
                call.reply(null);
            }
            default -> throw noSuch(operation);
        }
    }

    // ---- put --------------------------------------------------------------------------------------------------------

    private boolean put(Call call, Duration patience) throws InterruptedException {
        if (!queue.put(EncodedElements.fromWire(codec, call.present(1)), patience)) {
            return false;
        }
        call.reply(true);
        return true;
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

    private boolean take(Call call, Duration patience) throws InterruptedException {
        if (call.method().endsWith(".receive")) {
            return receive(call, patience);
        }
        boolean confirmed = call.flag(2) && call.id() != null;
        if (durable != null && confirmed) {
            Delivery<byte[]> delivery = durable.receive(patience);
            if (delivery == null) {
                return false;
            }
            handOver(call, delivery.value(), new Handed() {
                @Override
                public void arrived() {
                    delivery.ack();
                }

                @Override
                public void lost() {
                    delivery.nack();
                }
            });
            return true;
        }
        byte[] element = takeReturned();
        if (element == null) {
            element = queue.get(patience);
        }
        if (element == null) {
            return false;
        }
        byte[] taken = element;
        if (!confirmed) {
            call.reply(EncodedElements.toWire(codec, taken));
            return true;
        }
        handOver(call, taken, new Handed() {
            @Override
            public void arrived() {
                // it is the client's
            }

            @Override
            public void lost() {
                putBack(taken);
            }
        });
        return true;
    }

    private void handOver(Call call, byte[] element, Handed handed) {
        Object wire;
        try {
            wire = EncodedElements.toWire(codec, element);
        } catch (RpcException e) {
            call.fail(new RpcException(Protocol.STATE, "the element cannot be decoded: bytes=" + element.length));
            return;
        }
        if (call.session().handOver(java.util.Objects.requireNonNull(call.id()), handed)) {
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
    }

    private synchronized List<@Nullable Object> drain(int max) {
        List<byte[]> elements = new ArrayList<>();
        while (elements.size() < max && !returned.isEmpty()) {
            elements.add(returned.remove());
        }
        queue.drainTo(elements, max - elements.size());
        List<@Nullable Object> wire = new ArrayList<>(elements.size());
        elements.forEach(element -> wire.add(EncodedElements.toWire(codec, element)));
        return wire;
    }

    private List<@Nullable Object> items(int max) {
        try (Stream<byte[]> elements = queue.stream()) {
            List<@Nullable Object> wire = new ArrayList<>();
            elements.limit(max).forEach(element -> wire.add(EncodedElements.toWire(codec, element)));
            return wire;
        }
    }

    // ---- leases -----------------------------------------------------------------------------------------------------

    private boolean receive(Call call, Duration patience) throws InterruptedException {
        Delivery<byte[]> delivery = requireDurable().receive(patience);
        if (delivery == null) {
            return false;
        }
        synchronized (leases) {
            leases.put(delivery.number(), new Lease(call.session(), delivery));
        }
        if (call.session().isOver()) {
            left(call.session());
        }
        Map<String, @Nullable Object> wire = new LinkedHashMap<>();
        wire.put("number", delivery.number());
        wire.put("attempts", delivery.attempts());
        wire.put("value", EncodedElements.toWire(codec, delivery.value()));
        call.reply(wire);
        return true;
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

    private void flush() {
        try {
            requireDurable().flush();
        } catch (java.io.IOException e) {
            throw new RpcException(Protocol.INTERNAL, "the queue could not be written to the disk: " + this);
        }
    }

    // ---- look -------------------------------------------------------------------------------------------------------

    private boolean join(Call call, Duration patience) throws InterruptedException {
        if (!queue.join(patience)) {
            return false;
        }
        call.reply(true);
        return true;
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
