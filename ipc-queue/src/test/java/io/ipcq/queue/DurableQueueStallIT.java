// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.Patience;
import io.ipcq.TestJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A producer that dies or is stopped within an append: how long that stalls the others, and what they can do meanwhile.
 * The stall is measured and printed; {@code -Dipcq.stall.kills=n} sets how often.
 */
@Tag("once")
class DurableQueueStallIT {

    private static final int KILLS = Integer.getInteger("ipcq.stall.kills", 5);
    private static final String WITHIN_APPEND = "io.ipcq.queue.ChronicleJournal/write/INVOKE/writeBytes";
    private static final Duration SHORT = Duration.ofMillis(300);
    /** Longer than any time limit that Chronicle or the mutex knows. */
    private static final long LONG_STOP_NANOS = TimeUnit.SECONDS.toNanos(3);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    @Test
    void shouldGoOnWhenProducerDiesWithinAppend() throws Exception {
        double[] stalls = new double[KILLS];
        for (int i = 0; i < KILLS; i++) {
            stalls[i] = killWithinAppend(Files.createDirectory(directory.resolve("kill-" + i)));
        }
        Arrays.sort(stalls);
        System.out.printf(
                "stall of a waiting producer after a kill within an append: kills=%d p50=%.1f ms max=%.1f ms%n",
                KILLS, stalls[KILLS / 2], stalls[KILLS - 1]);
    }

    /** From the signal to the return of a {@code put} that was waiting, in milliseconds. */
    private double killWithinAppend(Path place) throws Exception {
        try (JournalKillScene scene = new JournalKillScene(place, JournalKillOperation.PUT);
                TestJvm child = scene.startHeldAt(WITHIN_APPEND)) {
            child.awaitLine("held at ");
            assertThat(scene.queue().put(CrashElement.encode(9, 0, 0), SHORT)).isFalse();
            CompletableFuture<Long> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    scene.put(1, 100);
                    return System.nanoTime();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            Thread.sleep(20); // it naps by now, which is when a death takes the longest to notice
            long start = System.nanoTime();
            child.kill();
            double millis = (waiting.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS) - start) / 1e6;
            scene.verify();
            return millis;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "PUT,io.ipcq.queue.ChronicleJournal/write/INVOKE/writeBytes",
        "PUT,net.openhft.chronicle.queue.impl.single.StoreAppender/writeHeader/EXIT",
        "PUT,net.openhft.chronicle.wire.AbstractWire/updateHeader/EXIT",
        "FIRST_PUT,net.openhft.chronicle.queue.impl.single.SingleChronicleQueueStore/initIndex/ENTRY",
        "PUT_OVER_SEGMENTS,net.openhft.chronicle.queue.impl.single.SingleChronicleQueueStore/writeEOF/EXIT"
    })
    void shouldWaitForStoppedProducerAndCorruptNothing(JournalKillOperation operation, String rule) throws Exception {
        try (JournalKillScene scene = new JournalKillScene(directory, operation);
                TestJvm child = scene.startHeldAt(rule)) {
            child.awaitLine("held at ");
            child.stop();
            long start = System.nanoTime();
            while (scene.queue().qsize() > 0) {
                scene.receiveAndAck();
            }
            do {
                long before = System.nanoTime();
                assertThat(scene.queue().put(CrashElement.encode(9, 0, 0), SHORT))
                        .isFalse();
                assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(SHORT.toNanos());
            } while (System.nanoTime() - start < LONG_STOP_NANOS);
            child.cont();
            child.send("");
            child.awaitLine("hits ");
            child.awaitSuccess();
            System.out.println(operation + " stopped at " + rule + ": " + scene.verify());
        }
    }
}
