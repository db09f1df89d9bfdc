// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class QueueSamplesIT {

    @Test
    void shouldWriteAndReadEverythingInOrder() throws Exception {
        assertThat(SampleProgram.run(Sample04Pair.class))
                .containsExactly(
                        "Put A to queue...",
                        "Put B to queue...",
                        "Put C to queue...",
                        "Get A from queue.",
                        "Get B from queue.",
                        "Get C from queue.",
                        "",
                        "Everything was written and read.");
    }

    @Test
    void shouldDeliverAgainWhatKilledConsumerHeld() throws Exception {
        assertThat(SampleProgram.run(Sample05Redelivery.class))
                .containsExactly(
                        "Process-1 works on parcel, attempt 1",
                        "Process-1 has ended: exit code -9",
                        "Process-2 works on parcel, attempt 2",
                        "Process-2 has delivered it",
                        "Nothing was lost.");
    }

    @Test
    void shouldShowWhichQueueSurvivesWhat() throws Exception {
        List<String> lines = SampleProgram.run(Sample06Engines.class);
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).matches("shared memory: 200000 numbers from another process in \\d+ ms");
        assertThat(lines.get(1)).matches("journal: 200000 numbers from another process in \\d+ ms");
        assertThat(lines.get(2)).isEqualTo("shared memory: the consumer was killed, left in the queue: 0");
        assertThat(lines.get(3)).isEqualTo("journal: the consumer was killed, left in the queue: 1, attempt 2");
    }
}
