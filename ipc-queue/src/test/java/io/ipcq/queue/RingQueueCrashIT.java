// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.ipcq.TestJvm;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A ring whose users are killed and stopped, and whose file is pulled away. {@code -Dipcq.seed=n} repeats a choice of
 * moments, {@code -Dipcq.crash.seconds=n} sets how long the killing goes on.
 */
@Timeout(600)
@Tag("once")
class RingQueueCrashIT {

    /**
     * The most elements that a consumer takes in one call, and so loses when it is killed before it writes them down.
     */
    static final int DRAIN = 20;

    private static final List<String> JVM = List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx64m");
    private static final long SEED = Long.getLong("ipcq.seed", System.nanoTime());
    private static final long SECONDS = Long.getLong("ipcq.crash.seconds", 10);
    private static final int SIDES = 4;
    private static final int ELEMENTS_PER_PROCESS = 5_000;
    private static final long LEAST_TAKEN = 10_000;
    private static final Duration SHORT = Duration.ofMillis(300);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private final List<TestJvm> children = new ArrayList<>();

    private Path place() {
        return directory.resolve("ring");
    }

    private SharedQueue<byte[]> create(long capacityBytes) throws IOException {
        return SharedQueue.builder(byte[].class).capacityBytes(capacityBytes).create(place());
    }

    private TestJvm child(Object... arguments) {
        List<String> all = new ArrayList<>(List.of(place().toString()));
        for (Object argument : arguments) {
            all.add(argument.toString());
        }
        TestJvm child = TestJvm.start(JVM, RingProgram.class, all.toArray(String[]::new));
        children.add(child);
        return child;
    }

    @AfterEach
    void endChildren() {
        children.forEach(TestJvm::close);
    }

    // ---- kills ------------------------------------------------------------------------------------------------------

    @Test
    void shouldLoseOnlyWhatKilledConsumersHeld() throws Exception {
        System.out.println("RingQueueCrashIT: -Dipcq.seed=" + SEED);
        Random random = new Random(SEED);
        Path ledgers = Files.createDirectory(directory.resolve("ledgers"));
        try (SharedQueue<byte[]> queue = create(32 << 10)) {
            TestJvm[] places = new TestJvm[2 * SIDES];
            int next = 0;
            int consumerKills = 0;
            int producerKills = 0;
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            // on a busy machine the time may be over before the children have begun
            while (System.nanoTime() - end < 0 || queue.stats().taken() < LEAST_TAKEN) {
                for (int i = 0; i < places.length; i++) {
                    if (places[i] == null || !places[i].isAlive()) {
                        places[i] = i < SIDES
                                ? child("put", ledgers, next++, ELEMENTS_PER_PROCESS)
                                : child("get", ledgers, next++);
                    }
                }
                Thread.sleep(random.nextInt(400));
                int victim = random.nextInt(places.length);
                if (places[victim].isAlive()) {
                    places[victim].awaitLine("started");
                    Thread.sleep(random.nextInt(50));
                    places[victim].kill();
                    consumerKills += victim < SIDES ? 0 : 1;
                    producerKills += victim < SIDES ? 1 : 0;
                }
            }
            Thread.sleep(1_000); // the living go on without the dead
            queue.shutdown();
            for (TestJvm place : places) {
                if (place.isAlive()) {
                    place.awaitSuccess();
                }
            }
            drain(queue, ledgers);
            LedgerChecker.Report report = LedgerChecker.check(Ledger.readAll(ledgers));
            String result = "kills: consumers=" + consumerKills + " producers=" + producerKills + ", " + report;
            System.out.println("  " + result);
            assertThat(report.isCleanWithLossesUpTo((long) consumerKills * DRAIN))
                    .as(result)
                    .isTrue();
            assertThat(report.out()).as(result).isGreaterThanOrEqualTo(LEAST_TAKEN - (long) consumerKills * DRAIN);
            QueueStats stats = queue.stats();
            assertThat(stats.size()).isZero();
            assertThat(stats.put()).isEqualTo(stats.taken());
        }
    }

    private static void drain(SharedQueue<byte[]> queue, Path ledgers) throws IOException {
        List<byte[]> rest = new ArrayList<>();
        queue.drainTo(rest);
        try (Ledger ledger = Ledger.create(ledgers, "rest")) {
            for (byte[] bytes : rest) {
                CrashElement element = CrashElement.decode(bytes);
                ledger.write(Ledger.Kind.GOT, element.producer(), element.sequence());
            }
        }
    }

    @Test
    void shouldPassHalfWrittenRecordOfDeadProducer() throws Exception {
        try (SharedQueue<byte[]> queue = create(64 << 10)) {
            queue.put(new byte[] {1});
            for (int i = 2; i < 12; i++) {
                TestJvm child = child("hold");
                child.awaitLine("holds");
                assertThat(queue.qsize()).isEqualTo(1);
                child.kill();
                long start = System.nanoTime();
                queue.put(new byte[] {(byte) i});
                System.out.printf("put after a death within the mutex: %.1f ms%n", (System.nanoTime() - start) / 1e6);
                assertThat(queue.qsize()).isEqualTo(2);
                assertThat(queue.get()).containsExactly(i - 1);
            }
            assertThat(queue.stats().put()).isEqualTo(11);
        }
    }

    @Test
    void shouldWaitForStoppedProducerWhileConsumersGoOn() throws Exception {
        try (SharedQueue<byte[]> queue = create(64 << 10)) {
            queue.putAll(List.of(new byte[] {1}, new byte[] {2}));
            TestJvm child = child("hold");
            child.awaitLine("holds");
            child.stop();
            assertThat(queue.get()).containsExactly(1);
            assertThat(queue.qsize()).isEqualTo(1);
            for (int i = 0; i < 5; i++) {
                long start = System.nanoTime();
                assertThat(queue.put(new byte[] {3}, SHORT)).isFalse();
                assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SHORT.toNanos());
            }
            assertThat(queue.get()).containsExactly(2);
            assertThat(queue.getNow()).isNull();
            child.cont();
            child.send("");
            child.awaitLine("let go");
            queue.put(new byte[] {4});
            assertThat(queue.get()).containsExactly(4);
            assertThat(queue.stats().put()).isEqualTo(3);
        }
    }

    // ---- many -------------------------------------------------------------------------------------------------------

    @Test
    void shouldServeFiftyProcesses() throws Exception {
        int each = 500;
        Path ledgers = Files.createDirectory(directory.resolve("ledgers"));
        try (SharedQueue<byte[]> queue = create(32 << 10)) {
            List<TestJvm> producers = new ArrayList<>();
            List<TestJvm> consumers = new ArrayList<>();
            for (int i = 0; i < 25; i++) {
                consumers.add(child("get", ledgers, 100 + i));
                producers.add(child("put", ledgers, i, each));
            }
            producers.forEach(TestJvm::awaitSuccess);
            queue.shutdown();
            consumers.forEach(TestJvm::awaitSuccess);
            LedgerChecker.Report report = LedgerChecker.check(Ledger.readAll(ledgers));
            assertThat(report.isCleanWithLossesUpTo(0)).as(report.toString()).isTrue();
            assertThat(report.put()).isEqualTo(report.begun()).isGreaterThanOrEqualTo(25L * each);
        }
    }

    // ---- storage ----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "put",
                "putAll",
                "get",
                "both",
                "wait",
                "join",
                "qsize",
                "empty",
                "full",
                "stats",
                "peek",
                "iterate",
                "drain",
                "isShutdown",
                "shutdown",
                "taskDone"
            })
    void shouldLiveWhenFileIsCutShort(String how) throws Exception {
        SharedQueue<byte[]> queue = create(1 << 20);
        queue.put(new byte[10]);
        TestJvm child = child("touch", how);
        child.awaitLine("started");
        Thread.sleep(300);
        try (RandomAccessFile file =
                new RandomAccessFile(new RingFiles(place()).control().toFile(), "rw")) {
            file.setLength(0);
        }
        assertThat(child.awaitLine("failed with ")).isEqualTo("failed with QueueStorageException");
        child.awaitLine("closed");
        child.awaitLine("lives");
        child.awaitSuccess();
        assertThatThrownBy(() -> {
                    while (true) {
                        queue.offer(new byte[10]);
                    }
                })
                .isInstanceOf(QueueStorageException.class);
        queue.delete();
        assertThat(place()).doesNotExist();
    }

    @Test
    void shouldRefuseElementAndStayUsableWhenFileSystemIsFull() throws Exception {
        Path small = Files.createDirectory(directory.resolve("small"));
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "ipcq-test", small.toString()))
                .as("may mount a file system")
                .isTrue();
        try (SharedQueue<byte[]> queue =
                SharedQueue.builder(byte[].class).capacityBytes(16 << 20).create(small.resolve("ring"))) {
            List<byte[]> expected = new ArrayList<>();
            QueueStorageException full = null;
            for (int i = 0; full == null; i++) {
                byte[] element = CrashElement.encode(1, i, 9_000);
                try {
                    queue.put(element);
                    expected.add(element);
                } catch (QueueStorageException e) {
                    full = e;
                }
            }
            assertThat(full).hasMessageContaining("No space left").hasMessageContaining("not put");
            assertThat(expected).hasSizeGreaterThan(50);
            assertThat(queue.qsize()).isEqualTo(expected.size());
            for (byte[] element : expected) {
                assertThat(queue.get()).isEqualTo(element);
            }
            queue.put(CrashElement.encode(1, 0, 10));
            assertThat(queue.get()).isEqualTo(CrashElement.encode(1, 0, 10));
        } finally {
            run("umount", "-l", small.toString());
        }
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
