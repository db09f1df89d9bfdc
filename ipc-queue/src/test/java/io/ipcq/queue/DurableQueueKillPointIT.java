// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills a process at the n-th store or step of each operation, for every n until the operation ends, and looks whether
 * the others go on at once, with nothing lost and all counts exact; see {@link KillPoints} for the sizes.
 */
@Tag("once")
class DurableQueueKillPointIT {

    private static final Set<String> RULES_HIT = new ConcurrentSkipListSet<>();
    private static final Set<JournalKillOperation> RUN = new ConcurrentSkipListSet<>();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    @ParameterizedTest
    @EnumSource
    @Timeout(1200)
    void shouldGoOnWhenProcessDiesIn(JournalKillOperation operation) throws Exception {
        RULES_HIT.addAll(
                new KillPoints(directory, operation.name(), place -> new JournalKillScene(place, operation)).run());
        RUN.add(operation);
    }

    /** A rule whose method was renamed does nothing, and nobody would notice. */
    @AfterAll
    static void shouldHaveHitEveryRule() {
        if (RUN.size() == JournalKillOperation.values().length) {
            assertThat(RULES_HIT).containsAll(KillSwitch.rulesOf(KillSwitch.JOURNAL));
        }
    }
}
