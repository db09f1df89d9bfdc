// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import io.ipcq.memory.MappedRegion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When, and to whom, an element is delivered again. */
class RedeliveryTest {

    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Duration DELAY = Duration.ofMillis(120);
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path parent;

    private final List<DurableQueue<?>> toClose = new ArrayList<>();

    @AfterEach
    void closeQueues() {
        toClose.forEach(DurableQueue::close);
    }

    private DurableQueue<String> create(UnaryOperator<DurableQueueBuilder<String>> options) throws IOException {
        DurableQueue<String> queue =
                options.apply(DurableQueue.builder(String.class)).create(parent.resolve("orders"));
        toClose.add(queue);
        return queue;
    }

    private <E> DurableQueue<E> open(Codec<E> codec) throws IOException {
        DurableQueue<E> queue = DurableQueue.builder(codec).open(parent.resolve("orders"));
        toClose.add(queue);
        return queue;
    }

    private static void assertPassedSince(long start, Duration least) {
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(least.toNanos());
    }

    @Test
    void shouldTakeDeliveryAsGetWouldHave() throws Exception {
        DurableQueue<String> queue = create(options -> options);
        queue.putAll(List.of("a", "b"));
        Delivery<String> a = queue.receive();
        Delivery<String> b = queue.receive();
        assertThat(a.take()).isTrue();
        assertThat(a.take()).isFalse();
        assertThat(a.nack()).isFalse();
        assertThat(queue.stats().leased()).isEqualTo(1);
        assertThat(queue.stats().unfinished()).isEqualTo(2);
        assertThat(b.ack()).isTrue();
        assertThat(queue.join(SHORT)).isFalse();
        queue.taskDone();
        assertThat(queue.join(LONG)).isTrue();
        assertThatThrownBy(queue::taskDone).isInstanceOf(IllegalStateException.class);
        assertThat(queue.getNow()).isNull();
    }

    @Test
    void shouldTryWhatCannotBeDecodedOnceInEachDrain() throws Exception {
        DurableQueue<String> queue = DurableQueue.builder(PickyCodec.INSTANCE)
                .redeliveryDelay(Duration.ofNanos(1))
                .maxAttempts(3)
                .create(parent.resolve("orders"));
        toClose.add(queue);
        open(PickyCodec.INSTANCE); // might be able to decode it, so it is not given up
        queue.putAll(List.of("a", PickyCodec.UNDECODABLE, "b"));
        List<String> target = new ArrayList<>();
        for (int attempt = 1; attempt <= 3; attempt++) {
            assertThatThrownBy(() -> queue.drainTo(target))
                    .isInstanceOf(CodecException.class)
                    .satisfies(e -> assertThat(e.getSuppressed()).isEmpty());
        }
        assertThat(target).containsExactly("a", "b");
        assertThat(queue.drainTo(target)).isZero();
    }

    // ---- a delay ----------------------------------------------------------------------------------------------------

    @Test
    void shouldDeliverOthersWhileDelayRuns() throws Exception {
        DurableQueue<String> queue = create(options -> options.redeliveryDelay(Duration.ofHours(1)));
        queue.putAll(List.of("a", "b"));
        assertThat(queue.receive().nack()).isTrue();
        assertThat(queue.receive().value()).isEqualTo("b");
        assertThat(queue.getNow()).isNull();
        assertThat(queue.receive(SHORT)).isNull();
        assertThat(queue.qsize()).isEqualTo(1);
        assertThat(queue.browse()).containsExactly("a");
        assertThat(queue.peek()).isEqualTo("a");
    }

    @Test
    void shouldWaitLongerEachTime() throws Exception {
        DurableQueue<String> queue = create(options -> options.redeliveryDelay(DELAY));
        queue.put("a");
        Delivery<String> a = queue.receive();
        for (int attempt = 1; attempt <= 3; attempt++) {
            long start = System.nanoTime();
            assertThat(a.nack()).isTrue();
            a = queue.receive();
            assertPassedSince(start, DELAY.multipliedBy(1L << (attempt - 1)));
            assertThat(a.attempts()).isEqualTo(attempt + 1);
        }
    }

    @Test
    void shouldDoubleDelayUpToAnHour() {
        assertThat(delays(Duration.ofMillis(100), 5)).containsExactly(100L, 200L, 400L, 800L, 1600L);
        assertThat(delays(Duration.ZERO, 3)).containsExactly(0L, 0L, 0L);
        assertThat(delays(Duration.ofMinutes(25), 4)).containsExactly(1_500_000L, 3_000_000L, 3_600_000L, 3_600_000L);
        assertThat(delays(Duration.ofHours(2), 2)).containsExactly(7_200_000L, 7_200_000L);
        assertThat(delays(Duration.ofSeconds(Long.MAX_VALUE), 2))
                .containsOnly(TimeUnit.NANOSECONDS.toMillis(Long.MAX_VALUE));
        assertThat(options(Duration.ofNanos(1)).redeliveryDelayNanos(Integer.MAX_VALUE))
                .isEqualTo(DurableQueueOptions.LONGEST_REDELIVERY_DELAY.toNanos());
    }

    private static List<Long> delays(Duration first, int attempts) {
        List<Long> millis = new ArrayList<>();
        for (int attempt = 1; attempt <= attempts; attempt++) {
            millis.add(TimeUnit.NANOSECONDS.toMillis(options(first).redeliveryDelayNanos(attempt)));
        }
        return millis;
    }

    private static DurableQueueOptions options(Duration delay) {
        return DurableQueue.builder(String.class).redeliveryDelay(delay).options();
    }

    @Test
    void shouldDelayUnlessToldOtherwise() throws Exception {
        DurableQueue<String> queue = create(options -> options);
        queue.put("a");
        long start = System.nanoTime();
        queue.receive().nack();
        assertThat(queue.receive().nack(Duration.ZERO)).isTrue();
        assertPassedSince(start, DurableQueueOptions.DEFAULT_REDELIVERY_DELAY);
        assertThat(queue.receive(Duration.ZERO)).as("at once").isNotNull();
    }

    @Test
    void shouldDeliverByTimeAndAtOnceByAge() throws Exception {
        DurableQueue<String> queue = create(options -> options);
        queue.putAll(List.of("a", "b", "c", "d", "e"));
        List<Delivery<String>> out = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            out.add(queue.receive());
        }
        out.get(4).nack(Duration.ofMillis(30));
        out.get(3).nack(Duration.ZERO);
        out.get(0).nack(Duration.ofMillis(60));
        out.get(2).nack(Duration.ZERO);
        out.get(1).nack(Duration.ofMillis(-1));
        List<String> again = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            again.add(queue.get());
        }
        assertThat(again).containsExactly("b", "c", "d", "e", "a");
        assertThatThrownBy(() -> out.get(0).nack(null)).isInstanceOf(NullPointerException.class);
    }

    /** A consumer that waits, in either way. */
    enum Waiting {
        GET {
            @Override
            String take(DurableQueue<String> queue) throws InterruptedException {
                return queue.get();
            }
        },
        RECEIVE {
            @Override
            String take(DurableQueue<String> queue) throws InterruptedException {
                return queue.receive(LONG).value();
            }
        };

        abstract String take(DurableQueue<String> queue) throws InterruptedException;
    }

    @ParameterizedTest
    @EnumSource
    void shouldWakeWhoWaitsWhenDelayHasPassed(Waiting waiting) throws Exception {
        DurableQueue<String> queue = create(options -> options);
        DurableQueue<String> other = open(Codec.utf8());
        queue.putAll(List.of("late", "soon"));
        Delivery<String> late = queue.receive();
        Delivery<String> soon = queue.receive();
        Task<String> take = Task.start(() -> waiting.take(other)).expectToWait();
        late.nack(Duration.ofHours(1));
        take.expectToWait();
        long start = System.nanoTime();
        soon.nack(DELAY);
        assertThat(take.await()).isEqualTo("soon");
        assertPassedSince(start, DELAY);
    }

    @Test
    void shouldNotBeOverWhileDelayRuns() throws Exception {
        DurableQueue<String> queue = create(options -> options.redeliveryDelay(DELAY));
        queue.put("a");
        queue.receive().nack();
        queue.shutdown();
        assertThat(queue.consume()).containsExactly("a");
        assertThatThrownBy(queue::get).isInstanceOf(QueueShutdownException.class);
    }

    @Test
    void shouldRememberDelay() throws Exception {
        DurableQueue<String> queue = create(options -> options.redeliveryDelay(Duration.ofMillis(300)));
        queue.put("a");
        long start = System.nanoTime();
        queue.receive().nack();
        queue.close();
        assertThat(open(Codec.utf8()).receive().attempts()).isEqualTo(2);
        assertPassedSince(start, Duration.ofMillis(300));
    }

    /** Its clock began anew, so what is written down may be far off. */
    @Test
    void shouldNotWaitLongerThanTheDelayAfterTheMachineHasStartedAnew() throws Exception {
        DurableQueue<String> queue = create(options -> options.redeliveryDelay(DELAY));
        queue.put("a");
        queue.receive().nack();
        queue.close();
        MappedRegion region = MappedRegion.open(new JournalFiles(queue.directory()).control(), JournalLayout.FORMAT);
        long future = System.nanoTime() + TimeUnit.DAYS.toNanos(30);
        region.putLong(JournalLayout.LEASES + JournalLayout.LEASE_DEADLINE_NANOS, future);
        region.putLong(JournalLayout.NEXT_DUE_NANOS, future);
        assertThat(open(Codec.utf8()).get(LONG)).isEqualTo("a");
    }

    @Test
    void shouldHoldBackWhileAllThatMayBeOutWaits() throws Exception {
        DurableQueue<String> queue = create(options -> options.maxLeases(1));
        queue.putAll(List.of("a", "b"));
        queue.receive().nack(Duration.ofHours(1));
        assertThat(queue.receive(SHORT)).as("its slot is taken").isNull();
        assertThat(queue.get()).as("needs none").isEqualTo("b");
    }

    // ---- a time limit -----------------------------------------------------------------------------------------------

    @Test
    void shouldKeepLeaseThatIsRenewed() throws Exception {
        Duration lease = Duration.ofHours(1);
        DurableQueue<String> queue = create(options -> options.leaseTimeout(lease));
        DurableQueue<String> other = open(Codec.utf8());
        queue.put("a");
        Delivery<String> slow = queue.receive();
        MappedRegion region = ((JournalQueue<String>) queue).store().control().region();
        int deadline = JournalLayout.LEASES + JournalLayout.LEASE_DEADLINE_NANOS;
        region.putLong(deadline, System.nanoTime() + TimeUnit.MINUTES.toNanos(10));
        long start = System.nanoTime();
        assertThat(slow.renew()).isTrue();
        assertThat(region.getLong(deadline) - start).isGreaterThanOrEqualTo(lease.toNanos());
        assertThat(other.receive(SHORT)).isNull();

        region.putLong(deadline, System.nanoTime());
        Delivery<String> again = other.receive();
        assertThat(again.attempts()).isEqualTo(2);
        assertThat(slow.renew()).as("too late").isFalse();
        assertThat(slow.ack()).as("too late").isFalse();
        assertThat(again.ack()).isTrue();
        assertThat(again.renew()).as("settled").isFalse();
    }

    @Test
    void shouldRenewLeaseWithoutLimit() throws Exception {
        DurableQueue<String> queue = create(options -> options);
        queue.put("a");
        Delivery<String> delivery = queue.receive();
        assertThat(delivery.renew()).isTrue();
        assertThat(delivery.ack()).isTrue();
        assertThat(delivery.renew()).isFalse();
    }

    // ---- what only others can decode --------------------------------------------------------------------------------

    /** Of a program that knows texts up to a version. */
    private record VersionCodec(int version) implements Codec<String> {
        @Override
        public String id() {
            return "versions";
        }

        @Override
        public byte[] encode(String value) {
            return value.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String decode(byte[] bytes) {
            String value = new String(bytes, StandardCharsets.UTF_8);
            if (value.charAt(0) - '0' > version) {
                throw new CodecException("cannot be decoded: version", "version", bytes, null);
            }
            return value;
        }
    }

    /** How the older program meets the element. */
    enum Meeting {
        GET {
            @Override
            void with(DurableQueue<String> queue) throws InterruptedException {
                queue.get();
            }
        },
        RECEIVE {
            @Override
            void with(DurableQueue<String> queue) throws InterruptedException {
                queue.receive();
            }
        },
        DRAIN {
            @Override
            void with(DurableQueue<String> queue) {
                queue.drainTo(new ArrayList<>());
            }
        };

        abstract void with(DurableQueue<String> queue) throws InterruptedException;
    }

    private DurableQueue<String> createForVersions() throws IOException {
        DurableQueue<String> queue = DurableQueue.builder(new VersionCodec(1))
                .redeliveryDelay(Duration.ofMillis(1))
                .maxAttempts(3)
                .create(parent.resolve("orders"));
        toClose.add(queue);
        return queue;
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveToOthersWhatTheyMayBeAbleToDecode(Meeting meeting) throws Exception {
        DurableQueue<String> older = createForVersions();
        DurableQueue<String> newer = open(new VersionCodec(2));
        newer.put("2:new");
        assertThatThrownBy(() -> meeting.with(older))
                .isInstanceOfSatisfying(
                        CodecException.class,
                        e -> assertThat(e.bytes()).isEqualTo("2:new".getBytes(StandardCharsets.UTF_8)));
        Delivery<String> delivery = newer.receive();
        assertThat(delivery.value()).isEqualTo("2:new");
        assertThat(delivery.attempts()).isEqualTo(2);
        assertThat(delivery.ack()).isTrue();
        assertThat(newer.join(LONG)).isTrue();
        try (DurableQueue<DeadLetter> letters = newer.deadLetters()) {
            assertThat(letters.empty()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveUpWhatNobodyCouldDecode(Meeting meeting) throws Exception {
        DurableQueue<String> older = createForVersions();
        DurableQueue<String> alsoOlder = open(new VersionCodec(1));
        older.put("2:new");
        for (int attempt = 1; attempt <= 3; attempt++) {
            while (!((JournalQueue<String>) older).store().control().hasDue() && attempt > 1) {
                Thread.onSpinWait();
            }
            DurableQueue<String> queue = attempt % 2 == 0 ? alsoOlder : older;
            assertThatThrownBy(() -> meeting.with(queue)).isInstanceOf(CodecException.class);
        }
        assertThat(older.join(LONG)).isTrue();
        try (DurableQueue<DeadLetter> letters = older.deadLetters()) {
            DeadLetter letter = letters.get();
            assertThat(letter.attempts()).isEqualTo(3);
            assertThat(letter.reason()).startsWith("cannot be decoded: ");
        }
    }

    @Test
    void shouldGiveUpAtOnceWhatNobodyElseIsThereToDecode() throws Exception {
        DurableQueue<String> older = createForVersions();
        DurableQueue<String> newer = open(new VersionCodec(2));
        newer.put("2:new");
        newer.close();
        assertThatThrownBy(older::get).isInstanceOf(CodecException.class);
        assertThat(older.join(LONG)).isTrue();
        try (DurableQueue<DeadLetter> letters = older.deadLetters()) {
            assertThat(letters.get().attempts()).isEqualTo(1);
        }
    }

    /** It would have it again at once, and again, before others have their turn. */
    @Test
    void shouldWaitBeforeItLeavesToOthersAlsoWhenThereIsNoDelay() throws Exception {
        DurableQueue<String> older = DurableQueue.builder(new VersionCodec(1))
                .redeliveryDelay(Duration.ZERO)
                .create(parent.resolve("orders"));
        toClose.add(older);
        open(new VersionCodec(2)).put("2:new");
        long start = System.nanoTime();
        assertThatThrownBy(older::get).isInstanceOf(CodecException.class);
        assertThat(((JournalQueue<String>) older).store().control().nextDueNanos() - start)
                .isGreaterThanOrEqualTo(DurableQueueOptions.DEFAULT_REDELIVERY_DELAY.toNanos());
        assertThat(older.qsize()).isEqualTo(1);
    }
}
