// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ipcq.connection.AuthKey;
import io.ipcq.manager.Manager;
import io.ipcq.manager.SharedCounter;
import io.ipcq.manager.SharedLock;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.SharedQueue;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What tasks and children were passed is let go of when they did not keep it: mappings, descriptors, memberships,
 * names.
 */
@Tag("once")
class PassedThingsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TASKS = Integer.getInteger("ipcq.passed.tasks", 800);

    /** So many handles of one queue, at most: the collector takes its time for those before the last one. */
    private static final int FEW = 4;

    @TempDir
    Path directory;

    private ProcessPool pool;

    @BeforeEach
    void createPool() {
        pool = ProcessPool.create(1);
    }

    @AfterEach
    void closePool() {
        pool.close();
    }

    private long worker() {
        return pool.pids().iterator().next();
    }

    /** How often a worker maps a file with this in its name. */
    private static long mappings(long pid, Path queue) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/maps"))) {
            return lines.filter(line -> line.contains(queue + "/")).count();
        }
    }

    /** How many descriptors of a queue's files a worker has. */
    private static long descriptors(long pid, Path queue) throws IOException {
        long count = 0;
        for (File entry : new File("/proc/" + pid + "/fd").listFiles()) {
            try {
                count += Files.readSymbolicLink(entry.toPath()).startsWith(queue) ? 1 : 0;
            } catch (NoSuchFileException closed) {
                // meanwhile
            }
        }
        return count;
    }

    private static ManagerServer serve(boolean local, Path directory, AuthKey key) throws IOException {
        SocketAddress address = local ? null : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return ManagerServer.builder().directory(directory).bind(address, key);
    }

    // ---- the same again and again -----------------------------------------------------------------------------------

    @Test
    void shouldAttachToQueueOnceHoweverOftenItIsPassed() throws Exception {
        AuthKey key = AuthKey.random();
        try (ManagerServer server = serve(true, directory.resolve("served"), key);
                Manager manager = Manager.connect(server.address(), key);
                SharedQueue<String> plain = SharedQueue.create(String.class);
                DurableQueue<String> durable = DurableQueue.create(directory.resolve("orders"), String.class);
                SharedQueue<String> managed = manager.queue("letters", String.class);
                SharedQueue<String> kept = manager.durableQueue("kept", String.class)) {
            List<SharedQueue<String>> queues = List.of(plain, durable, managed, kept);
            for (int i = 0; i < TASKS / queues.size(); i++) {
                for (SharedQueue<String> queue : queues) {
                    pool.run(Chores::putInto, queue, "a");
                    assertThat(queue.get()).isEqualTo("a");
                }
                if (i % 100 == 99) {
                    for (SharedQueue<String> queue : queues) {
                        await().atMost(PATIENCE).until(() -> queue.stats().members() <= FEW);
                    }
                    await().atMost(PATIENCE).until(() -> mappings(worker(), plain.directory()) <= FEW);
                    await().atMost(PATIENCE).until(() -> mappings(worker(), managed.directory()) <= FEW);
                }
            }
        }
    }

    // ---- always another one -----------------------------------------------------------------------------------------

    @Test
    void shouldLetGoOfQueuesThatTasksDidNotKeep() throws Exception {
        List<SharedQueue<String>> open = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                boolean onDisk = i % 4 == 0;
                SharedQueue<String> queue = onDisk
                        ? DurableQueue.create(directory.resolve("orders" + i), String.class)
                        : SharedQueue.create(String.class);
                open.add(queue);
                pool.run(Chores::putInto, queue, "a");
            }
            for (SharedQueue<String> queue : open) {
                await().atMost(PATIENCE).until(() -> queue.stats().members() == 1);
                await().atMost(PATIENCE).until(() -> mappings(worker(), queue.directory()) == 0);
                await().atMost(PATIENCE).until(() -> descriptors(worker(), queue.directory()) == 0);
                assertThat(queue.get()).isEqualTo("a");
            }
        } finally {
            open.forEach(SharedQueue::close);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldGiveBackNamesThatTasksDidNotKeep(boolean local) throws Exception {
        AuthKey key = AuthKey.random();
        try (ManagerServer server = serve(local, directory.resolve("served"), key);
                Manager manager = Manager.connect(server.address(), key)) {
            for (int i = 0; i < 20; i++) {
                try (SharedLock lock = manager.lock("lock" + i);
                        SharedCounter counter = manager.counter("counter" + i);
                        SharedQueue<String> queue = manager.queue("queue" + i, String.class);
                        SharedQueue<String> durable = manager.durableQueue("durable" + i, String.class)) {
                    pool.run(PassedThingsIT::use, lock, counter);
                    pool.run(Chores::putInto, queue, "a");
                    pool.run(Chores::putInto, durable, "a");
                    Map<String, Long> map = manager.map("map" + i, String.class, Long.class);
                    pool.run(PassedThingsIT::use, map);
                    ((AutoCloseable) map).close();
                }
            }
            await().atMost(PATIENCE).until(() -> manager.names().isEmpty());
            await().atMost(PATIENCE)
                    .until(() -> mappings(worker(), directory) == 0); // of durable ones, on this machine
        }
    }

    static void use(SharedLock lock, SharedCounter counter) {
        lock.lock();
        counter.increment();
        lock.unlock();
    }

    static void use(Map<String, Long> map) {
        map.put("a", 1L);
    }

    // ---- what is kept, closed, deleted ------------------------------------------------------------------------------

    @Test
    void shouldKeepWhatTaskKeptForTheNextOne() throws Exception {
        AuthKey key = AuthKey.random();
        try (ManagerServer server = serve(true, directory.resolve("served"), key);
                Manager manager = Manager.connect(server.address(), key);
                SharedQueue<String> plain = SharedQueue.create(String.class);
                SharedQueue<String> managed = manager.queue("letters", String.class);
                SharedCounter counter = manager.counter("counter")) {
            for (Object passed : List.of(plain, managed, counter)) {
                pool.<Object>run(Chores::keep, passed);
                assertThat(pool.apply(PassedThingsIT::useAfterCollection)).isEqualTo(1);
            }
            assertThat(plain.get()).isEqualTo("a");
            assertThat(managed.get()).isEqualTo("a");
            assertThat(counter.get()).isEqualTo(1);
        }
    }

    @SuppressWarnings("unchecked")
    static int useAfterCollection() throws Exception {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(20); // for the cleaners, which have nothing to do here
        }
        if (Chores.kept() instanceof SharedCounter counter) {
            counter.increment();
        } else {
            ((SharedQueue<String>) Chores.kept()).put("a");
        }
        return 1;
    }

    @Test
    void shouldPassAnotherHandleWhenTaskHasClosedItsOwn() throws Exception {
        AuthKey key = AuthKey.random();
        try (ManagerServer server = serve(true, directory.resolve("served"), key);
                Manager manager = Manager.connect(server.address(), key);
                SharedQueue<String> plain = SharedQueue.create(String.class);
                SharedQueue<String> managed = manager.queue("letters", String.class);
                SharedLock lock = manager.lock("lock")) {
            for (AutoCloseable passed : List.of(plain, managed, lock)) {
                for (int i = 0; i < 3; i++) {
                    pool.<Object>run(PassedThingsIT::useAndClose, passed);
                }
            }
            assertThat(plain.qsize()).isEqualTo(3);
            assertThat(managed.qsize()).isEqualTo(3);
            assertThat(lock.isLocked()).isFalse();
        }
    }

    @SuppressWarnings("unchecked")
    static void useAndClose(Object passed) throws Exception {
        try (AutoCloseable mine = (AutoCloseable) passed) {
            if (mine instanceof SharedLock lock) {
                lock.lock();
                lock.unlock();
            } else {
                ((SharedQueue<String>) mine).put("a");
            }
        }
    }

    @Test
    void shouldLeaveQueueThatWasDeletedElsewhereThoughItWasKept() throws Exception {
        SharedQueue<String> queue = SharedQueue.create(directory.resolve("letters"), String.class);
        pool.<Object>run(Chores::keep, queue);
        assertThat(descriptors(worker(), queue.directory())).isPositive();
        queue.delete();
        await().atMost(PATIENCE).until(() -> descriptors(worker(), queue.directory()) == 0);
    }

    // ---- children ---------------------------------------------------------------------------------------------------

    @Test
    void shouldLetGoOfArgumentsThatChildDidNotKeep() throws Exception {
        try (SharedQueue<String> dropped = SharedQueue.create(String.class);
                SharedQueue<String> kept = SharedQueue.create(String.class);
                ChildProcess child = ChildProcess.builder(PassedThingsIT::goOn, dropped, kept)
                        .build()) {
            child.start();
            assertThat(dropped.get(PATIENCE)).isEqualTo("a");
            await().atMost(PATIENCE).until(() -> dropped.stats().members() == 1);
            await().atMost(PATIENCE).until(() -> mappings(child.pid(), dropped.directory()) == 0);
            kept.put("b");
            assertThat(child.join(PATIENCE)).isTrue();
            assertThat(child.exitCode()).hasValue(0);
        }
    }

    /** Ends at once, and leaves a thread that goes on. */
    static void goOn(SharedQueue<String> dropped, SharedQueue<String> kept) throws Exception {
        dropped.put("a");
        new Thread(() -> {
                    try {
                        while (kept.get(Duration.ofMillis(10)) == null) {
                            System.gc();
                        }
                    } catch (InterruptedException | QueueClosedException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .start();
    }
}
