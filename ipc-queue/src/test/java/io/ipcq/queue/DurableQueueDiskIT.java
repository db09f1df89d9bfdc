// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Much goes through a queue, and the space that it takes stays within three segments, and one for each process that
 * gets no turn on the processor: it still has mapped what it saw last.
 *
 * <p>What is measured is what the file system has given away, which includes files that were removed and that some
 * process still has mapped; that needs a file system of its own, and so the right to mount one. Without it, only the
 * files that have a name are counted. {@code -Dipcq.disk.elements=n} and {@code -Dipcq.disk.segment=bytes} set the
 * size; {@code -Psoak} sends ten million.
 */
@Tag("once")
class DurableQueueDiskIT {

    private static final long ELEMENTS = Long.getLong("ipcq.disk.elements", 1_000_000);
    private static final long SEGMENT_BYTES = Long.getLong("ipcq.disk.segment", 4L << 20);
    private static final int SEGMENTS = 3;
    private static final int PRODUCERS = 2;
    private static final int CONSUMERS = 2;
    private static final long MAX_SIZE = 10_000;
    /** What each segment is given beyond its limit. */
    private static final long MARGIN_BYTES = (1L << 20) + (192 << 10);
    /** The control file and Chronicle's table. */
    private static final long EXTRA_BYTES = 1L << 20;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    @TempDir
    Path directory;

    private boolean mounted;
    private int mostSegments;
    private long mostBytes;

    @BeforeEach
    void mount() throws Exception {
        mounted = run("mount", "-t", "tmpfs", "-o", "size=2g,mode=700", "ipcq-test", directory.toString());
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            run("umount", "-l", directory.toString());
        }
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    @Timeout(1200)
    void shouldStayWithinThreeSegments() throws Exception {
        Path place = directory.resolve("queue");
        List<TestJvm> producers = new ArrayList<>();
        List<TestJvm> consumers = new ArrayList<>();
        try (DurableQueue<byte[]> queue = DurableQueue.builder(byte[].class)
                .segmentBytes(SEGMENT_BYTES)
                .maxElementBytes(1 << 20)
                .maxSize(MAX_SIZE)
                .create(place)) {
            long start = System.nanoTime();
            for (int i = 0; i < CONSUMERS; i++) {
                consumers.add(TestJvm.start(DiskWorker.class, place.toString(), "take"));
            }
            for (int i = 0; i < PRODUCERS; i++) {
                producers.add(
                        TestJvm.start(DiskWorker.class, place.toString(), "put", "" + i, "" + ELEMENTS / PRODUCERS));
            }
            watch(queue, producers);
            queue.shutdown();
            watch(queue, consumers);
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf(
                    "disk: %d elements of %d bytes in %.1f s (%.0f/s), segments of %d bytes: most files=%d, most bytes=%d"
                            + " (%.2f segments, %s)%n",
                    ELEMENTS,
                    DiskWorker.ELEMENT_BYTES,
                    seconds,
                    ELEMENTS / seconds,
                    SEGMENT_BYTES,
                    mostSegments,
                    mostBytes,
                    (double) mostBytes / SEGMENT_BYTES,
                    mounted ? "with removed files that are still mapped" : "named files only");
            assertThat(queue.stats().taken()).isEqualTo(ELEMENTS / PRODUCERS * PRODUCERS);
        } finally {
            producers.forEach(TestJvm::close);
            consumers.forEach(TestJvm::close);
        }
        checkSums(consumers);
        assertThat(mostSegments).isBetween(1, SEGMENTS);
        long mapped = SEGMENTS + PRODUCERS + CONSUMERS;
        assertThat(mostBytes).isBetween(1L, mapped * (SEGMENT_BYTES + MARGIN_BYTES) + EXTRA_BYTES);
    }

    private void watch(DurableQueue<byte[]> queue, List<TestJvm> processes) throws Exception {
        long progress = -1;
        long progressNanos = System.nanoTime();
        while (processes.stream().anyMatch(TestJvm::isAlive)) {
            Thread.sleep(2);
            sample(queue.directory().resolve("journal"));
            QueueStats stats = queue.stats();
            if (stats.put() + stats.taken() != progress) {
                progress = stats.put() + stats.taken();
                progressNanos = System.nanoTime();
            }
            assertThat(System.nanoTime() - progressNanos)
                    .as("no progress: %s", stats)
                    .isLessThan(PATIENCE_NANOS);
        }
        processes.forEach(TestJvm::awaitSuccess);
    }

    private void sample(Path journal) throws IOException {
        try (Stream<Path> files = Files.list(journal)) {
            int segments = (int) files.filter(file -> file.toString().endsWith(SegmentName.SUFFIX))
                    .count();
            mostSegments = Math.max(mostSegments, segments);
            mostBytes = Math.max(mostBytes, mounted ? usedBytes() : segments * SEGMENT_BYTES);
        }
    }

    private long usedBytes() throws IOException {
        var store = Files.getFileStore(directory);
        return store.getTotalSpace() - store.getUnallocatedSpace();
    }

    private static void checkSums(List<TestJvm> consumers) {
        long[] count = new long[PRODUCERS];
        long[] sum = new long[PRODUCERS];
        for (TestJvm consumer : consumers) {
            for (String line : consumer.output().split("\n")) {
                if (line.startsWith("took ")) {
                    String[] words = line.split(" ");
                    count[Integer.parseInt(words[1])] += Long.parseLong(words[2]);
                    sum[Integer.parseInt(words[1])] += Long.parseLong(words[3]);
                }
            }
        }
        long each = ELEMENTS / PRODUCERS;
        for (int i = 0; i < PRODUCERS; i++) {
            assertThat(count[i]).isEqualTo(each);
            assertThat(sum[i]).isEqualTo(each * (each - 1) / 2);
        }
    }
}
