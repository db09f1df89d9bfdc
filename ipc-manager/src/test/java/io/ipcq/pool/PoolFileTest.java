// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.memory.MappedRegion;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoolFileTest {

    private static final int ROWS = 4;
    private static final int DAMAGES = 5_000;

    @TempDir
    Path directory;

    private static PoolView.Worker worker(int number) {
        return new PoolView.Worker(
                "letters-worker-" + number,
                4711 + number,
                PoolView.Worker.State.BUSY,
                Instant.ofEpochMilli(5),
                6,
                7,
                8 + number,
                "Letters.write",
                Instant.ofEpochMilli(9),
                Duration.ofNanos(10));
    }

    private static PoolView view(String name, int workers) {
        return new PoolView(
                1,
                name,
                Instant.ofEpochMilli(2),
                Instant.ofEpochMilli(3),
                true,
                new PoolStats(workers, 2, 3, 4, 5, 6, 7, 8, 9, 10),
                IntStream.range(0, workers).mapToObj(PoolFileTest::worker).toList(),
                crashes(workers));
    }

    private static List<PoolView.Crash> crashes(int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> new PoolView.Crash(Instant.ofEpochMilli(number), -number))
                .toList();
    }

    private MappedRegion region(PoolView view) throws Exception {
        return MappedRegion.create(
                directory.resolve("file"),
                PoolLayout.FORMAT,
                PoolLayout.bytes(ROWS),
                region -> PoolFile.write(region, view));
    }

    @Test
    void shouldReadWhatWasWritten() throws Exception {
        PoolView first = view("Grüße, 你好", ROWS);
        MappedRegion region = region(first);
        assertThat(PoolFile.read(1, region)).isEqualTo(first);
        PoolView second = view("", 0);
        PoolFile.write(region, second);
        assertThat(PoolFile.read(1, region)).isEqualTo(second);
    }

    @Test
    void shouldCutWhatHasNoRoom() throws Exception {
        PoolView read = PoolFile.read(1, region(view("x".repeat(10_000), ROWS + 3)));
        assertThat(read.name()).isEqualTo("x".repeat(PoolLayout.LONGEST_NAME));
        assertThat(read.workers()).hasSize(ROWS);
        assertThat(read.stats().workers()).isEqualTo(ROWS + 3);
    }

    @Test
    void shouldRememberTheLastCrashes() throws Exception {
        LastCrashes last = new LastCrashes();
        assertThat(last.list()).isEmpty();
        for (PoolView.Crash crash : crashes(PoolLayout.MOST_CRASHES + 3)) {
            last.add(crash.at().toEpochMilli(), crash.exitCode());
        }
        List<PoolView.Crash> expected = crashes(PoolLayout.MOST_CRASHES + 3).subList(3, PoolLayout.MOST_CRASHES + 3);
        assertThat(last.list()).isEqualTo(expected);
        PoolView view = view("letters", 1);
        PoolView full = new PoolView(
                1, "letters", view.started(), view.seen(), true, view.stats(), view.workers(), last.list());
        assertThat(PoolFile.read(1, region(full)).crashes()).isEqualTo(expected);
    }

    @Test
    void shouldReadWhatOneLeftWhoDiedWhileHeWrote() throws Exception {
        MappedRegion region = region(view("letters", 1));
        region.putLong(PoolLayout.SEQUENCE, region.getLong(PoolLayout.SEQUENCE) | 1);
        assertThat(PoolFile.read(1, region)).isEqualTo(view("letters", 1));
        PoolFile.write(region, view("again", 1));
        assertThat(region.getLong(PoolLayout.SEQUENCE) % 2).isZero();
    }

    @Test
    void shouldReadAnythingWithoutFailing() throws Exception {
        MappedRegion region = region(view("letters", 2));
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Integer> places = List.of(
                PoolLayout.ROW_COUNT,
                PoolLayout.CRASH_COUNT,
                PoolLayout.LAST_CRASHES,
                PoolLayout.NAME_BYTES,
                PoolLayout.SEEN,
                PoolLayout.ROWS + PoolLayout.STATE,
                PoolLayout.ROWS + PoolLayout.FUNCTION_BYTES,
                PoolLayout.ROWS + PoolLayout.WORKER_NAME_BYTES,
                PoolLayout.ROWS + PoolLayout.SINCE,
                PoolLayout.ROWS + PoolLayout.USUAL_NANOS);
        for (int i = 0; i < DAMAGES; i++) {
            region.putInt(places.get(random.nextInt(places.size())), random.nextInt());
            assertThat(PoolFile.read(1, region).workers()).as("seed=%d", seed).hasSizeLessThanOrEqualTo(ROWS);
        }
    }
}
