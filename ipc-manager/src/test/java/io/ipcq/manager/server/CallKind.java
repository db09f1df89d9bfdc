// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.Manager;
import io.ipcq.manager.Namespace;
import io.ipcq.manager.OtherClients;
import io.ipcq.manager.SharedArray;
import io.ipcq.manager.SharedBarrier;
import io.ipcq.manager.SharedCounter;
import io.ipcq.manager.SharedEvent;
import io.ipcq.manager.SharedLatch;
import io.ipcq.manager.SharedLock;
import io.ipcq.manager.SharedSemaphore;
import io.ipcq.manager.SharedValue;
import io.ipcq.manager.wire.Operation.OfList;
import io.ipcq.manager.wire.Operation.OfMap;
import io.ipcq.manager.wire.ServedType;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.SharedQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One kind of call of a manager's client, on something that another client holds, too. All of them are here, so that a
 * loop over them leaves none out.
 *
 * @param <P> its proxy
 */
final class CallKind<P> {

    /** Then what is waited for does not come. */
    private static final Duration LONG = Duration.ofHours(1);

    /** Something that is done with a proxy. */
    @FunctionalInterface
    interface Way<P> {
        Object go(P proxy) throws Exception;
    }

    /** The same, which adds to a list what it takes. */
    @FunctionalInterface
    interface Taking<P> {
        Object go(P proxy, List<Object> taken) throws Exception;
    }

    /** What others do while a call waits. */
    @FunctionalInterface
    interface Meanwhile<P> {
        void go(CallScene<P> scene) throws Exception;
    }

    /** What there is after a call, once its client is gone. */
    enum Fate {
        /** What there was before: it looks, or what it holds is free again. */
        AS_BEFORE,
        /** The change, or, if the call has failed, perhaps the state before; nothing between. */
        ALL_OR_NOTHING,
        /** The same, and perhaps a part, if the call has failed. */
        PERHAPS_A_PART,
        /** All that was not taken, and if its confirmation was lost, what was. */
        TAKES
    }

    /**
     * What calls work on.
     *
     * @param open takes hold of it
     * @param prepare what there is at first; done by the other client
     * @param look all that there is, in a form that can be compared; uses the thing, and may use it up
     */
    record Thing<P>(String name, Function<Manager, P> open, Way<P> prepare, Way<P> look) {}

    final Thing<P> thing;
    final Fate fate;
    final Taking<P> call;
    private final String name;
    private Way<P> before = proxy -> null;
    private boolean prepared;
    private Meanwhile<P> meanwhile;

    private CallKind(Thing<P> thing, String name, Fate fate, Taking<P> call) {
        this.thing = thing;
        this.name = name;
        this.fate = fate;
        this.call = call;
    }

    private static <P> CallKind<P> of(Thing<P> thing, String name, Fate fate, Way<P> call) {
        return new CallKind<>(thing, name, fate, (proxy, taken) -> call.go(proxy));
    }

    private static <P> CallKind<P> looks(Thing<P> thing, String name, Way<P> call) {
        return of(thing, name, Fate.AS_BEFORE, call);
    }

    private static <P> CallKind<P> changes(Thing<P> thing, String name, Way<P> call) {
        return of(thing, name, Fate.ALL_OR_NOTHING, call);
    }

    private static <P> CallKind<P> takes(Thing<P> thing, String name, Taking<P> call) {
        return new CallKind<>(thing, name, Fate.TAKES, call);
    }

    /** What the caller does first. */
    private CallKind<P> after(Way<P> way) {
        before = way;
        prepared = true;
        return this;
    }

    /** Without it the call waits for ever. */
    private CallKind<P> meanwhile(Meanwhile<P> others) {
        meanwhile = others;
        return this;
    }

    Way<P> before() {
        return before;
    }

    /** Whether the caller holds something before the call. */
    boolean isPrepared() {
        return prepared;
    }

    boolean waits() {
        return meanwhile != null;
    }

    Meanwhile<P> meanwhile() {
        return meanwhile;
    }

    @Override
    public String toString() {
        return thing.name + ": " + name;
    }

    // ---- all of them ------------------------------------------------------------------------------------------------

    static List<CallKind<?>> all() {
        return Stream.of(
                        ofManager(),
                        ofNames(),
                        ofRevoking(),
                        ofQueue(),
                        ofFullQueue(),
                        ofEmptyQueue(),
                        ofLargeQueue(),
                        ofDurableQueue(),
                        ofEmptyDurableQueue(),
                        ofMap(),
                        ofNamespace(),
                        ofSet(),
                        ofList(),
                        ofArray(),
                        ofValue(),
                        ofCounter(),
                        ofLock(),
                        ofSemaphore(),
                        ofLatch(),
                        ofEvent(),
                        ofBarrier(),
                        ofOwnType())
                .<CallKind<?>>flatMap(List::stream)
                .toList();
    }

    private static List<CallKind<Manager>> ofManager() {
        Thing<Manager> manager = new Thing<>("manager", it -> it, it -> null, Manager::names);
        return List.of(
                looks(manager, "ping", Manager::ping),
                looks(manager, "names", Manager::names),
                looks(manager, "locks", Manager::locks));
    }

    /** To take hold of a name, and to let go of it, for each type. */
    private static List<CallKind<Manager>> ofNames() {
        Thing<Manager> names = new Thing<>("name", it -> it, it -> null, Manager::names);
        return Stream.of(ServedType.values())
                .flatMap(type -> Stream.of(
                        looks(names, "open " + type.wire(), it -> {
                            open(it, type);
                            return null;
                        }),
                        looks(names, "close " + type.wire(), it -> {
                            open(it, type).close();
                            return null;
                        })))
                .toList();
    }

    private static AutoCloseable open(Manager manager, ServedType type) {
        return (AutoCloseable)
                switch (type) {
                    case QUEUE -> manager.queue("new", String.class);
                    case DURABLE_QUEUE -> manager.durableQueue("new", String.class);
                    case MAP -> manager.map("new", String.class, Integer.class);
                    case NAMESPACE -> manager.namespace("new");
                    case SET -> manager.set("new", String.class);
                    case LIST -> manager.list("new", String.class);
                    case VALUE -> manager.value("new", Integer.class);
                    case ARRAY -> manager.array("new", Integer.class, 3);
                    case COUNTER -> manager.counter("new");
                    case LOCK -> manager.lock("new");
                    case SEMAPHORE -> manager.semaphore("new", 1);
                    case LATCH -> manager.latch("new", 1);
                    case EVENT -> manager.event("new");
                    case BARRIER -> manager.barrier("new", 2);
                    case OBJECT -> manager.get("new", Shop.class);
                };
    }

    /** A lock, and the client that may take it from others. */
    private record Locked(Manager manager, SharedLock lock) implements AutoCloseable {

        boolean revoke() {
            return manager.locks().stream()
                    .filter(state -> state.name().equals("lock"))
                    .flatMap(state -> state.holders().stream().map(holder -> manager.revoke(state, holder)))
                    .reduce(false, Boolean::logicalOr);
        }

        @Override
        public void close() {
            lock.close();
        }
    }

    private static List<CallKind<Locked>> ofRevoking() {
        Thing<Locked> thing = new Thing<>(
                "lock of another",
                manager -> new Locked(manager, manager.lock("lock")),
                it -> lock(it.lock),
                it -> it.lock.isLocked());
        return List.of(changes(thing, "revoke", Locked::revoke));
    }

    // ---- queues -----------------------------------------------------------------------------------------------------

    private static Thing<SharedQueue<String>> queue(String name, long maxSize, int elements) {
        return new Thing<>(
                name,
                manager -> manager.queue("queue", String.class, maxSize),
                queue -> fill(queue, elements),
                CallKind::lookAtQueue);
    }

    private static Object fill(SharedQueue<String> queue, int elements) throws InterruptedException {
        queue.putAll(IntStream.range(0, elements).mapToObj(i -> "e" + i).toList());
        return null;
    }

    /** Takes all: what cannot be taken is not there. */
    private static Object lookAtQueue(SharedQueue<String> queue) {
        try {
            List<Object> state =
                    new ArrayList<>(List.of(queue.isShutdown(), queue.stats().unfinished()));
            List<String> left = new ArrayList<>();
            queue.drainTo(left);
            Collections.sort(left);
            state.add(left);
            return state;
        } catch (QueueClosedException e) {
            return "deleted";
        }
    }

    /** The elements of what {@link #lookAtQueue} says. */
    @SuppressWarnings("unchecked")
    static List<Object> elements(Object state) {
        return (List<Object>) ((List<Object>) state).get(2);
    }

    private static <Q extends SharedQueue<String>> List<CallKind<Q>> ofAnyQueue(Thing<Q> thing) {
        return List.of(
                changes(thing, "put", queue -> {
                    queue.put("x");
                    return null;
                }),
                changes(thing, "offer", queue -> queue.offer("x")),
                of(thing, "putAll", Fate.PERHAPS_A_PART, queue -> {
                    queue.putAll(List.of("x", "y"));
                    return null;
                }),
                takes(thing, "get", (queue, taken) -> taken.add(queue.get())),
                takes(thing, "getNow", (queue, taken) -> taken.add(queue.getNow())),
                takes(thing, "drainTo", (queue, taken) -> queue.drainTo(list(taken))),
                looks(thing, "peek", SharedQueue::peek),
                looks(thing, "iterator", List::copyOf),
                looks(thing, "qsize", SharedQueue::qsize),
                looks(thing, "full", SharedQueue::full),
                looks(thing, "stats", SharedQueue::stats),
                looks(thing, "isShutdown", SharedQueue::isShutdown),
                looks(thing, "awaitReady", queue -> queue.awaitReady(LONG)),
                changes(thing, "taskDone", queue -> {
                    queue.taskDone();
                    return null;
                }),
                changes(thing, "shutdown", queue -> {
                    queue.shutdown();
                    return null;
                }),
                changes(thing, "delete", queue -> {
                    queue.delete();
                    return null;
                }),
                CallKind.<Q>of(thing, "join", Fate.AS_BEFORE, queue -> {
                            queue.join();
                            return null;
                        })
                        .meanwhile(scene -> {
                            while (scene.other().stats().unfinished() > 0) {
                                scene.other().taskDone();
                            }
                        }));
    }

    @SuppressWarnings("unchecked")
    private static List<String> list(List<Object> taken) {
        return (List<String>) (List<?>) taken;
    }

    private static List<CallKind<SharedQueue<String>>> ofQueue() {
        return ofAnyQueue(queue("queue", 5, 3));
    }

    private static List<CallKind<SharedQueue<String>>> ofFullQueue() {
        Thing<SharedQueue<String>> full = queue("full queue", 2, 2);
        return List.of(
                changes(full, "put", queue -> {
                            queue.put("x");
                            return null;
                        })
                        .meanwhile(scene -> scene.other().getNow()),
                of(full, "putAll", Fate.PERHAPS_A_PART, queue -> {
                            queue.putAll(List.of("x", "y"));
                            return null;
                        })
                        .meanwhile(scene -> {
                            scene.other().getNow();
                            scene.other().getNow();
                        }));
    }

    private static List<CallKind<SharedQueue<String>>> ofEmptyQueue() {
        Thing<SharedQueue<String>> empty = queue("empty queue", 2, 0);
        return ofAnyEmptyQueue(empty);
    }

    private static <Q extends SharedQueue<String>> List<CallKind<Q>> ofAnyEmptyQueue(Thing<Q> empty) {
        return List.of(
                takes(empty, "get", (queue, taken) -> taken.add(queue.get()))
                        .meanwhile(scene -> scene.other().put("x")),
                of(empty, "awaitReady", Fate.AS_BEFORE, (Q queue) -> queue.awaitReady(LONG))
                        .meanwhile(scene -> scene.other().put("x")),
                looks(empty, "interrupted get", interrupted(SharedQueue::get)).meanwhile(CallScene::interrupt));
    }

    /** A call that waits until it is interrupted. */
    private static <P> Way<P> interrupted(Way<P> call) {
        return proxy -> {
            try {
                return call.go(proxy);
            } catch (InterruptedException e) {
                return null;
            }
        };
    }

    /** More than one batch. */
    private static List<CallKind<SharedQueue<String>>> ofLargeQueue() {
        Thing<SharedQueue<String>> large = queue("large queue", 1_000, 300);
        return List.of(
                takes(large, "drainTo", (queue, taken) -> queue.drainTo(list(taken))),
                of(large, "putAll", Fate.PERHAPS_A_PART, queue -> fill(queue, 300)));
    }

    private static List<CallKind<DurableQueue<String>>> ofDurableQueue() {
        Thing<DurableQueue<String>> durable = new Thing<>(
                "durable queue",
                manager -> manager.durableQueue("orders", String.class),
                CallKind::prepareDurable,
                CallKind::lookAtDurable);
        List<CallKind<DurableQueue<String>>> all = new ArrayList<>(ofAnyQueue(durable));
        all.addAll(List.of(
                looks(durable, "receive", DurableQueue::receive),
                changes(durable, "ack", settling(Delivery::ack)).after(CallKind::receive),
                changes(durable, "take", settling(Delivery::take)).after(CallKind::receive),
                looks(durable, "nack", settling(delivery -> delivery.nack(Duration.ZERO)))
                        .after(CallKind::receive),
                looks(durable, "release", settling(Delivery::release)).after(CallKind::receive),
                looks(durable, "renew", settling(Delivery::renew)).after(CallKind::receive),
                looks(durable, "browse", queue -> queue.browse().toList()),
                looks(durable, "options", DurableQueue::options),
                changes(durable, "alter", queue -> queue.alter(options -> options.withMaxAttempts(10))),
                looks(durable, "flush", queue -> {
                    queue.flush();
                    return null;
                }),
                looks(durable, "reopen", queue -> {
                    queue.reopen();
                    return null;
                })));
        return all;
    }

    private static List<CallKind<DurableQueue<String>>> ofEmptyDurableQueue() {
        Thing<DurableQueue<String>> empty = new Thing<>(
                "empty durable queue",
                manager -> manager.durableQueue("orders", String.class),
                CallKind::makeEmpty,
                CallKind::lookAtDurable);
        List<CallKind<DurableQueue<String>>> all = new ArrayList<>(ofAnyEmptyQueue(empty));
        all.add(looks(empty, "receive", DurableQueue::receive)
                .meanwhile(scene -> scene.other().put("x")));
        return all;
    }

    private static Object lookAtDurable(DurableQueue<String> queue) {
        requireNoLeases(queue);
        Object state = lookAtQueue(queue);
        if (state instanceof List<?> about) {
            List<Object> all = new ArrayList<>(about);
            all.add(queue.options().maxAttempts());
            return all;
        }
        return state;
    }

    /** Who had received something is gone, or was told that the call has failed. */
    private static void requireNoLeases(DurableQueue<String> queue) {
        try {
            long leased = queue.stats().leased();
            if (leased > 0) {
                throw new AssertionError("leased=" + leased);
            }
        } catch (QueueClosedException deleted) {
            // with all that was in it
        }
    }

    private static Object prepareDurable(DurableQueue<String> queue) throws InterruptedException {
        makeEmpty(queue);
        return fill(queue, 3);
    }

    private static Object makeEmpty(DurableQueue<String> queue) {
        queue.reopen();
        queue.alter(options -> options.withMaxAttempts(100));
        queue.clear();
        while (queue.stats().unfinished() > 0) {
            queue.taskDone();
        }
        return null;
    }

    private static final ThreadLocal<Delivery<String>> RECEIVED = new ThreadLocal<>();

    private static Object receive(DurableQueue<String> queue) throws InterruptedException {
        RECEIVED.set(queue.receive());
        return null;
    }

    private static Way<DurableQueue<String>> settling(Function<Delivery<String>, Boolean> way) {
        return queue -> way.apply(RECEIVED.get());
    }

    // ---- collections ------------------------------------------------------------------------------------------------

    private static List<CallKind<ConcurrentMap<String, Integer>>> ofMap() {
        Thing<ConcurrentMap<String, Integer>> thing = new Thing<>(
                "map",
                manager -> manager.map("map", String.class, Integer.class),
                map -> {
                    map.putAll(Map.of("a", 1, "b", 2, "c", 3));
                    return null;
                },
                TreeMap::new);
        return List.of(
                looks(thing, "get", map -> map.get("a")),
                looks(thing, "containsKey", map -> map.containsKey("a")),
                looks(thing, "containsValue", map -> map.containsValue(2)),
                looks(thing, "size", Map::size),
                looks(thing, "entrySet", map -> List.copyOf(map.entrySet())),
                looks(thing, "entries", map -> OtherClients.call(map, OfMap.ENTRIES)),
                looks(thing, "keySet containsAll", map -> map.keySet().containsAll(List.of("a", "b"))),
                changes(thing, "put", map -> map.put("a", 9)),
                changes(thing, "putIfAbsent", map -> map.putIfAbsent("d", 9)),
                changes(thing, "replace", map -> map.replace("a", 9)),
                changes(thing, "replace value", map -> map.replace("a", 1, 9)),
                changes(thing, "remove", map -> map.remove("a")),
                changes(thing, "remove value", map -> map.remove("a", 1)),
                changes(thing, "compute", map -> map.compute("a", (key, value) -> value + 1)),
                changes(thing, "computeIfAbsent", map -> map.computeIfAbsent("d", key -> 9)),
                changes(thing, "merge", map -> map.merge("a", 9, Integer::sum)),
                changes(thing, "putAll", map -> {
                    map.putAll(Map.of("a", 8, "d", 9));
                    return null;
                }),
                of(thing, "replaceAll", Fate.PERHAPS_A_PART, map -> {
                    map.replaceAll((key, value) -> value + 1);
                    return null;
                }),
                changes(thing, "keySet removeAll", map -> map.keySet().removeAll(List.of("a", "b"))),
                changes(thing, "keySet retainAll", map -> map.keySet().retainAll(List.of("a", "b"))),
                changes(thing, "keySet removeIf", map -> map.keySet().removeIf(key -> !key.equals("a"))),
                changes(thing, "clear", map -> {
                    map.clear();
                    return null;
                }));
    }

    private static List<CallKind<Namespace>> ofNamespace() {
        Thing<Namespace> thing = new Thing<>(
                "namespace",
                manager -> manager.namespace("space"),
                space -> {
                    space.set("a", 1);
                    return null;
                },
                space -> {
                    Map<String, Integer> state = new TreeMap<>();
                    space.names().forEach(name -> state.put(name, space.get(name, Integer.class)));
                    return state;
                });
        return List.of(
                looks(thing, "get", space -> space.get("a", Integer.class)),
                looks(thing, "contains", space -> space.contains("a")),
                looks(thing, "names", Namespace::names),
                changes(thing, "set", space -> {
                    space.set("b", 2);
                    return null;
                }),
                changes(thing, "remove", space -> {
                    space.remove("a");
                    return null;
                }));
    }

    private static List<CallKind<Set<String>>> ofSet() {
        Thing<Set<String>> thing = new Thing<>(
                "set",
                manager -> manager.set("set", String.class),
                set -> set.addAll(List.of("a", "b", "c")),
                TreeSet::new);
        return List.of(
                looks(thing, "contains", set -> set.contains("a")),
                looks(thing, "containsAll", set -> set.containsAll(List.of("a", "b"))),
                looks(thing, "iterator", List::copyOf),
                changes(thing, "add", set -> set.add("x")),
                changes(thing, "remove", set -> set.remove("a")),
                changes(thing, "addAll", set -> set.addAll(List.of("x", "y"))),
                changes(thing, "removeAll", set -> set.removeAll(List.of("a", "b"))),
                changes(thing, "retainAll", set -> set.retainAll(List.of("a", "b"))),
                changes(thing, "removeIf", set -> set.removeIf(element -> !element.equals("a"))));
    }

    private static List<CallKind<List<String>>> ofList() {
        Thing<List<String>> thing = new Thing<>(
                "list",
                manager -> manager.list("list", String.class),
                list -> list.addAll(List.of("c", "a", "b")),
                List::copyOf);
        return List.of(
                looks(thing, "get", list -> list.get(1)),
                looks(thing, "size", List::size),
                looks(thing, "indexOf", list -> list.indexOf("b")),
                looks(thing, "iterator", List::copyOf),
                looks(thing, "items", list -> OtherClients.call(list, OfList.ITEMS)),
                changes(thing, "add", list -> list.add("x")),
                changes(thing, "insert", list -> {
                    list.add(1, "x");
                    return null;
                }),
                changes(thing, "set", list -> list.set(1, "x")),
                changes(thing, "remove", list -> list.remove(1)),
                changes(thing, "remove element", list -> list.remove("a")),
                changes(thing, "addAll", list -> list.addAll(List.of("x", "y"))),
                changes(thing, "sort", list -> {
                    list.sort(null);
                    return null;
                }),
                changes(thing, "removeIf", list -> list.removeIf(element -> !element.equals("a"))),
                changes(thing, "replaceAll", list -> {
                    list.replaceAll(element -> element + "!");
                    return null;
                }),
                changes(thing, "clear", list -> {
                    list.clear();
                    return null;
                }));
    }

    private static List<CallKind<SharedArray<Integer>>> ofArray() {
        Thing<SharedArray<Integer>> thing = new Thing<>(
                "array",
                manager -> manager.array("array", Integer.class, 3),
                array -> {
                    array.setRange(0, List.of(1, 2, 3));
                    return null;
                },
                SharedArray::getAll);
        return List.of(
                looks(thing, "get", array -> array.get(1)),
                looks(thing, "getRange", array -> array.getRange(1, 3)),
                changes(thing, "getAndSet", array -> array.getAndSet(1, 9)),
                changes(thing, "compareAndSet", array -> array.compareAndSet(1, 2, 9)),
                changes(thing, "updateAndGet", array -> array.updateAndGet(1, number -> number + 1)),
                changes(thing, "setRange", array -> {
                    array.setRange(1, List.of(8, 9));
                    return null;
                }),
                changes(thing, "fill", array -> {
                    array.fill(9);
                    return null;
                }));
    }

    private static List<CallKind<SharedValue<Integer>>> ofValue() {
        Thing<SharedValue<Integer>> thing = new Thing<>(
                "value",
                manager -> manager.value("value", Integer.class),
                value -> {
                    value.set(1);
                    return null;
                },
                SharedValue::get);
        return List.of(
                looks(thing, "get", SharedValue::get),
                changes(thing, "getAndSet", value -> value.getAndSet(9)),
                changes(thing, "compareAndSet", value -> value.compareAndSet(1, 9)),
                changes(thing, "updateAndGet", value -> value.updateAndGet(number -> number + 1)));
    }

    private static List<CallKind<SharedCounter>> ofCounter() {
        Thing<SharedCounter> thing = new Thing<>(
                "counter", manager -> manager.counter("counter"), counter -> counter.set(1), SharedCounter::get);
        return List.of(
                looks(thing, "get", SharedCounter::get),
                changes(thing, "set", counter -> counter.set(9)),
                changes(thing, "add", counter -> counter.add(8)),
                changes(thing, "compareAndSet", counter -> counter.compareAndSet(1, 9)));
    }

    // ---- what is waited for -----------------------------------------------------------------------------------------

    private static Object lock(SharedLock lock) {
        lock.lock();
        return null;
    }

    private static Object unlock(SharedLock lock) {
        lock.unlock();
        return null;
    }

    private static List<CallKind<SharedLock>> ofLock() {
        Thing<SharedLock> thing = new Thing<>(
                "lock", manager -> manager.lock("lock"), lock -> null, lock -> lock.tryLock() && unlock(lock) == null);
        Thing<SharedLock> locked = new Thing<>("locked lock", thing.open, CallKind::lock, thing.look);
        Thing<SharedLock> fair =
                new Thing<>("fair lock", manager -> manager.lock("lock", true), CallKind::lock, thing.look);
        return List.of(
                looks(thing, "lock", CallKind::lock),
                looks(thing, "tryLock", SharedLock::tryLock),
                looks(thing, "isLocked", SharedLock::isLocked),
                looks(thing, "unlock", CallKind::unlock).after(CallKind::lock),
                looks(locked, "lock", CallKind::lock).meanwhile(scene -> unlock(scene.other())),
                looks(fair, "lock", CallKind::lock).meanwhile(scene -> unlock(scene.other())),
                looks(thing, "await", lock -> {
                            lock.condition("ready").await();
                            return null;
                        })
                        .after(CallKind::lock)
                        .meanwhile(scene -> {
                            if (isLockedBeforeEnd(scene)) {
                                scene.other().condition("ready").signalAll();
                                scene.other().unlock();
                            }
                        }),
                looks(thing, "signal", lock -> {
                            lock.condition("ready").signal();
                            return null;
                        })
                        .after(CallKind::lock),
                looks(thing, "signalAll", lock -> {
                            lock.condition("ready").signalAll();
                            return null;
                        })
                        .after(CallKind::lock),
                looks(thing, "interrupted await", interrupted(lock -> {
                            lock.condition("ready").await();
                            return null;
                        }))
                        .after(CallKind::lock)
                        .meanwhile(CallScene::interrupt),
                looks(locked, "interrupted lock", interrupted(lock -> {
                            lock.lockInterruptibly();
                            return null;
                        }))
                        .meanwhile(scene -> {
                            scene.interrupt();
                            unlock(scene.other());
                        }));
    }

    /** A call of {@code await} that was refused has the lock still. */
    private static boolean isLockedBeforeEnd(CallScene<SharedLock> scene) throws InterruptedException {
        while (!scene.other().tryLock(Duration.ofMillis(20))) {
            if (scene.isOver()) {
                return false;
            }
        }
        return true;
    }

    private static Object acquire(SharedSemaphore semaphore) throws InterruptedException {
        semaphore.acquire();
        return null;
    }

    private static Object release(SharedSemaphore semaphore) {
        semaphore.release();
        return null;
    }

    private static List<CallKind<SharedSemaphore>> ofSemaphore() {
        Thing<SharedSemaphore> thing = new Thing<>(
                "semaphore",
                manager -> manager.semaphore("semaphore", 1),
                semaphore -> null,
                SharedSemaphore::availablePermits);
        Thing<SharedSemaphore> fair = new Thing<>(
                "fair semaphore",
                manager -> manager.semaphore("semaphore", 1, true),
                CallKind::acquire,
                SharedSemaphore::availablePermits);
        Thing<SharedSemaphore> taken =
                new Thing<>("taken semaphore", thing.open, CallKind::acquire, SharedSemaphore::availablePermits);
        return List.of(
                looks(thing, "acquire", CallKind::acquire),
                looks(thing, "tryAcquire", SharedSemaphore::tryAcquire),
                looks(thing, "availablePermits", SharedSemaphore::availablePermits),
                looks(thing, "release", CallKind::release).after(CallKind::acquire),
                changes(thing, "release more", CallKind::release),
                looks(fair, "acquire", CallKind::acquire).meanwhile(scene -> release(scene.other())),
                looks(taken, "acquire", CallKind::acquire).meanwhile(scene -> release(scene.other())));
    }

    private static List<CallKind<SharedLatch>> ofLatch() {
        Thing<SharedLatch> thing =
                new Thing<>("latch", manager -> manager.latch("latch", 1), latch -> null, SharedLatch::getCount);
        return List.of(
                looks(thing, "getCount", SharedLatch::getCount),
                changes(thing, "countDown", latch -> {
                    latch.countDown();
                    return null;
                }),
                looks(thing, "await", latch -> {
                            latch.await();
                            return null;
                        })
                        .meanwhile(scene -> scene.other().countDown()));
    }

    private static List<CallKind<SharedEvent>> ofEvent() {
        Thing<SharedEvent> thing =
                new Thing<>("event", manager -> manager.event("event"), event -> null, SharedEvent::isSet);
        return List.of(
                looks(thing, "isSet", SharedEvent::isSet),
                changes(thing, "set", event -> {
                    event.set();
                    return null;
                }),
                looks(thing, "clear", event -> {
                    event.clear();
                    return null;
                }),
                looks(thing, "await", event -> {
                            event.await();
                            return null;
                        })
                        .meanwhile(scene -> scene.other().set()));
    }

    private static List<CallKind<SharedBarrier>> ofBarrier() {
        Thing<SharedBarrier> thing = new Thing<>(
                "barrier", manager -> manager.barrier("barrier", 2), barrier -> null, CallKind::lookAtBarrier);
        return List.of(
                looks(thing, "waiting", SharedBarrier::waiting),
                looks(thing, "isBroken", SharedBarrier::isBroken),
                looks(thing, "reset", barrier -> {
                    barrier.reset();
                    return null;
                }),
                looks(thing, "abort", barrier -> {
                    barrier.abort();
                    return null;
                }),
                looks(thing, "await", SharedBarrier::await).meanwhile(CallKind::meet),
                looks(thing, "interrupted await", interrupted(SharedBarrier::await))
                        .meanwhile(CallScene::interrupt));
    }

    /** It is whole, or can be made so, and nobody waits there. */
    private static Object lookAtBarrier(SharedBarrier barrier) {
        barrier.reset();
        return barrier.waiting();
    }

    /** Who has come may be gone, and who does not come any more is not waited for. */
    private static void meet(CallScene<SharedBarrier> scene) throws InterruptedException {
        while (scene.other().waiting() == 0) { // the server may have the call, and be about to carry it out
            if (scene.isOver()) {
                return;
            }
        }
        try {
            scene.other().await();
        } catch (BrokenBarrierException gone) {
            // the one that was waited for
        }
    }

    // ---- own types --------------------------------------------------------------------------------------------------

    /** What the tests' servers serve. */
    public interface Shop {
        int sold();

        int sell(int count);

        List<String> goods();

        void fail();

        void open();

        void awaitOpening() throws InterruptedException;
    }

    /** On the server. */
    static final class Counterpart implements Shop {
        private final Semaphore opening = new Semaphore(0);
        private int sold;

        @Override
        public synchronized int sold() {
            return sold;
        }

        @Override
        public synchronized int sell(int count) {
            sold += count;
            return sold;
        }

        @Override
        public List<String> goods() {
            return List.of("tea", "milk");
        }

        @Override
        public void fail() {
            throw new IllegalStateException("is closed");
        }

        @Override
        public void open() {
            opening.release();
        }

        @Override
        public void awaitOpening() throws InterruptedException {
            opening.acquire();
        }
    }

    private static List<CallKind<Shop>> ofOwnType() {
        Thing<Shop> thing =
                new Thing<>("own type", manager -> manager.get("shop", Shop.class), shop -> null, Shop::sold);
        return List.of(
                looks(thing, "items", Shop::goods),
                changes(thing, "change", shop -> shop.sell(1)),
                looks(thing, "what throws", shop -> {
                    try {
                        shop.fail();
                        return null;
                    } catch (IllegalStateException e) {
                        return e.getMessage();
                    }
                }),
                looks(thing, "what blocks", shop -> {
                            shop.awaitOpening();
                            return null;
                        })
                        .meanwhile(scene -> scene.other().open()));
    }
}
