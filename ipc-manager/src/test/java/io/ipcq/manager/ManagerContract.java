// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.ipcq.connection.AuthKey;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.DurableQueueOptions;
import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.SharedQueue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a manager has to do, whatever the way to it. */
abstract class ManagerContract {

    private static final int LOOKS = 100;

    static final Duration LONG = Duration.ofSeconds(60);
    static final Duration SHORT = Duration.ofMillis(80);

    final AuthKey key = AuthKey.random();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @TempDir
    Path directory;

    ManagerServer server;
    Manager manager;

    /** Where the server listens; null for a private socket. */
    abstract SocketAddress address();

    /** A type of the test's own. */
    public interface Inventory {
        record Part(String name, int count) {}

        void add(Part part);

        List<Part> parts();

        BigDecimal price(String name, int count);

        String fail(String why);

        void order(String kind) throws IOException, OutOfStock;

        class OutOfStock extends Exception {
            private static final long serialVersionUID = 1L;

            public OutOfStock(String message) {
                super(message);
            }
        }

        default Part first() {
            return parts().get(0);
        }
    }

    static final class Shelf implements Inventory {
        private final List<Part> parts = new ArrayList<>();

        @Override
        public synchronized void add(Part part) {
            parts.add(part);
        }

        @Override
        public synchronized List<Part> parts() {
            return List.copyOf(parts);
        }

        @Override
        public BigDecimal price(String name, int count) {
            return new BigDecimal("0.10").multiply(BigDecimal.valueOf(count));
        }

        @Override
        public String fail(String why) {
            throw new IllegalStateException(why);
        }

        @Override
        public void order(String kind) throws IOException, OutOfStock {
            switch (kind) {
                case "declared" -> throw new OutOfStock("no bolts");
                case "of a declared one" ->
                    throw new OutOfStock("no nuts") {
                        private static final long serialVersionUID = 1L;
                    };
                case "of the JDK" -> throw new FileNotFoundException("no list");
                case "own" -> throw new Unknown("no luck");
                case "without a message" -> throw new NoSuchElementException();
                case "not to be made" -> throw new UncheckedIOException(new IOException("no disk"));
                default -> throw new AssertionError("no reason");
            }
        }

        private static final class Unknown extends IllegalArgumentException {
            private static final long serialVersionUID = 1L;

            Unknown(String message) {
                super(message);
            }
        }

        /** Not in the interface, so nobody calls it from elsewhere. */
        public void secret() {
            throw new AssertionError("was called");
        }
    }

    @BeforeEach
    void start() throws Exception {
        server = ManagerServer.builder()
                .directory(directory)
                .register(Inventory.class, Shelf::new)
                .bind(address(), key);
        manager = Manager.connect(server.address(), key);
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        manager.close();
        server.close();
    }

    <T> Future<T> async(Callable<T> work) {
        return threads.submit(work);
    }

    static <T> T soon(Future<T> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }

    @SuppressWarnings("unchecked")
    static <T> T copy(T proxy) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(proxy);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (T) in.readObject();
        }
    }

    @Test
    void shouldServeQueue() throws Exception {
        try (SharedQueue<String> queue = manager.queue("letters", String.class)) {
            queue.put("a");
            assertThat(queue.offer("b")).isTrue();
            queue.putAll(List.of("c", "d", "ü\n"));
            assertThat(queue.qsize()).isEqualTo(5);
            assertThat(queue).containsExactly("a", "b", "c", "d", "ü\n");
            assertThat(queue.peek()).isEqualTo("a");
            assertThat(queue.get()).isEqualTo("a");
            assertThat(queue.getNow()).isEqualTo("b");
            assertThat(queue.poll(1, TimeUnit.SECONDS)).isEqualTo("c");
            List<String> rest = new ArrayList<>();
            assertThat(queue.drainTo(rest)).isEqualTo(2);
            assertThat(rest).containsExactly("d", "ü\n");
            assertThat(queue.getNow()).isNull();
            assertThat(queue.get(SHORT)).isNull();
            assertThat(queue.join(SHORT)).isFalse();
            for (int i = 0; i < 5; i++) {
                queue.taskDone();
            }
            assertThat(queue.join(SHORT)).isTrue();
            assertThatThrownBy(queue::taskDone).isInstanceOf(IllegalStateException.class);
            queue.put("last");
            queue.shutdown();
            assertThat(queue.consume()).containsExactly("last");
            assertThatThrownBy(() -> queue.put("late")).isInstanceOf(QueueShutdownException.class);
            assertThatThrownBy(queue::get).isInstanceOf(QueueShutdownException.class);
            assertThat(queue.isShutdown()).isTrue();
        }
    }

    @Test
    void shouldWakeWhoWaitsForElementOrRoom() throws Exception {
        try (SharedQueue<Integer> queue = manager.queue("numbers", Integer.class, 1)) {
            Future<Integer> taken = async(queue::get);
            queue.put(1);
            assertThat(soon(taken)).isEqualTo(1);
            queue.put(2);
            assertThat(queue.full()).isTrue();
            assertThat(queue.offer(3)).isFalse();
            assertThat(queue.put(3, SHORT)).isFalse();
            Future<Boolean> put = async(() -> queue.put(4, LONG));
            assertThat(queue.get()).isEqualTo(2);
            assertThat(soon(put)).isTrue();
            assertThat(queue.get()).isEqualTo(4);
            assertThatThrownBy(() -> manager.queue("numbers", String.class)).hasMessageContaining("codec");
        }
    }

    @Test
    void shouldInterruptWhoWaitsAndLoseNothing() throws Exception {
        try (SharedQueue<String> queue = manager.queue("letters", String.class)) {
            List<String> taken = new CopyOnWriteArrayList<>();
            Thread waiting = new Thread(() -> {
                try {
                    taken.add(queue.get());
                } catch (InterruptedException e) {
                    // it got nothing
                }
            });
            waiting.start();
            waiting.join(SHORT.toMillis());
            waiting.interrupt();
            queue.put("a");
            waiting.join(LONG.toMillis());
            assertThat(waiting.isAlive()).isFalse();
            // the element came before the interrupt took effect, or it is still there
            assertThat(taken.isEmpty() ? List.of(queue.get(LONG)) : taken).containsExactly("a");
        }
    }

    @Test
    void shouldServeNextInLineWhenFirstGivesUp() throws Exception {
        try (SharedQueue<String> queue = manager.queue("letters", String.class)) {
            for (Duration patience : List.of(SHORT, LONG)) {
                List<String> taken = new CopyOnWriteArrayList<>();
                Thread first = new Thread(() -> {
                    try {
                        taken.add(String.valueOf(queue.get(patience)));
                    } catch (InterruptedException e) {
                        taken.add("interrupted");
                    }
                });
                first.start();
                first.join(SHORT.toMillis() / 2);
                Future<String> second = async(queue::get);
                if (patience.equals(LONG)) {
                    first.interrupt();
                }
                first.join(LONG.toMillis());
                assertThat(taken).containsExactly(patience.equals(LONG) ? "interrupted" : "null");
                queue.put("a");
                assertThat(soon(second)).isEqualTo("a");
            }
        }
    }

    @Test
    void shouldServeDurableQueueThatStays() throws Exception {
        try (DurableQueue<String> queue = manager.durableQueue("orders", String.class)) {
            queue.putAll(List.of("tea", "milk"));
            Delivery<String> delivery = queue.receive(LONG);
            assertThat(delivery.value()).isEqualTo("tea");
            assertThat(delivery.renew()).isTrue();
            assertThat(delivery.nack(Duration.ZERO)).isTrue();
            assertThat(delivery.renew()).isFalse();
            Delivery<String> again = queue.receive();
            assertThat(again.value()).isEqualTo("tea");
            assertThat(again.attempts()).isEqualTo(2);
            long start = System.nanoTime();
            Duration delay = Duration.ofMillis(60);
            assertThat(again.nack(delay)).isTrue();
            assertThat(again.nack()).isFalse();
            Delivery<String> milk = queue.receive();
            Delivery<String> last = queue.receive(LONG);
            if (last.value().equals("milk")) {
                Delivery<String> tea = milk;
                milk = last;
                last = tea;
            } else {
                assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(delay.toNanos());
            }
            assertThat(last.attempts()).isEqualTo(3);
            assertThat(last.ack()).isTrue();
            assertThat(last.ack()).isFalse();
            start = System.nanoTime();
            assertThat(milk.nack()).isTrue();
            assertThat(queue.receive().nack(Duration.ZERO)).isTrue();
            assertThat(System.nanoTime() - start)
                    .as("the queue's own delay")
                    .isGreaterThanOrEqualTo(Duration.ofMillis(100).toNanos());
        }
        assertThat(manager.names()).isEmpty();
        try (DurableQueue<String> queue = manager.durableQueue("orders", String.class)) {
            assertThat(queue.browse()).containsExactly("milk");
            assertThat(queue.get()).isEqualTo("milk");
        }
    }

    @Test
    void shouldReopenAndAlterDurableQueue() throws Exception {
        try (DurableQueue<String> queue = manager.durableQueue("orders", String.class);
                DurableQueue<String> onDisk = DurableQueue.open(directory.resolve("orders"), String.class)) {
            queue.shutdown();
            assertThatThrownBy(() -> queue.put("tea")).isInstanceOf(QueueShutdownException.class);
            queue.reopen();
            queue.put("tea");
            DurableQueueOptions altered = queue.alter(options -> options.withMaxSize(1)
                    .withLeaseTimeout(LONG)
                    .withRedeliveryDelay(SHORT)
                    .withMaxAttempts(2)
                    .withRetainedSegments(1)
                    .withSync(true));
            assertThat(queue.options()).isEqualTo(altered).isEqualTo(onDisk.options());
            assertThat(altered.maxAttempts()).isEqualTo(2);
            assertThat(queue.offer("milk")).isFalse();
            assertThat(queue.alter(options -> options.withLeaseTimeout(null)).leaseTimeout())
                    .isNull();
            assertThatThrownBy(() -> queue.alter(options -> options.withMaxSize(-1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("maxSize");
        }
    }

    @Test
    void shouldServeMap() {
        ConcurrentMap<String, Integer> map = manager.map("stock", String.class, Integer.class);
        assertThat(map.put("tea", 1)).isNull();
        assertThat(map.put("tea", 2)).isEqualTo(1);
        assertThat(map.putIfAbsent("tea", 3)).isEqualTo(2);
        assertThat(map.merge("tea", 5, Integer::sum)).isEqualTo(7);
        assertThat(map.replace("tea", 7, 8)).isTrue();
        assertThat(map.replace("tea", 7, 9)).isFalse();
        assertThat(map.computeIfAbsent("milk", any -> 4)).isEqualTo(4);
        map.putAll(Map.of("salt", 1));
        assertThat(map).containsOnlyKeys("tea", "milk", "salt").containsEntry("tea", 8);
        assertThat(map.containsKey("sugar")).isFalse();
        assertThat(map.containsValue(4)).isTrue();
        assertThat(map.remove("milk", 5)).isFalse();
        assertThat(map.remove("milk")).isEqualTo(4);
        assertThat(map.size()).isEqualTo(2);
        map.clear();
        assertThat(map).isEmpty();
        assertThatThrownBy(() -> map.put("tea", null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void shouldServeSet() throws Exception {
        Set<String> set = manager.set("words", String.class);
        assertThat(set.add("tea")).isTrue();
        assertThat(set.add("tea")).isFalse();
        assertThat(copy(set).addAll(List.of("milk", "salt", "tea"))).isTrue();
        assertThat(set).containsExactly("tea", "milk", "salt").isEqualTo(Set.of("tea", "milk", "salt"));
        assertThat(set.contains("sugar")).isFalse();
        assertThat(set.removeIf(word -> word.startsWith("m"))).isTrue();
        assertThat(set.retainAll(Set.of("tea", "sugar"))).isTrue();
        assertThat(set.remove("tea")).isTrue();
        assertThat(set).isEmpty();
        assertThatThrownBy(() -> set.add(null)).isInstanceOf(NullPointerException.class);
    }

    record Price(String currency, BigDecimal amount) {}

    @Test
    void shouldServeValue() throws Exception {
        Price one = new Price("EUR", BigDecimal.ONE);
        SharedValue<Price> value = manager.value("price", Price.class);
        assertThat(value.get()).isNull();
        assertThat(value.compareAndSet(one, null)).isFalse();
        assertThat(value.compareAndSet(null, one)).isTrue();
        assertThat(copy(value).compareAndSet(one, new Price("CHF", BigDecimal.TEN)))
                .isTrue();
        assertThat(value.get()).isEqualTo(new Price("CHF", BigDecimal.TEN));
        assertThat(value.getAndSet(one)).isEqualTo(new Price("CHF", BigDecimal.TEN));
        assertThat(value.getAndUpdate(price -> null)).isEqualTo(one);
        assertThat(value.updateAndGet(price -> price == null ? one : null)).isEqualTo(one);
        value.set(null);
        assertThat(value.get()).isNull();
        SharedValue<byte[]> bytes = manager.value("bytes", byte[].class);
        bytes.set(new byte[] {1});
        assertThat(bytes.compareAndSet(new byte[] {1}, new byte[] {2})).isTrue();
        assertThat(bytes.get()).containsExactly(2);
    }

    @Test
    void shouldServeArray() throws Exception {
        SharedArray<String> array = manager.array("lines", String.class, 5);
        assertThat(array.length()).isEqualTo(5);
        assertThat(array.getAll()).hasSize(5).containsOnlyNulls();
        array.set(0, "a");
        assertThat(array.getAndSet(0, "b")).isEqualTo("a");
        assertThat(array.compareAndSet(0, "a", "c")).isFalse();
        assertThat(array.compareAndSet(0, "b", "c")).isTrue();
        copy(array).setRange(3, Arrays.asList(null, "e"));
        array.fill(1, 3, "x");
        assertThat(array.getAll()).containsExactly("c", "x", "x", null, "e");
        assertThat(array.getRange(2, 4)).containsExactly("x", null);
        assertThat(array.getRange(5, 5)).isEmpty();
        assertThat(array.updateAndGet(3, line -> line + "!")).isEqualTo("null!");
        assertThat(array.getAndUpdate(3, line -> "d")).isEqualTo("null!");
        assertThat(array.get(3)).isEqualTo("d");
        for (ThrowingCallable beyond : List.<ThrowingCallable>of(
                () -> array.get(5),
                () -> array.set(-1, "z"),
                () -> array.compareAndSet(5, null, "z"),
                () -> array.setRange(4, List.of("y", "z")),
                () -> array.fill(4, 6, "z"),
                () -> array.getRange(3, 2))) {
            assertThatThrownBy(beyond).isInstanceOf(IndexOutOfBoundsException.class);
        }
        array.fill(null);
        assertThat(array.getAll()).containsOnlyNulls();
        assertThatThrownBy(() -> manager.array("lines", String.class, 6)).hasMessageContaining("length");
        assertThatThrownBy(() -> manager.array("more", String.class, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(manager.array("none", String.class, 0).getAll()).isEmpty();
    }

    /** Each of several threads adds to all; no addition is lost, and nobody sees half of one. */
    @Test
    void shouldUpdateValuesAtomically() throws Exception {
        SharedValue<Integer> value = manager.value("sum", Integer.class);
        SharedArray<Integer> array = manager.array("pair", Integer.class, 2);
        array.fill(0);
        List<Future<Boolean>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int own = i;
            all.add(async(() -> {
                for (int round = 0; round < 25; round++) {
                    value.updateAndGet(sum -> sum == null ? 1 : sum + 1);
                    array.setRange(0, List.of(own, own));
                    List<Integer> pair = array.getAll();
                    assertThat(pair.get(0)).isEqualTo(pair.get(1));
                }
                return true;
            }));
        }
        for (Future<Boolean> each : all) {
            assertThat(soon(each)).isTrue();
        }
        assertThat(value.get()).isEqualTo(100);
    }

    @Test
    void shouldShowTheFirstFewAsText() {
        List<Integer> list = manager.list("numbers", Integer.class);
        ConcurrentMap<Integer, Integer> map = manager.map("squares", Integer.class, Integer.class);
        for (int i = 0; i < 12; i++) {
            list.add(i);
            map.put(i, i * i);
        }
        assertThat(list).hasToString("[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, and 2 more]");
        assertThat(map.toString()).startsWith("{0=0, 1=1, ").endsWith(", and 2 more}");
    }

    @Test
    void shouldServeList() {
        List<String> list = manager.list("lines", String.class);
        list.add("b");
        list.add(0, "a");
        list.addAll(List.of("c", "d"));
        assertThat(list).containsExactly("a", "b", "c", "d");
        assertThat(list.set(1, "x")).isEqualTo("b");
        assertThat(list.remove(0)).isEqualTo("a");
        assertThat(list.get(0)).isEqualTo("x");
        assertThatThrownBy(() -> list.get(7)).isInstanceOf(IndexOutOfBoundsException.class);
        list.clear();
        assertThat(list).isEmpty();
    }

    @Test
    void shouldStreamWhileOthersWork() throws Exception {
        SharedQueue<Integer> queue = manager.queue("numbers", Integer.class);
        List<Integer> list = manager.list("numbers", Integer.class);
        ConcurrentMap<Integer, Integer> map = manager.map("numbers", Integer.class, Integer.class);
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> work = CompletableFuture.runAsync(() -> {
            for (int i = 0; !over.get(); i++) {
                queue.add(i);
                list.add(i);
                map.put(i, i);
                if (i % 10 == 9) {
                    queue.clear();
                    list.clear();
                    map.clear();
                }
            }
        });
        try {
            for (int i = 0; i < LOOKS; i++) {
                for (Collection<Integer> each : List.of(queue, list, map.keySet(), map.values())) {
                    assertThat(each.stream().sorted()).doesNotContainNull();
                }
                assertThat(map.entrySet().stream()).doesNotContainNull();
            }
        } finally {
            over.set(true);
        }
        work.get(60, TimeUnit.SECONDS);
    }

    @Test
    void shouldServeCounterAndNamespace() {
        SharedCounter counter = manager.counter("hits");
        assertThat(counter.increment()).isEqualTo(1);
        assertThat(counter.add(10)).isEqualTo(11);
        assertThat(counter.compareAndSet(11, 5)).isTrue();
        assertThat(counter.compareAndSet(11, 6)).isFalse();
        assertThat(counter.set(Long.MAX_VALUE)).isEqualTo(5);
        assertThat(counter.increment()).isEqualTo(Long.MIN_VALUE);
        Namespace namespace = manager.namespace("settings");
        namespace.set("size", 3);
        namespace.set("part", new Inventory.Part("bolt", 4));
        assertThat(namespace.get("size", Integer.class)).isEqualTo(3);
        assertThat(namespace.get("part", Inventory.Part.class)).isEqualTo(new Inventory.Part("bolt", 4));
        assertThat(namespace.get("none", String.class)).isNull();
        assertThat(namespace.names()).containsExactly("size", "part");
        namespace.remove("size");
        assertThat(namespace.contains("size")).isFalse();
    }

    @Test
    void shouldExcludeOthersFromLock() throws Exception {
        SharedLock lock = manager.lock("lock");
        lock.lock();
        lock.lock();
        assertThat(lock.isLocked()).isTrue();
        Future<Boolean> atOnce = async(() -> lock.tryLock());
        assertThat(soon(atOnce)).isFalse();
        Future<Boolean> inTime = async(() -> lock.tryLock(SHORT));
        assertThat(soon(inTime)).isFalse();
        assertThatThrownBy(() -> soon(async(() -> {
                    lock.unlock();
                    return 0;
                })))
                .hasCauseInstanceOf(IllegalMonitorStateException.class);
        Future<Boolean> other = async(() -> lock.tryLock(LONG));
        lock.unlock();
        assertThat(other).isNotDone();
        lock.unlock();
        assertThat(soon(other)).isTrue();
    }

    @Test
    void shouldWakeWhoAwaitsCondition() throws Exception {
        SharedLock lock = manager.lock("lock");
        Condition ready = manager.condition(lock, "ready");
        Future<Boolean> awaiting = async(() -> {
            lock.lock();
            boolean signalled = ready.await(60, TimeUnit.SECONDS);
            lock.unlock();
            return signalled;
        });
        await().atMost(LONG).until(() -> {
            lock.lock();
            ready.signal();
            lock.unlock();
            return awaiting.isDone();
        });
        assertThat(soon(awaiting)).isTrue();
        lock.lock();
        assertThat(ready.await(20, TimeUnit.MILLISECONDS)).isFalse();
        Thread.currentThread().interrupt();
        assertThatThrownBy(ready::await).isInstanceOf(InterruptedException.class);
        lock.unlock();
        assertThat(lock.isLocked()).isFalse();
        assertThatThrownBy(ready::signal).isInstanceOf(IllegalMonitorStateException.class);
    }

    @Test
    void shouldHoldLockAgainWhenInterruptedInCondition() throws Exception {
        SharedLock lock = manager.lock("lock");
        Future<Boolean> interrupted = async(() -> {
            lock.lock();
            try {
                lock.newCondition().await();
                return false;
            } catch (InterruptedException e) {
                lock.unlock(); // throws if it is not held
                return true;
            }
        });
        await().atMost(LONG).until(() -> sleepers().size() == 1 && !lock.isLocked());
        sleepers().get(0).interrupt();
        assertThat(soon(interrupted)).isTrue();
        assertThat(lock.isLocked()).isFalse();
    }

    private static List<Thread> sleepers() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> List.of(thread.getValue()).toString().contains("SharedLock$Named.sleep"))
                .map(Map.Entry::getKey)
                .toList();
    }

    @Test
    void shouldTellConditionsOfALockApart() throws Exception {
        SharedLock lock = manager.lock("lock");
        Condition notFull = lock.newCondition();
        Condition notEmpty = lock.newCondition();
        Future<Boolean> full = async(() -> {
            lock.lock();
            notFull.await();
            lock.unlock();
            return true;
        });
        await().atMost(LONG).until(() -> sleepers().size() == 1 && !lock.isLocked());
        Future<Boolean> empty = async(() -> {
            lock.lock();
            notEmpty.await();
            lock.unlock();
            return true;
        });
        await().atMost(LONG).until(() -> sleepers().size() == 2 && !lock.isLocked());
        lock.lock();
        notEmpty.signal();
        lock.unlock();
        assertThat(soon(empty)).isTrue();
        assertThat(full).isNotDone();
        lock.lock();
        notFull.signal();
        lock.unlock();
        assertThat(soon(full)).isTrue();
    }

    /** Who wants many permits, or came first to a lock, is not overtaken by others that could be served at once. */
    @Test
    void shouldServeFairOnesInTheOrderTheyCame() throws Exception {
        SharedSemaphore semaphore = manager.semaphore("fair", 2, true);
        semaphore.acquire();
        Future<Boolean> many = asked(() -> semaphore.tryAcquire(2, LONG));
        Future<Boolean> one = asked(() -> {
            semaphore.acquire();
            return true;
        });
        assertThat(semaphore.availablePermits()).isEqualTo(1);
        semaphore.release();
        assertThat(soon(many)).isTrue();
        assertThat(one).isNotDone();
        semaphore.release(2);
        assertThat(soon(one)).isTrue();
        assertThat(semaphore.tryAcquire(2, SHORT)).isFalse(); // gives up, and lets the next one in
        assertThat(semaphore.tryAcquire(1, LONG)).isTrue();

        SharedLock lock = manager.lock("fair", true);
        List<Integer> order = new CopyOnWriteArrayList<>();
        List<Future<Boolean>> all = new ArrayList<>();
        lock.lock();
        lock.lock();
        for (int i = 0; i < 5; i++) {
            int turn = i;
            all.add(asked(() -> {
                lock.lock();
                order.add(turn);
                return unlock(lock);
            }));
        }
        lock.unlock();
        lock.unlock();
        for (Future<Boolean> each : all) {
            assertThat(soon(each)).isTrue();
        }
        assertThat(order).containsExactly(0, 1, 2, 3, 4);
        assertThatThrownBy(() -> manager.lock("fair")).hasMessageContaining("fair");
    }

    /** When the one in front gives up, the next one gets what that did not want. */
    @Test
    void shouldGoOnInLineWhenTheFirstGivesUp() throws Exception {
        SharedSemaphore semaphore = manager.semaphore("fair", 1, true);
        Future<Boolean> first = asked(() -> {
            semaphore.acquire(2);
            return true;
        });
        Future<Boolean> second = asked(() -> semaphore.tryAcquire(1, LONG));
        assertThat(second).isNotDone();
        first.cancel(true);
        assertThat(soon(second)).isTrue();
    }

    /** Begins a call of one request, and returns once the server has that: what is asked later comes behind it. */
    private <T> Future<T> asked(Callable<T> work) {
        long before = server.requests();
        Future<T> call = async(work);
        await().atMost(LONG).until(() -> server.requests() > before);
        return call;
    }

    @Test
    void shouldBoundSemaphoreAndCountLatchDown() throws Exception {
        SharedSemaphore bounded = manager.boundedSemaphore("bounded", 2);
        bounded.acquire(2);
        bounded.release(2);
        assertThatThrownBy(bounded::release)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("released");
        assertThat(bounded.availablePermits()).isEqualTo(2);
        SharedLatch latch = manager.latch("latch", 2);
        assertThat(latch.await(SHORT)).isFalse();
        Future<Boolean> open = async(() -> {
            latch.await();
            return true;
        });
        copy(latch).countDown();
        assertThat(latch.getCount()).isEqualTo(1);
        assertThat(open).isNotDone();
        latch.countDown();
        assertThat(soon(open)).isTrue();
        latch.countDown();
        assertThat(latch.getCount()).isZero();
        assertThatThrownBy(() -> manager.latch("latch", 3)).hasMessageContaining("count");
    }

    @Test
    void shouldBreakBarrierForPartyThatComesInterrupted() throws Exception {
        SharedBarrier barrier = manager.barrier("barrier", 3);
        Future<Integer> first = async(barrier::await);
        await().atMost(LONG).until(() -> barrier.waiting() == 1);
        Thread.currentThread().interrupt();
        assertThatThrownBy(barrier::await).isInstanceOf(InterruptedException.class);
        assertThatThrownBy(() -> soon(first)).hasCauseInstanceOf(BrokenBarrierException.class);
        assertThat(barrier.isBroken()).isTrue();
        assertThat(barrier.waiting()).isZero();
        barrier.reset();
        assertThat(barrier.isBroken()).isFalse();
    }

    /** What waits in each call that has a timeout, for as long as a timeout can be. */
    @Test
    void shouldWaitForTheLongestTimeouts() throws Exception {
        SharedQueue<String> queue = manager.queue("letters", String.class, 1);
        SharedQueue<String> full = manager.queue("full", String.class, 1);
        DurableQueue<String> orders = manager.durableQueue("orders", String.class);
        SharedSemaphore permits = manager.semaphore("permits", 0);
        SharedEvent event = manager.event("event");
        SharedBarrier barrier = manager.barrier("barrier", 2);
        SharedLock lock = manager.lock("lock");
        SharedLock conditions = manager.lock("conditions");
        Condition condition = conditions.condition("ready");
        full.put("x");
        lock.lock();
        Map<Future<?>, Callable<?>> waiting = new LinkedHashMap<>();
        for (Duration longest : List.of(
                ChronoUnit.FOREVER.getDuration(),
                Duration.ofNanos(Long.MAX_VALUE),
                Duration.ofNanos(Long.MAX_VALUE - 1),
                Duration.ofMillis(Long.MAX_VALUE))) {
            waiting.put(async(() -> queue.get(longest)), () -> queue.offer("a") || true);
            waiting.put(async(() -> full.put("b", longest)), () -> true);
            waiting.put(async(() -> full.join(longest)), () -> true);
            waiting.put(async(() -> orders.receive(longest)), () -> orders.offer("c"));
            waiting.put(async(() -> permits.tryAcquire(1, longest)), () -> {
                permits.release();
                return true;
            });
            waiting.put(async(() -> event.await(longest)), () -> true);
            waiting.put(async(() -> lock.tryLock(longest) && unlock(lock)), () -> true);
        }
        waiting.put(async(() -> barrier.await(ChronoUnit.FOREVER.getDuration())), () -> true);
        waiting.put(
                async(() -> {
                    conditions.lock();
                    return condition.awaitNanos(Long.MAX_VALUE) > 0 && unlock(conditions);
                }),
                () -> true);
        waiting.put(
                async(() -> {
                    conditions.lock();
                    return condition.await(Long.MAX_VALUE, TimeUnit.DAYS) && unlock(conditions);
                }),
                () -> true);
        await().atMost(LONG).until(() -> barrier.waiting() == 1);
        assertThat(waiting.keySet()).noneMatch(Future::isDone);
        barrier.await();
        event.set();
        lock.unlock();
        for (Callable<?> end : waiting.values()) {
            end.call();
        }
        await().atMost(LONG).until(() -> {
            while (full.getNow() != null) {
                full.taskDone();
            }
            queue.offer("a");
            conditions.lock();
            condition.signalAll();
            conditions.unlock();
            return waiting.keySet().stream().allMatch(Future::isDone);
        });
        for (Future<?> each : waiting.keySet()) {
            assertThat(soon(each)).isNotEqualTo(false).isNotNull();
        }
    }

    private static boolean unlock(SharedLock lock) {
        lock.unlock();
        return true;
    }

    @Test
    void shouldServeSemaphoreEventAndBarrier() throws Exception {
        SharedSemaphore semaphore = manager.semaphore("permits", 2);
        semaphore.acquire();
        assertThat(semaphore.tryAcquire()).isTrue();
        assertThat(semaphore.tryAcquire(1, SHORT)).isFalse();
        Future<Boolean> third = async(() -> semaphore.tryAcquire(1, LONG));
        semaphore.release();
        assertThat(soon(third)).isTrue();
        assertThat(semaphore.availablePermits()).isZero();
        assertThatThrownBy(() -> manager.semaphore("permits", 3)).hasMessageContaining("permits");

        SharedEvent event = manager.event("go");
        assertThat(event.await(SHORT)).isFalse();
        Future<Boolean> waiting = async(() -> event.await(LONG));
        event.set();
        assertThat(soon(waiting)).isTrue();
        event.await();
        event.clear();
        assertThat(event.isSet()).isFalse();

        SharedBarrier barrier = manager.barrier("meet", 2);
        Future<Integer> first = async(() -> barrier.await());
        await().atMost(LONG).until(() -> barrier.waiting() == 1);
        assertThat(barrier.await()).isZero();
        assertThat(soon(first)).isEqualTo(1);
        assertThatThrownBy(() -> barrier.await(SHORT)).isInstanceOf(BrokenBarrierException.class);
        assertThat(barrier.isBroken()).isTrue();
        barrier.reset();
        assertThat(barrier.isBroken()).isFalse();
    }

    @Test
    void shouldServeOwnTypeByItsInterface() {
        Inventory inventory = manager.get("shelf", Inventory.class);
        inventory.add(new Inventory.Part("bolt", 4));
        assertThat(inventory.parts()).containsExactly(new Inventory.Part("bolt", 4));
        assertThat(inventory.first().name()).isEqualTo("bolt");
        assertThat(inventory.price("bolt", 3)).isEqualTo("0.30");
        assertThatThrownBy(() -> inventory.fail("no room"))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("no room");
        assertThat(inventory.toString()).contains("shelf");
        assertThatThrownBy(() -> manager.get("other", Runnable.class)).hasMessageContaining("registered");
    }

    @Test
    void shouldThrowWhatMethodOfOwnTypeThrows() {
        Inventory inventory = manager.get("shelf", Inventory.class);
        Map<String, Class<? extends Throwable>> expected = Map.of(
                "declared", Inventory.OutOfStock.class,
                "of a declared one", Inventory.OutOfStock.class,
                "of the JDK", FileNotFoundException.class,
                "own", IllegalArgumentException.class,
                "without a message", NoSuchElementException.class,
                "not to be made", RuntimeException.class,
                "an error", ManagerException.class);
        expected.forEach((kind, type) -> {
            Throwable thrown = catchThrowable(() -> inventory.order(kind));
            if (thrown instanceof ManagerException other) {
                assertThat(other.code()).isEqualTo(ManagerException.THROWN);
            }
            assertThat(thrown).as(kind).isExactlyInstanceOf(type);
            if (kind.equals("without a message")) {
                assertThat(thrown).hasMessage(null);
            } else {
                assertThat(thrown).hasMessageContaining("no ");
            }
        });
    }

    @Test
    void shouldAttachCopiesToTheSameThing() throws Exception {
        SharedQueue<String> queue = manager.queue("letters", String.class);
        ConcurrentMap<String, Integer> map = manager.map("stock", String.class, Integer.class);
        SharedLock lock = manager.lock("lock");
        Inventory inventory = manager.get("shelf", Inventory.class);
        copy(queue).put("a");
        assertThat(queue.get(LONG)).isEqualTo("a");
        copy(map).put("tea", 1);
        assertThat(map).containsEntry("tea", 1);
        copy(lock).lock();
        assertThat(lock.isLocked()).isTrue();
        copy(inventory).add(new Inventory.Part("nut", 1));
        assertThat(inventory.parts()).hasSize(1);
    }

    @Test
    void shouldReleaseNameWithItsLastHolder() throws Exception {
        SharedCounter first = manager.counter("hits");
        SharedCounter second = copy(first);
        first.add(5);
        first.close();
        first.close();
        assertThat(second.get()).isEqualTo(5);
        assertThatThrownBy(first::get).isInstanceOf(ManagerGoneException.class).hasMessageContaining("closed");
        assertThat(manager.names()).containsExactly(new Manager.Held("counter", "hits", 1));
        second.close();
        assertThat(manager.names()).isEmpty();
        assertThat(manager.counter("hits").get()).isZero();
    }

    @Test
    void shouldFailEveryProxyWhenServerIsGone() throws Exception {
        SharedQueue<String> queue = manager.queue("letters", String.class);
        SharedQueue<String> durable = manager.durableQueue("orders", String.class);
        SharedEvent event = manager.event("go");
        SharedLock lock = manager.lock("lock");
        Future<String> getting = async(queue::get);
        Future<String> gettingDurable = async(durable::get);
        Future<Boolean> waiting = async(() -> event.await(LONG));
        assertThatThrownBy(() -> waiting.get(SHORT.toMillis(), TimeUnit.MILLISECONDS))
                .isNotNull();
        server.close();
        for (Future<?> each : List.of(getting, gettingDurable, waiting)) {
            assertThatThrownBy(() -> soon(each)).hasCauseInstanceOf(ManagerGoneException.class);
        }
        assertThatThrownBy(lock::lock).isInstanceOf(ManagerGoneException.class);
        assertThatThrownBy(() -> queue.put("a")).isInstanceOf(ManagerGoneException.class);
        assertThatThrownBy(queue::qsize).isInstanceOf(ManagerGoneException.class);
        assertThatThrownBy(() -> manager.ping()).isInstanceOf(ManagerGoneException.class);
    }

    @Test
    void shouldShareOneConnectionBetweenManyThreads() throws Exception {
        SharedCounter counter = manager.counter("hits");
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            all.add(async(() -> {
                for (int n = 0; n < 200; n++) {
                    counter.increment();
                }
                return null;
            }));
        }
        for (Future<?> each : all) {
            soon(each);
        }
        assertThat(counter.get()).isEqualTo(3200);
        assertThat(server.clients()).isEqualTo(1);
    }

    @Test
    void shouldRefuseShutdownUnlessAllowed() throws Exception {
        assertThatThrownBy(manager::shutdown)
                .isInstanceOfSatisfying(
                        ManagerException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ManagerException.FORBIDDEN))
                .hasMessageContaining("may not end");
        try (ManagerServer open = ManagerServer.builder().allowShutdown(true).bind(AuthKey.random());
                Manager other = Manager.connect(server.address(), key)) {
            assertThat(other.ping()).hasValue(ProcessHandle.current().pid());
            assertThat(open.clients()).isZero();
        }
        AuthKey otherKey = AuthKey.random();
        ManagerServer open = ManagerServer.builder().allowShutdown(true).bind(otherKey);
        try (Manager other = Manager.connect(open.address(), otherKey)) {
            other.shutdown();
            open.serveForever();
        }
    }
}
