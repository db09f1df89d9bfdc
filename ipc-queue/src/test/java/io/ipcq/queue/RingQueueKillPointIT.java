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
 * Kills a process at the n-th store or step of each operation on a ring, and looks whether the others go on at once,
 * with nothing lost, all counts exact, and all space still there; see {@link KillPoints} for the sizes.
 */
@Tag("once")
class RingQueueKillPointIT {

    private static final Set<String> RULES_HIT = new ConcurrentSkipListSet<>();
    private static final Set<RingKillOperation> RUN = new ConcurrentSkipListSet<>();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    @ParameterizedTest
    @EnumSource
    @Timeout(1200)
    void shouldGoOnWhenProcessDiesIn(RingKillOperation operation) throws Exception {
        KillPoints points = new KillPoints(directory, operation.name(), place -> new RingKillScene(place, operation));
        RULES_HIT.addAll(points.run());
        RUN.add(operation);
    }

    /** A rule whose method was renamed does nothing, and nobody would notice. */
    @AfterAll
    static void shouldHaveHitEveryRule() {
        if (RUN.size() == RingKillOperation.values().length) {
            assertThat(RULES_HIT).containsAll(KillSwitch.rulesOf(KillSwitch.RING));
        }
    }
}
