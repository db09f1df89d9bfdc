// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.ipcq.KillCommand;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.connection.Patient;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.manager.server.ManagerServerBuilder;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A manager's process is stopped (SIGSTOP), as by a debugger or a machine that swaps, and goes on; or it is killed. */
@Tag("once")
class StoppedManagerIT {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(80);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(3);

    @TempDir
    Path directory;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Manager> managers = new CopyOnWriteArrayList<>();
    private final AuthKey key = AuthKey.random();
    private ChildProcess server;
    private SocketAddress tcp;
    private SocketAddress unix;

    /** Runs in the process that is stopped; says where it is over TCP and over a Unix-domain socket. */
    static void serve(AuthKey key, String directory, SharedQueue<String> places) throws Exception {
        try (ManagerServer remote = builder(directory, "tcp").bind(loopback(0), key);
                ManagerServer local = builder(directory, "unix").bind(key)) {
            places.put(Integer.toString(((InetSocketAddress) remote.address()).getPort()));
            places.put(local.address().toString());
            remote.serveForever();
        }
    }

    private static ManagerServerBuilder builder(String directory, String name) {
        return ManagerServer.builder().directory(Path.of(directory, name)).register(Runnable.class, () -> () -> {});
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Opens one thing of a manager, and returns a call that waits; both in one thread. */
    private interface Use {
        Callable<?> prepare(Manager manager) throws Exception;
    }

    @BeforeEach
    void start() throws Exception {
        try (SharedQueue<String> places = SharedQueue.create(String.class)) {
            server = new ChildProcess(StoppedManagerIT::serve, key, directory.toString(), places);
            server.start();
            tcp = loopback(Integer.parseInt(place(places)));
            unix = UnixDomainSocketAddress.of(place(places));
        }
    }

    private String place(SharedQueue<String> places) throws InterruptedException {
        String place = places.get(LONG);
        if (place == null) {
            throw new AssertionError("the server did not start: " + server);
        }
        return place;
    }

    @AfterEach
    void stop() throws Exception {
        server.kill(); // before those who would wait for it
        server.join();
        threads.shutdownNow();
        managers.forEach(Manager::close);
    }

    private void signal(String signal) {
        KillCommand.require(signal, server.pid());
    }

    /**
     * When {@code kill} returns, the threads are about to stop: each does when the one that got the signal has had its
     * turn.
     */
    private void stopServer() throws Exception {
        signal("-STOP");
        await().atMost(LONG).until(this::isStopped);
    }

    private boolean isStopped() {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(server.pid()), "task"))) {
            for (Path thread : threads.toList()) {
                String state = Files.readString(thread.resolve("stat"));
                if (state.charAt(state.lastIndexOf(')') + 2) != 'T') {
                    return false;
                }
            }
            return true;
        } catch (IOException | UncheckedIOException ended) {
            return false; // a thread has ended before it could be stopped
        }
    }

    /** Each with a link of its own, as all calls of one end together. */
    private Manager connect() throws Exception {
        Manager manager = Manager.connect(Patient.client(tcp, key).connect(), ANSWER_TIMEOUT);
        managers.add(manager);
        return manager;
    }

    private static Map<String, Use> timed() {
        Map<String, Use> uses = new LinkedHashMap<>();
        uses.put("get", manager -> {
            SharedQueue<String> queue = manager.queue("letters", String.class);
            return () -> queue.get(SHORT);
        });
        uses.put("poll", manager -> {
            SharedQueue<String> queue = manager.queue("letters", String.class);
            return () -> queue.poll(80, TimeUnit.MILLISECONDS);
        });
        uses.put("put", manager -> {
            SharedQueue<String> queue = manager.queue("full", String.class, 1);
            return () -> queue.put("late", SHORT);
        });
        uses.put("join", manager -> {
            SharedQueue<String> queue = manager.queue("letters", String.class);
            return () -> queue.join(SHORT);
        });
        uses.put("receive", manager -> {
            DurableQueue<String> queue = manager.durableQueue("orders", String.class);
            return () -> queue.receive(SHORT);
        });
        uses.put("tryLock", manager -> {
            SharedLock lock = manager.lock("lock");
            return () -> lock.tryLock(SHORT);
        });
        uses.put("tryAcquire", manager -> {
            SharedSemaphore semaphore = manager.semaphore("permits", 1);
            return () -> semaphore.tryAcquire(1, SHORT);
        });
        uses.put("event", manager -> {
            SharedEvent event = manager.event("go");
            return () -> event.await(SHORT);
        });
        uses.put("barrier", manager -> {
            SharedBarrier barrier = manager.barrier("timed", 2);
            return () -> barrier.await(SHORT);
        });
        uses.put("condition", manager -> {
            Condition condition = locked(manager.lock("lock-of-timed")).newCondition();
            return () -> condition.await(80, TimeUnit.MILLISECONDS);
        });
        uses.put("ping", manager -> manager::ping);
        return uses;
    }

    private static Map<String, Use> untimed() {
        Map<String, Use> uses = new LinkedHashMap<>();
        uses.put("get", manager -> manager.queue("never", String.class)::get);
        uses.put("put", manager -> {
            SharedQueue<String> queue = manager.queue("full", String.class, 1);
            return () -> {
                queue.put("late");
                return null;
            };
        });
        uses.put("receive", manager -> manager.durableQueue("none", String.class)::receive);
        uses.put("lock", manager -> {
            SharedLock lock = manager.lock("lock");
            return () -> {
                lock.lock();
                return null;
            };
        });
        uses.put("acquire", manager -> {
            SharedSemaphore semaphore = manager.semaphore("permits", 1);
            return () -> {
                semaphore.acquire();
                return null;
            };
        });
        uses.put("event", manager -> {
            SharedEvent event = manager.event("go");
            return () -> {
                event.await();
                return null;
            };
        });
        uses.put("barrier", manager -> manager.barrier("untimed", 2)::await);
        uses.put("condition", manager -> {
            Condition condition = locked(manager.lock("lock-of-untimed")).newCondition();
            return () -> {
                condition.awaitUninterruptibly();
                return null;
            };
        });
        uses.put("own", manager -> {
            Runnable own = manager.get("own", Runnable.class);
            return () -> {
                while (true) {
                    own.run();
                }
            };
        });
        return uses;
    }

    private static SharedLock locked(SharedLock lock) {
        lock.lock();
        return lock;
    }

    private Map<String, Future<?>> begin(Map<String, Use> uses, CountDownLatch start) throws Exception {
        CountDownLatch ready = new CountDownLatch(uses.size());
        Map<String, Future<?>> begun = new LinkedHashMap<>();
        for (Map.Entry<String, Use> use : uses.entrySet()) {
            Callable<?> task = () -> {
                Callable<?> call = prepare(use.getValue());
                ready.countDown();
                start.await();
                return call.call();
            };
            begun.put(use.getKey(), threads.submit(task));
        }
        assertThat(ready.await(LONG.toSeconds(), TimeUnit.SECONDS))
                .as("%s", begun)
                .isTrue();
        return begun;
    }

    /** On a busy machine the server may be late: then another client comes, and the server forgets this one. */
    private Callable<?> prepare(Use use) throws Exception {
        while (true) {
            try {
                return use.prepare(connect());
            } catch (ManagerGoneException late) {
                // before anything was stopped
            }
        }
    }

    private static void requireGone(Map<String, Future<?>> calls) {
        calls.forEach((name, call) -> assertThatThrownBy(() -> call.get(60, TimeUnit.SECONDS))
                .as(name)
                .hasCauseInstanceOf(ManagerGoneException.class));
    }

    @Test
    void shouldEndEveryCallAndGoOnAfterwards() throws Exception {
        Manager patient = Manager.connect(tcp, key); // who can wait longer than the server stands still
        managers.add(patient);
        locked(patient.lock("lock"));
        patient.semaphore("permits", 1).acquire();
        patient.queue("full", String.class, 1).put("first");
        SharedQueue<String> letters = patient.queue("letters", String.class);
        letters.put("a");
        SharedQueue<String> later = patient.queue("later", String.class);
        Future<String> waiting = threads.submit(() -> later.get());
        for (String durable : List.of("orders", "none")) {
            patient.durableQueue(
                    durable, String.class); // on a busy machine the first one takes longer than the others wait
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Map<String, Future<?>> timed = begin(timed(), stopped);
        Map<String, Future<?>> untimed = begin(untimed(), new CountDownLatch(0));
        stopServer();
        try {
            stopped.countDown();
            requireGone(timed);
            requireGone(untimed);
            assertThat(waiting).isNotDone();
        } finally {
            signal("-CONT");
        }
        later.put("late");
        assertThat(waiting.get(60, TimeUnit.SECONDS)).isEqualTo("late");
        await().atMost(LONG).until(() -> patient.names().stream().allMatch(held -> held.holders() == 1));
        assertThat(List.of(letters.get(), letters.qsize())).containsExactly("a", 0L);
        assertThat(patient.queue("full", String.class, 1)).containsExactly("first");
        assertThat(patient.semaphore("permits", 1).availablePermits()).isZero();
        assertThat(patient.lock("lock-of-timed").tryLock()).isTrue();
        assertThat(patient.lock("lock-of-untimed").tryLock()).isTrue();
    }

    /** A call that waits for ever, and whether its thread was interrupted when it ended. */
    private static final class Getting {
        private final CompletableFuture<Throwable> end = new CompletableFuture<>();
        private final AtomicBoolean interrupted = new AtomicBoolean();
        private final Thread thread;

        Getting(SharedQueue<String> queue) {
            thread = new Thread(() -> {
                try {
                    end.complete(new AssertionError(queue.get()));
                } catch (InterruptedException | ManagerGoneException e) {
                    interrupted.set(Thread.currentThread().isInterrupted());
                    end.complete(e);
                }
            });
            thread.start();
            await().atMost(LONG)
                    .until(() -> end.isDone()
                            || List.of(thread.getStackTrace()).toString().contains("Link.readUntil"));
        }
    }

    @Test
    void shouldEndInterruptedCall() throws Exception {
        Duration answerTimeout = ANSWER_TIMEOUT;
        while (!isInterruptedWhenItEnds(answerTimeout)) {
            answerTimeout = answerTimeout.multipliedBy(2); // it ended before: the machine was busy
        }
    }

    /** Nobody knows what became of the call. */
    private boolean isInterruptedWhenItEnds(Duration answerTimeout) throws Exception {
        Manager manager = Manager.connect(Patient.client(tcp, key).connect(), answerTimeout);
        managers.add(manager);
        Getting getting;
        try {
            getting = new Getting(manager.queue("letters", String.class));
        } catch (ManagerGoneException late) {
            return false;
        }
        stopServer();
        try {
            getting.thread.interrupt();
            assertThat(getting.end.get(60, TimeUnit.SECONDS)).isInstanceOf(ManagerGoneException.class);
        } finally {
            signal("-CONT");
        }
        return getting.interrupted.get();
    }

    @Test
    void shouldEndInterruptedCallWhenServerGoesOn() throws Exception {
        Manager manager = Manager.connect(Patient.client(tcp, key).connect(), LONG);
        managers.add(manager);
        SharedQueue<String> queue = manager.queue("letters", String.class);
        Getting getting = new Getting(queue);
        stopServer();
        try {
            getting.thread.interrupt();
        } finally {
            signal("-CONT");
        }
        assertThat(getting.end.get(60, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        queue.put("a");
        assertThat(queue.get()).isEqualTo("a");
    }

    @Test
    void shouldPassElementsOnThisMachineAllTheSame() throws Exception {
        Manager manager = Manager.connect(unix, key);
        managers.add(manager);
        SharedQueue<String> queue = manager.queue("letters", String.class);
        stopServer();
        try {
            queue.put("a");
            assertThat(queue.get()).isEqualTo("a");
            for (SocketAddress address : List.of(tcp, unix)) {
                assertThatThrownBy(() -> Connection.builder(address, key)
                                .handshakeTimeout(SHORT)
                                .connect())
                        .isInstanceOf(IOException.class);
            }
        } finally {
            signal("-CONT");
        }
        assertThat(manager.ping()).hasValue(server.pid());
    }

    /** What a client can have of a manager. */
    private static List<ThrowingCallable> calls(Manager manager) throws Exception {
        SharedQueue<String> queue = manager.queue("letters", String.class);
        DurableQueue<String> durable = manager.durableQueue("orders", String.class);
        ConcurrentMap<String, Integer> map = manager.map("stock", String.class, Integer.class);
        List<String> list = manager.list("lines", String.class);
        SharedCounter counter = manager.counter("hits");
        SharedLock lock = manager.lock("lock");
        Condition condition = lock.newCondition();
        SharedSemaphore semaphore = manager.semaphore("permits", 1);
        SharedEvent event = manager.event("go");
        SharedBarrier barrier = manager.barrier("meet", 2);
        Namespace namespace = manager.namespace("settings");
        Runnable own = manager.get("own", Runnable.class);
        return List.of(
                queue::get,
                () -> queue.put("a"),
                queue::qsize,
                durable::receive,
                () -> durable.offer("a"),
                () -> map.put("tea", 1),
                () -> list.add("a"),
                counter::increment,
                lock::lock,
                condition::await,
                semaphore::acquire,
                event::await,
                barrier::await,
                () -> namespace.set("size", 1),
                own::run,
                manager::ping);
    }

    /** A queue on this machine goes on until the link has noticed, which is not to be seen from here. */
    private static void requireFailing(ThrowingCallable call, long began) throws Exception {
        Throwable thrown;
        do {
            assertThat(System.nanoTime() - began).isLessThan(LONG.toNanos());
            thrown = catchThrowable(call);
        } while (thrown == null);
        assertThat(thrown).isInstanceOf(ManagerGoneException.class);
    }

    @Test
    void shouldFailEveryProxyWhenServerIsKilled() throws Exception {
        List<ThrowingCallable> calls = new ArrayList<>();
        for (SocketAddress address : List.of(tcp, unix)) {
            Manager manager = Manager.connect(address, key);
            managers.add(manager);
            calls.addAll(calls(manager));
        }
        SharedQueue<String> letters = managers.get(0).queue("letters", String.class);
        Future<String> waiting = threads.submit(() -> letters.get());
        server.kill();
        server.join();
        long began = System.nanoTime();
        assertThatThrownBy(() -> waiting.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(ManagerGoneException.class);
        for (ThrowingCallable call : calls) {
            requireFailing(call, began);
        }
        System.out.printf(
                "a killed server: %d proxies and one that waited failed within %d ms%n",
                calls.size(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    }
}
