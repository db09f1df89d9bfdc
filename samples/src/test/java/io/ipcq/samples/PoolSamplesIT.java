// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class PoolSamplesIT {

    @Test
    void shouldRunTenTasksOnThreeWorkers() throws Exception {
        List<String> story = SampleProgram.run(Sample07Pool.class);

        assertThat(story).hasSize(25).startsWith("----start----");
        assertThat(story.subList(1, 21)).allMatch(line -> line.startsWith("[pool-1-worker-"));
        for (int i = 0; i < 10; i++) {
            Pattern begins = Pattern.compile("\\[pool-1-worker-[123]] " + i + " begins, its process is \\d+");
            Pattern done = Pattern.compile("\\[pool-1-worker-[123]] " + i + " is done, it took \\d+[.,]\\d\\d s");
            assertThat(story).anyMatch(begins.asMatchPredicate()).anyMatch(done.asMatchPredicate());
        }
        assertThat(story.subList(21, 25))
                .containsExactly(
                        "-----end-----", "the answer to 0 is 0", "the answer to 1 is 1", "the answer to 2 is 4");
    }

    @Test
    void shouldDeliverEverythingAlthoughWorkerIsKilled() throws Exception {
        assertThat(SampleProgram.run(Sample08CrashProofPool.class))
                .containsExactly(
                        "A worker is at work on parcel 0 and is killed.",
                        "All 10 parcels were delivered.",
                        "Workers that crashed: 1");
    }

    @Test
    void shouldMapLazilyWithProgressBar() throws Exception {
        String story = String.join("\n", SampleProgram.run(Sample09LazyMap.class, "50000"));

        assertThat(story).contains("sum of the squares of the last digits of 50000 numbers: 1425000");
        assertThat(story).contains("numbers").contains("100%");
    }

    @Test
    void shouldServeMetrics() throws Exception {
        assertThat(SampleProgram.run(Sample17Metrics.class))
                .containsExactly(
                        "ipcq_pool_tasks_total{pool=\"squares\",result=\"succeeded\"} 3.0",
                        "ipcq_queue_depth_elements{queue=\"numbers\"} 1.0",
                        "ipcq_queue_put_elements_total{queue=\"numbers\"} 3.0",
                        "ipcq_queue_taken_elements_total{queue=\"numbers\"} 2.0");
    }
}
