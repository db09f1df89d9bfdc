// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.observe.Stall;
import io.ipcq.observe.Stall.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What can be told from a view alone; with processes that are stopped it is in {@code PoolCommandIT} of ipc-cli. */
class PoolRulesTest {

    private static final long PID = ProcessHandle.current().pid();

    private static final Instant NOW = Instant.now();

    private static List<Stall> stalls(long task, Duration age, Duration usual) {
        return stalls(List.of(worker(task, age, usual)), List.of());
    }

    private static PoolView.Worker worker(long task, Duration age, Duration usual) {
        return new PoolView.Worker(
                "resize-worker-1",
                PID,
                PoolView.Worker.State.BUSY,
                NOW,
                5,
                0,
                task,
                "Image.resize",
                NOW.minus(age),
                usual);
    }

    private static List<Stall> stalls(List<PoolView.Worker> workers, List<PoolView.Crash> crashes) {
        PoolView view = new PoolView(
                PID, "resize", NOW, NOW, false, new PoolStats(1, 1, 1, 0, 1, 0, 0, 0, 0, 1), workers, crashes);
        return new PoolRules(PoolRules.PATIENCE).of(view);
    }

    /** Crashes that ended so many seconds ago, all with the same exit code. */
    private static List<Stall> crashes(int exitCode, long... secondsAgo) {
        return stalls(
                List.of(),
                Arrays.stream(secondsAgo)
                        .mapToObj(ago -> new PoolView.Crash(Instant.now().minusSeconds(ago), exitCode))
                        .toList());
    }

    @Test
    void shouldCallTaskStuckThatTakesMuchLongerThanUsual() {
        assertThat(stalls(7, Duration.ofMinutes(9), Duration.ofSeconds(2)))
                .singleElement()
                .satisfies(stall -> {
                    assertThat(stall.kind()).isEqualTo(Kind.WORKER_STUCK);
                    assertThat(stall.sentence())
                            .contains(
                                    "worker resize-worker-1 (pid " + PID
                                            + ") runs Image.resize for 9 min, usual are 2 s",
                                    "ipcq pool dump " + PID);
                });
    }

    @Test
    void shouldRaiseNoAlarmWhileWorkIsDone() {
        assertThat(stalls(7, Duration.ofSeconds(50), Duration.ofMillis(1))).isEmpty();
        assertThat(stalls(7, Duration.ofMinutes(9), Duration.ofMinutes(1))).isEmpty();
        assertThat(stalls(0, Duration.ofDays(1), Duration.ofMillis(1))).isEmpty();
    }

    /** Such tasks may all be long, and nobody knows that before the first one has ended. */
    @Test
    void shouldBePatientWhereNoTaskHasEnded() {
        assertThat(stalls(7, Duration.ofMinutes(9), Duration.ZERO)).isEmpty();
        assertThat(stalls(7, Duration.ofMinutes(11), Duration.ZERO))
                .singleElement()
                .satisfies(stall ->
                        assertThat(stall.sentence()).contains("Image.resize for 11 min, and none of these tasks has"));
    }

    /** A pool may have quick tasks, and now and then one that takes long and calls something else. */
    @Test
    void shouldKnowFromTheSameFunctionWhatIsUsual() {
        UsualTimes usual = new UsualTimes();
        usual.note("Shop.report", 90);
        for (int i = 0; i < 100_000; i++) {
            usual.note("Shop.order", 2);
        }
        assertThat(usual.nanos("Shop.report")).isEqualTo(90);
        assertThat(usual.nanos("Shop.order")).isEqualTo(2);
        assertThat(usual.nanos("Shop.other")).isZero();
    }

    @Test
    void shouldRememberTheLongestOfAboutAHundred() {
        UsualTimes usual = new UsualTimes();
        usual.note("Shop.report", 1_000_000);
        for (int i = 0; i < 100; i++) {
            usual.note("Shop.report", 1_000);
        }
        assertThat(usual.nanos("Shop.report")).isBetween(300_000L, 600_000L);
        for (int i = 0; i < 1_000; i++) {
            usual.note("Shop.report", 1_000);
        }
        assertThat(usual.nanos("Shop.report")).isEqualTo(1_000);
        for (int i = 0; i < 1_000; i++) {
            usual.note("Shop.other" + i, 5);
        }
        assertThat(usual.nanos("Shop.report"))
                .as("no more than some are remembered")
                .isZero();
    }

    @Test
    void shouldSayThatWorkersCrashAgainAndAgain() {
        assertThat(crashes(-9, 42, 30, 20, 10, 2)).singleElement().satisfies(stall -> {
            assertThat(stall.kind()).isEqualTo(Kind.WORKERS_CRASHING);
            assertThat(stall.sentence())
                    .startsWith("5 workers of pool resize crashed in 40 s, the last one 2 s ago with exit code 137,");
        });
        assertThat(crashes(7, 9, 8, 7, 6, 5, 4))
                .singleElement()
                .satisfies(stall -> assertThat(stall.sentence())
                        .startsWith(
                                "6 workers of pool resize crashed in 5 s, the last one 4 s ago with exit code 7. "));
    }

    @Test
    void shouldRaiseNoAlarmForFewOrOldCrashes() {
        assertThat(crashes(-9)).isEmpty();
        assertThat(crashes(-9, 4, 3, 2, 1)).isEmpty();
        assertThat(crashes(-9, 3_000, 200, 190, 180, 120, 100, 90, 80, 70)).isEmpty();
        assertThat(crashes(-9, 300, 200, 100, 50, 40, 30, 20)).isEmpty();
    }
}
