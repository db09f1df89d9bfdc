// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link SharedQueueContract} has no row for. */
@Tag("once")
class QueueTimesTest {

    @TempDir
    Path parent;

    private static Instant oldest(DurableQueue<String> queue) throws Exception {
        Instant oldest = queue.stats().times().oldest();
        try (QueueGlances glances = new QueueGlances()) {
            QueueGlance seen = glances.at(queue.directory());
            assertThat(seen.times().oldest()).as("what a list shows").isEqualTo(oldest);
        }
        return oldest;
    }

    /** What is out does not wait; once it is given back it has waited from the beginning. */
    @Test
    void shouldCountWhatWasGivenBackFromTheBeginning() throws Exception {
        try (DurableQueue<String> queue = DurableQueue.builder(String.class)
                .redeliveryDelay(Duration.ofDays(1))
                .create(parent.resolve("letters"))) {
            queue.put("a");
            Instant first = oldest(queue);
            ClockThread.passOver();
            queue.put("b");
            ClockThread.passOver();
            Delivery<String> a = queue.receive();
            Instant second = oldest(queue);
            assertThat(second).isAfter(first);
            queue.put("c");
            a.nack();
            assertThat(oldest(queue)).isEqualTo(first);
            queue.receive();
            assertThat(oldest(queue)).isEqualTo(first);
        }
    }

    @Test
    void shouldBeIdleSinceItWasUsedLast() {
        Instant now = Instant.now();
        QueueTimes never = new QueueTimes(now.minusSeconds(100), null, null, null);
        assertThat(never.idle()).isGreaterThan(Duration.ofSeconds(99));
        for (QueueTimes used : List.of(
                new QueueTimes(now.minusSeconds(100), null, now.minusSeconds(50), null),
                new QueueTimes(now.minusSeconds(100), null, now.minusSeconds(60), now.minusSeconds(50)),
                new QueueTimes(null, null, null, now.minusSeconds(50)))) {
            assertThat(used.idle()).isGreaterThanOrEqualTo(Duration.ofMillis(49_500));
            assertThat(used.idle()).isLessThan(never.idle());
        }
        assertThat(new QueueTimes(now.plusSeconds(100), null, null, null).idle())
                .isZero();
        assertThat(QueueTimes.UNKNOWN.idle()).isNull();
    }

    /** Also while somebody waits. */
    @Test
    void shouldNotKeepTheTimeWhileNothingMoves() throws Exception {
        try (SharedQueue<String> queue = SharedQueue.create(String.class)) {
            while (!ClockThread.isThere()) {
                queue.put("a");
                queue.get();
            }
            Task<String> waiting = Task.start(queue::get);
            ClockThread.awaitEnd();
            queue.put("b");
            assertThat(waiting.await()).isEqualTo("b");
        }
    }
}
