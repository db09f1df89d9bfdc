// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.observe.Stall;
import io.ipcq.observe.Stall.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What can be told from a view alone; with processes that are stopped it is in {@code PoolCommandIT} of ipc-cli. */
class PoolRulesTest {

    private static final long PID = ProcessHandle.current().pid();

    private static List<Stall> stalls(long task, Duration age, Duration usual) {
        Instant now = Instant.now();
        PoolView.Worker worker = new PoolView.Worker(
                "resize-worker-1",
                PID,
                PoolView.Worker.State.BUSY,
                now,
                5,
                0,
                task,
                "Image.resize",
                now.minus(age),
                usual);
        PoolView view = new PoolView(
                PID, "resize", now, now, false, new PoolStats(1, 1, 1, 0, 1, 0, 0, 0, 0, 1), List.of(worker));
        return new PoolRules(PoolRules.PATIENCE).of(view);
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
}
