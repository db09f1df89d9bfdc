// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.EncodedElements;
import io.ipcq.manager.wire.OwnType;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import io.ipcq.manager.wire.ServedType;
import io.ipcq.manager.wire.Words;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.DurableQueueBuilder;
import io.ipcq.queue.QueueView;
import io.ipcq.queue.SharedQueue;
import io.ipcq.queue.SharedQueueBuilder;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes the object of a name, by its type and by the options that its first client asked for. Thread-safe. */
final class ServedTypes {

    /** How many descriptors queues take. */
    private static final int RING_DESCRIPTORS = 2;

    private static final int JOURNAL_DESCRIPTORS = 6;

    private final ManagerServerOptions options;
    private final Budgets budgets;
    private final ScheduledExecutorService clock;
    private final Workers workers;
    private final Map<String, Registered> registered = new HashMap<>();

    /** A type of the program's own. */
    private record Registered(OwnType type, Supplier<?> factory) {}

    ServedTypes(ManagerServerOptions options, Budgets budgets, ScheduledExecutorService clock, Workers workers) {
        this.options = options;
        this.budgets = budgets;
        this.clock = clock;
        this.workers = workers;
        options.types()
                .forEach((type, factory) -> registered.put(type.getName(), new Registered(new OwnType(type), factory)));
    }

    Served make(Served.Key key, Map<String, @Nullable Object> asked, Session session) {
        ServedType type = ServedType.of(key.type());
        if (type == null) {
            throw new RpcException(Protocol.INVALID_PARAMS, "there is no such type: type=" + Words.shown(key.type()));
        }
        return switch (type) {
            case QUEUE -> queue(key, session, RING_DESCRIPTORS, () -> queue(asked));
            case DURABLE_QUEUE -> queue(key, session, JOURNAL_DESCRIPTORS, () -> durableQueue(key.name(), asked));
            case MAP, NAMESPACE, SET -> new ServedMap(key);
            case LIST -> new ServedList(key);
            case VALUE -> new ServedArray(key, 1, session);
            case ARRAY -> new ServedArray(key, number(asked, "length", -1), session);
            case COUNTER -> new ServedCounter(key);
            case LOCK -> new ServedLock(key, clock, flag(asked, "fair"));
            case SEMAPHORE ->
                new ServedSemaphore(
                        key, clock, number(asked, "permits", 1), flag(asked, "fair"), flag(asked, "bounded"));
            case LATCH -> new ServedLatch(key, clock, number(asked, "count", 1));
            case EVENT -> new ServedEvent(key, clock);
            case BARRIER ->
                new ServedBarrier(key, clock, (int) Math.min(Integer.MAX_VALUE, number(asked, "parties", 0)));
            case OBJECT -> own(key, asked);
        };
    }

    private static boolean flag(Map<String, @Nullable Object> asked, String name) {
        return Boolean.TRUE.equals(asked.get(name));
    }

    private ServedOwn own(Served.Key key, Map<String, @Nullable Object> asked) {
        String type = String.valueOf(asked.get("interface"));
        Registered own = registered.get(type);
        if (own == null) {
            throw new RpcException(
                    Protocol.FORBIDDEN, "no such interface is registered: interface=" + Words.shown(type));
        }
        return new ServedOwn(key, own.type, made(own.factory), workers);
    }

    /** Calls the program's own code. Whatever that throws ends the call, and nothing else. */
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
        SharedQueue<byte[]> made = null;
        boolean served = false;
        try {
            made = maker.get();
            ServedQueue queue = new ServedQueue(key, made, clock, workers, budgets.memory(), bill);
            served = true;
            return queue;
        } finally {
            if (!served) {
                if (made != null) {
                    Failures.insist("a queue that could not be served", SharedQueue::close, made);
                }
                bill.end();
            }
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
            Path directory = parent.resolve(name);
            boolean there = Boolean.FALSE.equals(asked.get("made"));
            EncodedElements codec = there && asked.get("codec") == null ? codec(directory) : codec(asked);
            DurableQueueBuilder<byte[]> builder = DurableQueue.builder(codec).trustGroup(options.groupTrusted());
            if (asked.get("maxSize") != null) {
                builder.maxSize(number(asked, "maxSize", 0));
            }
            return there ? builder.open(directory) : builder.openOrCreate(directory);
        } catch (NoSuchFileException e) {
            throw new RpcException(Protocol.NOT_THERE, "there is no such queue: name=" + name);
        } catch (IOException | RuntimeException e) {
            throw refused(e);
        }
    }

    /** The codec of the queue that is on the disk. A tool that looks at the queue names none. */
    private static EncodedElements codec(Path directory) throws IOException {
        try (QueueView there = QueueView.open(directory)) {
            return new EncodedElements(there.codecId());
        }
    }

    private static EncodedElements codec(Map<String, @Nullable Object> asked) {
        if (asked.get("codec") instanceof String id && !id.isEmpty() && id.length() <= 512) {
            return new EncodedElements(id);
        }
        throw new RpcException(Protocol.INVALID_PARAMS, "a queue needs a codec, of 1 to 512 characters");
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
}
