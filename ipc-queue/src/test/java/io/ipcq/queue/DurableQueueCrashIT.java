// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills consumers and producers at random while 4 of each use one queue, with random options, and compares the ledgers.
 *
 * <p>The seed is printed; {@code -Dipcq.seed=n} runs that one again (the options and the moments are the same, the
 * processes' interleaving is not). {@code -Dipcq.crash.elements=n} sets how many elements go through in each test,
 * {@code -Dipcq.crash.kills=n} how many processes die in it at most. {@code -Psoak} sends a million through and kills
 * to the end: {@code mvn verify -Psoak -pl ipc-queue -Dit.test=DurableQueueCrashIT}.
 */
@Tag("once")
class DurableQueueCrashIT {

    private static final int ELEMENTS = Integer.getInteger("ipcq.crash.elements", 20_000);
    private static final int PROCESSES = 4;
    private static final long SEED = Long.getLong("ipcq.seed", System.nanoTime());

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    @Test
    void shouldLoseNothingWhenConsumersThatReceiveDie() throws Exception {
        LedgerChecker.Report report = run(CrashOptions.random(SEED, true, false, ELEMENTS, PROCESSES));
        assertThat(report.put()).isEqualTo(report.begun());
    }

    @Test
    void shouldLoseOneElementPerKillAtMostWhenConsumersThatGetDie() throws Exception {
        run(CrashOptions.random(SEED + 1, false, false, ELEMENTS, PROCESSES));
    }

    @Test
    void shouldLoseNothingWhenProducersDieToo() throws Exception {
        run(CrashOptions.random(SEED + 2, true, true, ELEMENTS, PROCESSES));
    }

    @Test
    void shouldKeepOrderOfEachProducerAtSingleConsumer() throws Exception {
        run(CrashOptions.random(SEED + 3, true, true, ELEMENTS / 2, PROCESSES).withSingleConsumer());
    }

    private LedgerChecker.Report run(CrashOptions options) throws Exception {
        try (CrashRound round = new CrashRound(directory, options)) {
            return round.run();
        }
    }
}
