// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class AdmissionTest {

    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(60);

    private volatile boolean full = true;

    /** The time at which a newcomer was let in; it waits when this returns. */
    private FutureTask<Long> newcomer(Admission admission) {
        FutureTask<Long> let = new FutureTask<>(() -> {
            admission.await();
            return System.nanoTime();
        });
        Thread thread = new Thread(let, "newcomer");
        thread.setDaemon(true);
        thread.start();
        await().atMost(LONG).until(() -> let.isDone() || thread.getState() == Thread.State.TIMED_WAITING);
        return let;
    }

    @Test
    void shouldKeepNobodyWaitingWhereThereIsRoom() throws Exception {
        full = false;
        new Admission(() -> full, NEVER).await();
    }

    @Test
    void shouldLetNewcomerInWhenOneIsCleared() throws Exception {
        Admission admission = new Admission(() -> full, NEVER);
        FutureTask<Long> let = newcomer(admission);
        admission.cleared();
        assertThat(let.isDone()).as("there is no room yet").isFalse();
        full = false;
        admission.cleared();
        let.get();
    }

    @Test
    void shouldWaitForNoneThatIsNeverCleared() throws Exception {
        new Admission(() -> full, SHORT).await();
        assertThat(full).isTrue();
    }

    @Test
    void shouldWaitOnWhileOthersAreCleared() throws Exception {
        Duration patience = Duration.ofMillis(300);
        // one that had gone before, or was measured late, shows nothing: then with more patience
        while (waitedAfterClearing(patience) < patience.toNanos()) {
            patience = patience.multipliedBy(2);
            assertThat(patience).as("none waited as long as this anew").isLessThan(Duration.ofSeconds(30));
        }
    }

    private long waitedAfterClearing(Duration patience) throws Exception {
        Admission admission = new Admission(() -> full, patience);
        FutureTask<Long> let = newcomer(admission);
        long cleared = System.nanoTime();
        admission.cleared();
        return let.get() - cleared;
    }
}
