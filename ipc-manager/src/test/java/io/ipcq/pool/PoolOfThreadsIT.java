// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.process.Threads;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;

/** What pools do, of pools whose workers are threads of this JVM. */
@ExtendWith(Threads.class)
class PoolOfThreadsIT extends ProcessPoolIT {

    private static final String PIDS = "it tells workers apart by their pids";
    private static final String SPINS = "the thread would spin for good: see below";
    private static final Map<String, String> SENSELESS = Map.of(
            "shouldApplyFunctionsOfUpToThreeArguments", PIDS,
            "shouldReplaceWorkerAfterItsTasks", PIDS,
            "shouldWorkThroughBacklogWithOneTaskPerWorker", "it tells workers apart by a static field",
            "shouldReportExhaustedStackAndMemory", "it would exhaust the heap of this JVM",
            "shouldNotBeKeptByThreadsThatTaskLeft", "the threads would be left for good",
            "shouldGrowAndShrink", "it counts pids",
            "shouldKillOneWorkerWhenCancelledTaskDoesNotEnd", SPINS,
            "shouldEndTaskThatTakesTooLong", SPINS,
            "shouldFailOneTaskWhenItsResultOrExceptionCannotTravel", "one of its results is unreadable by its pid",
            "shouldSurviveNoise", "it writes beside System.out, into that of this JVM");

    private static final AtomicInteger BEGUN = new AtomicInteger();
    private static volatile CountDownLatch release = new CountDownLatch(1);

    @BeforeEach
    void leaveOut(TestInfo test) {
        Threads.leaveOut(test, SENSELESS);
    }

    @AfterAll
    static void leftOutWhatExists() {
        Threads.verify(ProcessPoolIT.class, SENSELESS);
    }

    @Test
    void shouldShareThisJvm() throws Exception {
        try (ProcessPool two = ProcessPool.create(2)) {
            assertThat(two.apply(Chores::pid)).isEqualTo(ProcessHandle.current().pid());
            int before = BEGUN.get();
            two.map(ignored -> BEGUN.incrementAndGet(), List.of(1, 2, 3));
            assertThat(BEGUN.get() - before).isEqualTo(3);
        }
    }

    @Test
    void shouldReplaceWorkerThatHeedsNoInterrupt() throws Exception {
        release = new CountDownLatch(1);
        try (ProcessPool one = ProcessPool.builder()
                .workers(1)
                .taskTimeout(Duration.ofSeconds(1))
                .killAfter(Duration.ofMillis(100))
                .create()) {
            CompletableFuture<Integer> stubborn = one.applyAsync(PoolOfThreadsIT::heedNothing);

            assertThatThrownBy(stubborn::get).hasCauseInstanceOf(TaskTimeoutException.class);
            assertThat(squareInTime(one, 3)).isEqualTo(9);
            assertThat(one.stats().started()).isGreaterThanOrEqualTo(2);
        } finally {
            release.countDown();
        }
    }

    static int heedNothing() {
        while (release.getCount() > 0) {
            Thread.onSpinWait();
        }
        return 1;
    }

    @Test
    void shouldReplaceWorkerAfterItsTasksToo() throws Exception {
        try (ProcessPool one = ProcessPool.builder()
                .workers(1)
                .maxTasksPerWorker(2)
                .chunkSize(1)
                .create()) {
            List<Long> threads = one.map(ignored -> Thread.currentThread().getId(), List.of(1, 2, 3, 4));
            assertThat(threads.get(0)).isEqualTo(threads.get(1)).isNotEqualTo(threads.get(2));
            assertThat(threads.get(2)).isEqualTo(threads.get(3));
        }
    }
}
