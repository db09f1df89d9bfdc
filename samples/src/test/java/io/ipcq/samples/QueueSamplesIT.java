// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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
}
