// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What can be changed of a durable queue that is there: its end, and its options. */
class AlterationTest {

    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Duration AGES = Duration.ofDays(366L * 1000);

    @TempDir
    Path parent;

    private final List<DurableQueue<?>> toClose = new ArrayList<>();
    private DurableQueue<String> queue;
    /** Opened before anything changes. */
    private DurableQueue<String> other;

    @BeforeEach
    void createQueue() throws IOException {
        queue = keep(DurableQueue.create(directory(), String.class));
        other = keep(DurableQueue.open(directory(), String.class));
    }

    @AfterEach
    void closeQueues() {
        toClose.forEach(DurableQueue::close);
    }

    private Path directory() {
        return parent.resolve("orders");
    }

    private DurableQueue<String> keep(DurableQueue<String> opened) {
        toClose.add(opened);
        return opened;
    }

    // ---- reopen -----------------------------------------------------------------------------------------------------

    @Test
    void shouldGoOnInEveryHandleAfterReopen() throws Exception {
        queue.put("a");
        queue.shutdown();
        assertThat(other.getNow()).isEqualTo("a");
        assertThatThrownBy(() -> other.put("b")).isInstanceOf(QueueShutdownException.class);
        assertThatThrownBy(other::get).isInstanceOf(QueueShutdownException.class);
        other.reopen();
        assertThat(queue.isShutdown()).isFalse();
        assertThat(queue.stats().shutdown()).isFalse();
        Task<String> waiting = Task.start(queue::get).expectToWait();
        other.put("b");
        assertThat(waiting.await()).isEqualTo("b");
    }

    @Test
    void shouldKeepWhoWaitsForLeaseWaitingForElements() throws Exception {
        queue.put("a");
        Delivery<String> out = queue.receive();
        queue.shutdown();
        Task<String> waiting = Task.start(other::get).expectToWait();
        queue.reopen();
        assertThat(out.ack()).isTrue();
        waiting.expectToWait();
        queue.put("b");
        assertThat(waiting.await()).isEqualTo("b");
    }

    @Test
    void shouldStayReopenedAndShutDownAgain() throws Exception {
        queue.shutdown();
        queue.reopen();
        queue.reopen();
        closeQueues();
        DurableQueue<String> again = keep(DurableQueue.open(directory(), String.class));
        again.put("a");
        again.shutdown();
        assertThat(again.consume()).containsExactly("a");
        again.delete();
        assertThatThrownBy(again::reopen).isInstanceOf(QueueClosedException.class);
    }

    // ---- alter ------------------------------------------------------------------------------------------------------

    @Test
    void shouldAlterAllOptionsForEveryHandleAndForGood() throws Exception {
        DurableQueueOptions created = queue.options();
        DurableQueueOptions altered = queue.alter(options -> options.withMaxSize(7)
                .withLeaseTimeout(SHORT)
                .withRedeliveryDelay(Duration.ZERO)
                .withMaxAttempts(2)
                .withRetainedSegments(3)
                .withSync(true));
        assertThat(altered)
                .isEqualTo(new DurableQueueOptions(
                        7,
                        created.segmentBytes(),
                        created.maxElementBytes(),
                        SHORT,
                        Duration.ZERO,
                        2,
                        created.maxLeases(),
                        3,
                        true));
        assertThat(other.options()).isEqualTo(altered);
        assertThat(queue.alter(options -> options)).isEqualTo(altered);
        closeQueues();
        assertThat(keep(DurableQueue.open(directory(), String.class)).options()).isEqualTo(altered);
        assertThat(keep(DurableQueue.builder(String.class).maxSize(7).open(directory()))
                        .alter(options -> options.withMaxSize(Long.MAX_VALUE).withLeaseTimeout(null))
                        .leaseTimeout())
                .isNull();
    }

    @Test
    void shouldBoundAndUnboundSizeForWhoPuts() throws Exception {
        other.putAll(List.of("a", "b", "c"));
        queue.alter(options -> options.withMaxSize(1));
        assertThat(other.full()).isTrue();
        assertThat(other.remainingCapacity()).isZero();
        assertThat(other.offer("d")).isFalse();
        Task<Boolean> putting = Task.run(() -> other.putAll(List.of("d", "e"))).expectToWait();
        assertThat(queue.getNow()).isEqualTo("a");
        assertThat(queue.getNow()).isEqualTo("b");
        putting.expectToWait();
        queue.alter(options -> options.withMaxSize(Long.MAX_VALUE));
        assertThat(putting.await()).isTrue();
        assertThat(queue).containsExactly("c", "d", "e");
    }

    @Test
    void shouldGiveUpAfterAsManyAttemptsAsThereAreNow() throws Exception {
        other.put("a");
        Delivery<String> out = other.receive();
        queue.alter(options -> options.withMaxAttempts(1));
        assertThat(out.nack()).isTrue();
        assertThat(queue.browse()).isEmpty();
        try (DurableQueue<DeadLetter> letters = queue.deadLetters()) {
            assertThat(letters.getNow()).isNotNull();
        }
    }

    @Test
    void shouldLimitAndDelayFromTheNextDeliveryOn() throws Exception {
        other.put("a");
        Delivery<String> unlimited = other.receive();
        queue.alter(options -> options.withLeaseTimeout(SHORT).withRedeliveryDelay(Duration.ofHours(1)));
        assertThat(other.receive(SHORT.multipliedBy(10))).isNull();
        assertThat(unlimited.renew()).isTrue();
        Delivery<String> limited = other.receive();
        assertThat(limited.attempts()).isEqualTo(2);
        assertThat(unlimited.ack()).isFalse();
        assertThat(other.receive().attempts()).isEqualTo(3);
        queue.alter(options -> options.withLeaseTimeout(null));
        Delivery<String> last = other.receive();
        assertThat(last.nack()).isTrue();
        assertThat(other.receive(SHORT)).as("waits for an hour").isNull();
    }

    @Test
    void shouldLoseNoAlterationOfSeveralAtOnce() throws Exception {
        List<Task<Boolean>> tasks = new ArrayList<>();
        for (DurableQueue<String> handle : List.of(queue, other)) {
            tasks.add(Task.run(() -> {
                for (int i = 0; i < 20; i++) {
                    handle.alter(options -> options.withMaxSize(options.maxSize() - 1));
                    handle.alter(options -> options.withMaxAttempts(options.maxAttempts() + 1));
                }
            }));
        }
        for (Task<Boolean> task : tasks) {
            task.await();
        }
        assertThat(queue.options().maxSize()).isEqualTo(Long.MAX_VALUE - 40);
        assertThat(queue.options().maxAttempts()).isEqualTo(45);
    }

    static List<UnaryOperator<DurableQueueOptions>> impossible() {
        return List.of(
                options -> options.withMaxSize(0),
                options -> options.withLeaseTimeout(Duration.ZERO),
                options -> options.withRedeliveryDelay(Duration.ofNanos(-1)),
                options -> options.withMaxAttempts(0),
                options -> options.withRetainedSegments(-1),
                options -> with(options, options.segmentBytes() * 2, options.maxElementBytes(), options.maxLeases()),
                options -> with(options, options.segmentBytes(), options.maxElementBytes() - 1, options.maxLeases()),
                options -> with(options, options.segmentBytes(), options.maxElementBytes(), options.maxLeases() + 1));
    }

    private static DurableQueueOptions with(DurableQueueOptions options, long segment, int element, int leases) {
        return new DurableQueueOptions(
                9, segment, element, null, options.redeliveryDelay(), options.maxAttempts(), leases, 0, false);
    }

    @ParameterizedTest
    @MethodSource("impossible")
    void shouldRefuseWhatCannotBeAndChangeNothing(UnaryOperator<DurableQueueOptions> change) {
        DurableQueueOptions before = queue.options();
        assertThatThrownBy(() -> queue.alter(options -> change.apply(options.withMaxAttempts(3))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("=");
        assertThat(other.options()).isEqualTo(before);
    }

    @Test
    void shouldNameTheWayToChangeAnOptionThatDiffers() {
        assertThatThrownBy(() -> DurableQueue.builder(String.class).maxSize(9).open(directory()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxSize")
                .hasMessageContaining("DurableQueue.alter");
    }

    /** The clock counts to 292 years. */
    @Test
    void shouldTakeAgesForWhatTheyWere() throws Exception {
        DurableQueueBuilder<String> builder =
                DurableQueue.builder(String.class).leaseTimeout(AGES).redeliveryDelay(AGES);
        Path place = parent.resolve("ages");
        DurableQueueOptions created = keep(builder.create(place)).options();
        assertThat(keep(builder.open(place)).options()).isEqualTo(created).isEqualTo(builder.options());
    }
}
