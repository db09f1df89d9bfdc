// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.codec.Codec;
import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.Waiter;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who waits for an element and does not take it: of the wake-ups of a ring, each is for one. */
class RingAwaitTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    /** Who was woken says that others may sleep on; without a wake-up for them, one would find out 90 ms later. */
    @Test
    void shouldPassOnTheWakeUpOfWhatItDoesNotTake() throws Exception {
        try (SharedQueue<String> queue = SharedQueue.builder(Codec.utf8()).create(directory.resolve("queue"))) {
            MappedRegion region = MappedRegion.open(new RingFiles(queue.directory()).control(), RingLayout.FORMAT);
            Task<Boolean> waiting = Task.start(() -> queue.awaitReady(LONG)).expectToWait();
            queue.put("a");
            assertThat(waiting.await()).isTrue();
            assertThat(Waiter.somebodySleeps(region, RingLayout.NOT_EMPTY))
                    .as("somebody is still to be woken")
                    .isFalse();
        }
    }
}
