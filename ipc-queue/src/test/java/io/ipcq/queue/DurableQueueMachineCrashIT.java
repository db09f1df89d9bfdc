// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.Patience;
import io.ipcq.TestJvm;
import io.ipcq.codec.CodecException;
import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.RegionFormatException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a crash of the machine leaves: a copy of the files, none quite of the same instant as another, taken while
 * processes put and take. Each copy opens and holds, of every producer, a run of its elements without a gap, and takes
 * new ones; or it is refused in words. With pages missing, too, it never shows anything that was not put.
 *
 * <p>{@code -Dipcq.copies=n} sets how many copies there are of each kind; {@code -Dipcq.seed=n} chooses the moments and
 * the pages.
 */
@Tag("once")
class DurableQueueMachineCrashIT {

    private static final int COPIES = Integer.getInteger("ipcq.copies", 10);
    private static final int OPENINGS = 2 * COPIES;
    private static final long SEED = Long.getLong("ipcq.seed", System.nanoTime());
    private static final int PAGE_BYTES = 4096;
    private static final int NEW_PRODUCER = 1_000_000;
    private static final List<String> JVM = List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx128m");

    /** What is copied first is older than what is copied last. */
    enum Older {
        CONTROL,
        JOURNAL
    }

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private final Random random = new Random(SEED);
    private final List<String> verdicts = new ArrayList<>();

    @ParameterizedTest
    @EnumSource
    @Timeout(600)
    void shouldOpenCopyTakenWhileProcessesPutAndTake(Older older) throws Exception {
        whileProcessesPutAndTake((original, queue) -> {
            for (int i = 0; i < COPIES; i++) {
                Thread.sleep(random.nextInt(100));
                long put = queue.stats().put();
                Path copy = copy(original, directory.resolve("copy-" + i), older);
                verdicts.add(drainAndUse(copy, queue.stats().taken(), put));
                DirectoryHandle.delete(copy);
            }
        });
        System.out.println("copies, older=" + older + ", seed=" + SEED + ": " + verdicts);
        assertThat(verdicts).allMatch(verdict -> verdict.startsWith("intact"));
    }

    @Test
    @Timeout(600)
    void shouldShowNothingWrongWhenPagesAreMissing() throws Exception {
        whileProcessesPutAndTake((original, queue) -> {
            for (int i = 0; i < COPIES; i++) {
                Thread.sleep(random.nextInt(100));
                Path copy = copy(original, directory.resolve("holes-" + i), Older.JOURNAL);
                losePages(copy.resolve("journal"));
                verdicts.add(drainOrRefuse(copy));
                DirectoryHandle.delete(copy);
            }
        });
        System.out.println("copies with pages missing, seed=" + SEED + ": " + verdicts);
        assertThat(verdicts).hasSize(COPIES);
    }

    /** The control file is older than the journal, and knows nothing of some elements that were synced. */
    @Test
    void shouldRepairWhenSeveralOpenAtOnce() throws Exception {
        for (int round = 0; round < OPENINGS; round++) {
            Path queue = directory.resolve("queue-" + round);
            Path control = queue.resolve("control.ipcq");
            Path older = directory.resolve("control-" + round);
            try (DurableQueue<String> before =
                    DurableQueue.builder(String.class).sync(true).create(queue)) {
                before.put("old-0");
                Files.copy(control, older);
                before.put("old-1");
            }
            Files.move(older, control, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(control, PosixFilePermissions.fromString("rw-------"));

            openTogetherAndUse(queue);
        }
    }

    private static void openTogetherAndUse(Path directory) throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(2);
        Callable<DurableQueue<String>> opening = () -> {
            barrier.await();
            return DurableQueue.open(directory, String.class);
        };
        Task<DurableQueue<String>> first = Task.start(opening);
        Task<DurableQueue<String>> second = Task.start(opening);
        try (DurableQueue<String> one = first.await();
                DurableQueue<String> two = second.await()) {
            one.put("new-0");
            two.put("new-1");
            List<Replayed<String>> elements;
            try (Stream<Replayed<String>> all = one.replay(0)) {
                elements = all.toList();
            }
            assertThat(elements).extracting(Replayed::value).containsExactly("old-0", "old-1", "new-0", "new-1");
            assertThat(elements).extracting(Replayed::number).containsExactly(0L, 1L, 2L, 3L);
            for (String expected : List.of("old-0", "old-1", "new-0", "new-1")) {
                assertThat(two.getNow()).isEqualTo(expected);
            }
        }
    }

    @FunctionalInterface
    private interface Action {
        void run(Path original, DurableQueue<byte[]> queue) throws Exception;
    }

    private void whileProcessesPutAndTake(Action action) throws Exception {
        Path original = directory.resolve("original");
        Path ledgers = Files.createDirectory(directory.resolve("ledgers"));
        List<TestJvm> processes = new ArrayList<>();
        try (DurableQueue<byte[]> queue = DurableQueue.builder(byte[].class)
                .segmentBytes(1 << 20)
                .maxElementBytes(1 << 20)
                .maxSize(2_000)
                .create(original)) {
            for (int id = 0; id < 2; id++) {
                processes.add(TestJvm.start(
                        JVM,
                        LedgerProducer.class,
                        original.toString(),
                        ledgers.toString(),
                        "producer-" + id,
                        "" + id,
                        "100000000",
                        "20",
                        "3000"));
            }
            processes.add(TestJvm.start(
                    JVM,
                    LedgerConsumer.class,
                    original.toString(),
                    ledgers.toString(),
                    "consumer",
                    "receive",
                    "1",
                    "1"));
            while (queue.stats().taken() < 100) {
                assertThat(processes).allMatch(TestJvm::isAlive);
                Thread.sleep(10);
            }
            action.run(original, queue);
            assertThat(processes).allMatch(TestJvm::isAlive);
        } catch (Throwable e) {
            StringBuilder outputs = new StringBuilder();
            processes.forEach(process -> outputs.append('\n').append(process.output()));
            throw new AssertionError("seed=" + SEED + " in " + directory + ", verdicts=" + verdicts + outputs, e);
        } finally {
            processes.forEach(TestJvm::close);
        }
    }

    private static Path copy(Path original, Path copy, Older older) throws Exception {
        while (true) {
            run("mkdir", "-m", "700", copy.toString());
            List<String> parts =
                    older == Older.CONTROL ? List.of("control.ipcq", "journal") : List.of("journal", "control.ipcq");
            for (String part : parts) {
                // a file that is removed meanwhile is missing in the copy, as it would be after a crash
                new ProcessBuilder("cp", "-pr", "--sparse=always", original.resolve(part) + "", copy.resolve(part) + "")
                        .start()
                        .waitFor();
            }
            if (hasSegment(copy)) {
                return copy;
            }
            // the only segment was removed, and the next one made, while cp looked: no file system shows that order
            DirectoryHandle.delete(copy);
        }
    }

    private static boolean hasSegment(Path copy) throws IOException {
        try (Stream<Path> files = Files.list(copy.resolve("journal"))) {
            return files.anyMatch(file -> file.toString().endsWith(SegmentName.SUFFIX));
        }
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    /** Zeroes some pages of the segments, as if they had never reached the disk. */
    private void losePages(Path journal) throws IOException {
        try (Stream<Path> files = Files.list(journal)) {
            for (Path file : files.filter(path -> path.toString().endsWith(SegmentName.SUFFIX))
                    .toList()) {
                try (RandomAccessFile segment = new RandomAccessFile(file.toFile(), "rw")) {
                    int pages = 1_200_000 / PAGE_BYTES;
                    for (int i = random.nextInt(4); i >= 0; i--) {
                        segment.seek((long) random.nextInt(pages) * PAGE_BYTES);
                        segment.write(new byte[PAGE_BYTES]);
                    }
                }
            }
        }
    }

    private String drainOrRefuse(Path copy) throws Exception {
        try {
            return drainAndUse(copy, 0, 0);
        } catch (QueueStorageException | CodecException | RegionFormatException e) {
            return e.getClass().getSimpleName() + ": " + e.getMessage();
        }
    }

    /**
     * Takes what there is, which includes the elements of the given numbers: put before and not taken until afterwards.
     */
    private static String drainAndUse(Path copy, long from, long to) throws Exception {
        try (DurableQueue<byte[]> queue = DurableQueue.open(copy, byte[].class)) {
            Set<Long> numbers = drain(queue);
            for (long number = from; number < to; number++) {
                assertThat(numbers).contains(number);
            }
            for (int i = 0; i < 20; i++) {
                assertThat(queue.put(CrashElement.encode(NEW_PRODUCER, i, 100_000), Patience.LIMIT))
                        .isTrue();
            }
            assertThat(drain(queue)).hasSize(20);
            assertThat(queue.stats().leased()).isZero();
            return "intact " + numbers.size() + " (" + Math.max(0, to - from) + " certain)";
        }
    }

    /** Takes all there is; each producer's elements follow each other without a gap. */
    private static Set<Long> drain(DurableQueue<byte[]> queue) throws InterruptedException {
        Map<Integer, Long> last = new HashMap<>();
        Set<Long> numbers = new HashSet<>();
        long deadline = System.nanoTime() + Patience.LIMIT.toNanos();
        while (true) {
            assertThat(System.nanoTime() - deadline)
                    .as("not drained: %s", queue.stats())
                    .isNegative();
            Delivery<byte[]> delivery = queue.receive(Duration.ofMillis(100));
            if (delivery == null && queue.qsize() == 0 && queue.stats().leased() == 0) {
                return numbers;
            }
            if (delivery == null) {
                continue;
            }
            CrashElement element = CrashElement.decode(delivery.value());
            if (delivery.attempts() == 1) {
                Long before = last.put(element.producer(), element.sequence());
                assertThat(before == null || before + 1 == element.sequence())
                        .as("%s after %s", element, before)
                        .isTrue();
            }
            assertThat(delivery.ack()).isTrue();
            numbers.add(delivery.number());
        }
    }
}
