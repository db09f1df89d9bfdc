// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import io.ipcq.memory.WaitStrategy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a durable queue does beyond the contract of every queue. */
class DurableQueueTest {

    private static final Duration SHORT = Duration.ofMillis(60);
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final long SMALL_SEGMENT = 1 << 20;

    @TempDir
    Path parent;

    private final List<DurableQueue<?>> toClose = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void closeQueues() {
        toClose.forEach(DurableQueue::close);
    }

    private <T extends DurableQueue<?>> T closed(T opened) {
        toClose.add(opened);
        return opened;
    }

    private Path directory() {
        return parent.resolve("orders");
    }

    private DurableQueue<String> create() throws IOException {
        return create(builder -> builder);
    }

    private DurableQueue<String> create(UnaryOperator<DurableQueueBuilder<String>> options) throws IOException {
        return closed(options.apply(DurableQueue.builder(String.class)).create(directory()));
    }

    private DurableQueue<String> open() throws IOException {
        return closed(DurableQueue.open(directory(), String.class));
    }

    // ---- deliveries -------------------------------------------------------------------------------------------------

    @Test
    void shouldStayAttachedAsLongAsSomebodyHasDelivery() throws Exception {
        DurableQueue<String> queue = create();
        queue.putAll(List.of("a", "b"));
        byte[] handle = SharedQueueContract.serialize(queue);
        Delivery<String> kept = receivePassed(handle);
        receivePassed(handle); // given back when the collector finds it
        Delivery<String> again = null;
        for (long deadline = System.nanoTime() + LONG.toNanos(); again == null; ) {
            assertThat(System.nanoTime() - deadline).isNegative();
            System.gc();
            again = queue.receive(Duration.ofMillis(10));
        }
        assertThat(again.value()).isEqualTo("b");
        assertThat(again.ack()).isTrue();
        assertThat(kept.value()).isEqualTo("a");
        assertThat(kept.ack()).isTrue();
        assertThat(queue.stats().leased()).isZero();
    }

    private static Delivery<String> receivePassed(byte[] handle) throws Exception {
        return SharedQueueContract.<DurableQueue<String>>deserialize(handle).receive();
    }

    @Test
    void shouldDeliverUntilAcknowledged() throws Exception {
        DurableQueue<String> queue = create();
        queue.putAll(List.of("a", "b"));
        Delivery<String> a = queue.receive();
        assertThat(a.value()).isEqualTo("a");
        assertThat(a.number()).isZero();
        assertThat(a.attempts()).isEqualTo(1);
        assertThat(queue.qsize()).isEqualTo(1);
        assertThat(queue.stats().leased()).isEqualTo(1);
        assertThat(queue.stats().unfinished()).isEqualTo(2);
        assertThat(a.ack()).isTrue();
        assertThat(a.ack()).as("twice").isFalse();
        assertThat(a.nack()).as("too late").isFalse();
        assertThat(queue.stats().leased()).isZero();
        assertThat(queue.stats().unfinished()).isEqualTo(1);
        Delivery<String> b = queue.receive(LONG);
        assertThat(b).isNotNull();
        assertThat(b.number()).isEqualTo(1);
        assertThat(queue.receive(SHORT)).isNull();
        assertThat(queue.join(SHORT)).isFalse();
        b.ack();
        queue.join();
    }

    @Test
    void shouldDeliverAgainOldestFirstAndBeforeNewOnes() throws Exception {
        DurableQueue<String> queue = create(options -> options.redeliveryDelay(Duration.ZERO));
        queue.putAll(List.of("a", "b", "c"));
        Delivery<String> a = queue.receive();
        Delivery<String> b = queue.receive();
        assertThat(b.nack()).isTrue();
        assertThat(b.nack()).isFalse();
        assertThat(a.nack()).isTrue();
        assertThat(queue.qsize()).isEqualTo(3);
        assertThat(queue).containsExactly("a", "b", "c");
        Delivery<String> again = queue.receive();
        assertThat(again.value()).isEqualTo("a");
        assertThat(again.number()).isZero();
        assertThat(again.attempts()).isEqualTo(2);
        assertThat(a.ack()).as("of the delivery before").isFalse();
        assertThat(queue.get()).isEqualTo("b");
        assertThat(again.ack()).isTrue();
        assertThat(queue.drainTo(new ArrayList<>())).isEqualTo(1);
    }

    @Test
    void shouldWakeReceiverWhenElementIsGivenBack() throws Exception {
        DurableQueue<String> queue = create();
        queue.put("a");
        Delivery<String> first = queue.receive();
        Task<Delivery<String>> receive = Task.start(queue::receive).expectToWait();
        first.nack();
        assertThat(receive.await().attempts()).isEqualTo(2);
    }

    @Test
    void shouldWaitForLeasesBeforeItIsOver() throws Exception {
        DurableQueue<String> queue = create();
        queue.putAll(List.of("a", "b"));
        Delivery<String> a = queue.receive();
        Delivery<String> b = queue.receive();
        queue.shutdown();
        Task<String> get = Task.start(queue::get).expectToWait();
        b.nack();
        assertThat(get.await()).isEqualTo("b");
        Task<Delivery<String>> receive = Task.start(queue::receive).expectToWait();
        a.ack();
        assertThat(receive.awaitFailure()).isInstanceOf(QueueShutdownException.class);
    }

    @Test
    void shouldDeliverAgainWhenLeaseTimesOut() throws Exception {
        DurableQueue<String> queue = create(options -> options.leaseTimeout(Duration.ofMillis(200)));
        queue.put("a");
        long start = System.nanoTime();
        Delivery<String> slow = queue.receive();
        Delivery<String> again = queue.receive();
        assertThat(System.nanoTime() - start)
                .isGreaterThanOrEqualTo(Duration.ofMillis(200).toNanos());
        assertThat(again.attempts()).isEqualTo(2);
        assertThat(slow.ack()).as("too late").isFalse();
        assertThat(slow.nack()).as("too late").isFalse();
        assertThat(again.ack()).isTrue();
        assertThat(queue.stats().unfinished()).isZero();
    }

    @Test
    void shouldDeliverAgainWhatClosedHandleHeld() throws Exception {
        DurableQueue<String> queue = create();
        DurableQueue<String> other = open();
        queue.put("a");
        Delivery<String> held = other.receive();
        other.close();
        assertThat(queue.receive().attempts()).isEqualTo(2);
        assertThatThrownBy(held::ack).isInstanceOf(QueueClosedException.class);
        assertThatThrownBy(held::nack).isInstanceOf(QueueClosedException.class);
    }

    @Test
    void shouldMoveToDeadLettersAfterTooManyAttempts() throws Exception {
        DurableQueue<String> queue = create(options -> options.maxAttempts(2));
        queue.putAll(List.of("good", "poison"));
        queue.receive().ack();
        queue.receive().nack();
        assertThat(queue.receive().nack()).isTrue();
        assertThat(queue.qsize()).isZero();
        queue.join();
        DurableQueue<DeadLetter> letters = closed(queue.deadLetters());
        DeadLetter letter = letters.get(LONG);
        assertThat(letter).isNotNull();
        assertThat(letter.number()).isEqualTo(1);
        assertThat(letter.attempts()).isEqualTo(2);
        assertThat(letter.reason()).contains("2 deliveries");
        assertThat(new String(letter.bytes(), StandardCharsets.UTF_8)).isEqualTo("poison");
        assertThat(letters.empty()).isTrue();
    }

    @Test
    void shouldMoveToDeadLettersWhenLeasesTimeOut() throws Exception {
        DurableQueue<String> queue = create(options -> options.maxAttempts(1).leaseTimeout(Duration.ofMillis(50)));
        queue.put("a");
        queue.receive();
        assertThat(queue.receive(Duration.ofMillis(500))).isNull();
        queue.join(); // who gets no turn before its time is over has not buried it
        DeadLetter letter = closed(queue.deadLetters()).get(LONG);
        assertThat(letter).isNotNull();
        assertThat(letter.reason()).contains("never acknowledged");
        assertThat(letter.attempts()).isEqualTo(1);
        queue.shutdown();
        assertThatThrownBy(queue::receive).isInstanceOf(QueueShutdownException.class);
    }

    @Test
    void shouldMoveToDeadLettersWhatCannotBeDecoded() throws Exception {
        DurableQueue<String> queue =
                closed(DurableQueue.builder(PickyCodec.INSTANCE).create(directory()));
        queue.putAll(List.of(PickyCodec.UNDECODABLE, PickyCodec.BROKEN, "a"));
        assertThatThrownBy(queue::get).isInstanceOf(CodecException.class);
        assertThatThrownBy(queue::receive).isInstanceOf(CodecException.class);
        Delivery<String> a = queue.receive();
        assertThat(a.value()).isEqualTo("a");
        assertThat(queue.stats().leased()).isEqualTo(1);
        a.ack();
        queue.join();
        DurableQueue<DeadLetter> letters = closed(queue.deadLetters());
        assertThat(letters).hasSize(2);
        DeadLetter one = letters.get();
        assertThat(one.reason()).startsWith("cannot be decoded: ");
        assertThat(new String(one.bytes(), StandardCharsets.UTF_8)).isEqualTo(PickyCodec.UNDECODABLE);
        DeadLetter two = letters.get();
        assertThat(two.number()).isEqualTo(1);
        assertThat(new String(two.bytes(), StandardCharsets.UTF_8)).isEqualTo(PickyCodec.BROKEN);
    }

    @Test
    void shouldHoldBackWhenTooManyDeliveriesAreUnacknowledged() throws Exception {
        DurableQueue<String> queue = create(options -> options.maxLeases(2));
        queue.putAll(List.of("a", "b", "c", "d"));
        Delivery<String> a = queue.receive();
        Delivery<String> b = queue.receive();
        assertThat(queue.receive(SHORT)).isNull();
        Task<Delivery<String>> receive = Task.start(queue::receive).expectToWait();
        a.ack();
        assertThat(receive.await().value()).isEqualTo("c");
        assertThat(queue.get()).as("get needs no lease").isEqualTo("d");
        b.nack();
        assertThat(queue.receive().value()).isEqualTo("b");
    }

    @Test
    void shouldNotWaitForDeliveryWhenInterrupted() throws Exception {
        DurableQueue<String> queue = create();
        Thread.currentThread().interrupt();
        assertThatThrownBy(queue::receive).isInstanceOf(InterruptedException.class);
        Task<Delivery<String>> receive = Task.start(queue::receive).expectToWait();
        receive.interrupt();
        assertThat(receive.awaitFailure()).isInstanceOf(InterruptedException.class);
        queue.put("a");
        Task<Boolean> ack = Task.start(() -> {
            Delivery<String> a = queue.receive();
            Thread.currentThread().interrupt();
            return a.nack() && Thread.currentThread().isInterrupted();
        });
        assertThat(ack.await()).isTrue();
        assertThat(queue.get()).isEqualTo("a");
    }

    @Test
    void shouldRefuseEverythingAfterClose() throws Exception {
        DurableQueue<String> queue = create();
        queue.close();
        List<ThrowingCallable> calls = List.of(
                queue::receive,
                () -> queue.receive(LONG),
                queue::deadLetters,
                queue::browse,
                () -> queue.replay(0),
                queue::flush);
        assertThat(calls).allSatisfy(call -> assertThatThrownBy(call).isInstanceOf(QueueClosedException.class));
        assertThat(queue.directory()).isEqualTo(directory());
        assertThat(queue.options().maxAttempts()).isEqualTo(5);
    }

    // ---- history ----------------------------------------------------------------------------------------------------

    @Test
    void shouldBrowseAndReplay() throws Exception {
        DurableQueue<String> queue = create();
        queue.putAll(List.of("a", "b", "c"));
        queue.put("d");
        queue.get();
        Delivery<String> b = queue.receive();
        assertThat(queue.browse()).containsExactly("c", "d");
        b.nack();
        assertThat(queue.browse()).containsExactly("b", "c", "d");
        assertThat(queue.replay(0))
                .containsExactly(
                        new Replayed<>(0, "a"), new Replayed<>(1, "b"), new Replayed<>(2, "c"), new Replayed<>(3, "d"));
        assertThat(queue.replay(-5)).hasSize(4);
        assertThat(queue.replay(2).map(Replayed::value)).containsExactly("c", "d");
        assertThat(queue.replay(4)).isEmpty();
        assertThat(queue.qsize()).isEqualTo(3);
    }

    @Test
    void shouldKeepSegmentsForReplay() throws Exception {
        DurableQueue<String> queue =
                create(options -> options.segmentBytes(SMALL_SEGMENT).retainedSegments(2));
        String filler = "x".repeat(100_000);
        for (int i = 0; i < 100; i++) {
            queue.put(i + ":" + filler);
            assertThat(queue.get()).startsWith(i + ":");
        }
        assertThat(segments()).hasSizeBetween(3, 4);
        List<Long> numbers = queue.replay(0).map(Replayed::number).toList();
        assertThat(numbers).isSorted().hasSizeGreaterThan(20).endsWith(99L);
        assertThat(numbers.get(0)).isPositive();
        assertThat(queue.replay(numbers.get(3)).map(e -> e.value().split(":")[0]))
                .startsWith(Long.toString(numbers.get(3)));
    }

    private List<Path> segments() throws IOException {
        return segments(directory());
    }

    static List<Path> segments(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("journal"))) {
            return files.filter(file -> file.toString().endsWith(".cq4"))
                    .sorted()
                    .toList();
        }
    }

    // ---- files ------------------------------------------------------------------------------------------------------

    @Test
    void shouldRemoveConsumedSegmentsButNotThoseOfLeases() throws Exception {
        DurableQueue<String> queue = create(options -> options.segmentBytes(SMALL_SEGMENT));
        String filler = "x".repeat(100_000);
        queue.put("first");
        Delivery<String> first = queue.receive();
        for (int i = 0; i < 60; i++) {
            queue.put(filler);
            queue.get();
        }
        assertThat(segments()).hasSizeGreaterThan(4);
        assertThat(first.nack()).isTrue();
        assertThat(queue.get()).isEqualTo("first");
        for (int i = 0; i < 20; i++) {
            queue.put(filler);
            queue.get();
        }
        assertThat(segments()).hasSizeLessThanOrEqualTo(2);
        assertThat(queue.stats().storageBytes()).isBetween(1L, 3 * SMALL_SEGMENT);
    }

    @Test
    void shouldLoseNothingToInterruptsWhileSegmentsRoll() throws Exception {
        DurableQueue<byte[]> queue = closed(DurableQueue.builder(byte[].class)
                .segmentBytes(SMALL_SEGMENT)
                .maxSize(50)
                .create(directory()));
        AtomicBoolean over = new AtomicBoolean();
        Task<Long> put = Task.start(() -> {
            long count = 0;
            while (!over.get()) {
                try {
                    queue.put(new byte[50_000]);
                    count++;
                } catch (InterruptedException e) {
                    // then it was not put
                }
                Thread.currentThread().interrupt();
                if (queue.offer(new byte[50_000])) {
                    count++;
                }
                Thread.interrupted();
            }
            return count;
        });
        Task<Long> got = Task.start(() -> {
            long count = 0;
            while (!over.get()) {
                try {
                    queue.get();
                    count++;
                } catch (InterruptedException e) {
                    // then nothing was taken
                }
                Thread.currentThread().interrupt();
                queue.peek();
                count += queue.poll() == null ? 0 : 1;
                Thread.interrupted();
            }
            return count;
        });
        for (int i = 0; i < 500; i++) {
            (i % 2 == 0 ? put : got).interrupt();
            Thread.sleep(2);
        }
        await().until(() -> queue.stats().put() > 0);
        over.set(true);
        put.interrupt();
        got.interrupt();
        long countPut = put.await();
        long countGot = got.await();
        assertThat(countGot + queue.drainTo(new ArrayList<>())).isPositive().isEqualTo(countPut);
    }

    @Test
    void shouldKeepNothingOpenForWhatWasOnlyLookedAt() throws Exception {
        DurableQueue<String> queue = create(options -> options.segmentBytes(SMALL_SEGMENT));
        String filler = "x".repeat(100_000);
        for (int i = 0; i < 100; i++) {
            queue.put(filler);
            assertThat(queue.peek()).isNotNull();
            assertThat(queue.contains(filler)).isTrue();
            queue.get();
        }
        Path maps = Path.of("/proc/self/maps");
        assumeTrue(Files.isReadable(maps));
        // Chronicle unmaps what is closed in a thread of its own
        await().until(() -> {
            try (Stream<String> lines = Files.lines(maps)) {
                return lines.filter(line -> line.contains(directory() + "/journal") && line.endsWith("(deleted)"))
                                .count()
                        < 10;
            }
        });
    }

    @Test
    void shouldTakeLargeElements() throws Exception {
        DurableQueue<byte[]> queue = closed(DurableQueue.builder(byte[].class)
                .segmentBytes(SMALL_SEGMENT)
                .maxElementBytes(20 << 20)
                .create(directory()));
        byte[] large = new byte[20 << 20];
        large[large.length - 1] = 1;
        for (int i = 0; i < 2; i++) {
            queue.put(large);
            queue.put(new byte[3]);
            assertThat(queue.get()).isEqualTo(large);
            assertThat(queue.get()).hasSize(3);
        }
        assertThatThrownBy(() -> queue.put(new byte[(20 << 20) + 1]))
                .isInstanceOf(ElementTooLargeException.class)
                .hasMessageContaining("elementBytes=20971521")
                .hasMessageContaining("maxElementBytes=20971520")
                .hasMessageContaining(directory().toString());
    }

    @Test
    void shouldFlushAndSync() throws Exception {
        DurableQueue<String> queue = create(options -> options.sync(true).segmentBytes(SMALL_SEGMENT));
        queue.flush();
        String filler = "x".repeat(100_000);
        for (int i = 0; i < 25; i++) {
            queue.put(i + filler);
        }
        queue.flush();
        assertThat(queue.options().sync()).isTrue();
        for (int i = 0; i < 25; i++) {
            assertThat(queue.get()).startsWith(Integer.toString(i));
            queue.flush();
        }
    }

    @Test
    void shouldGoOnExactlyAfterEverybodyLeft() throws Exception {
        DurableQueue<String> queue =
                create(options -> options.segmentBytes(SMALL_SEGMENT).maxSize(100));
        String filler = "x".repeat(50_000);
        for (int i = 0; i < 70; i++) {
            queue.put(i + filler);
        }
        for (int i = 0; i < 30; i++) {
            queue.get();
            queue.taskDone();
        }
        Delivery<String> leased = queue.receive();
        assertThat(leased.number()).isEqualTo(30);
        QueueStats before = queue.stats();
        queue.close();
        for (int round = 0; round < 3; round++) {
            DurableQueue<String> again = open();
            assertThat(again.stats().put()).isEqualTo(before.put());
            assertThat(again.stats().taken()).isEqualTo(before.taken());
            assertThat(again.stats().unfinished()).isEqualTo(40);
            assertThat(again.peek()).isNotNull();
            again.close();
        }
        DurableQueue<String> again = open();
        again.put("new");
        again.shutdown();
        List<Long> numbers = new ArrayList<>();
        for (int i = 30; i <= 70; i++) {
            Delivery<String> delivery = again.receive();
            long number = delivery.number();
            assertThat(delivery.value()).startsWith(number == 70 ? "new" : number + "x");
            numbers.add(number);
            assertThat(delivery.attempts()).isEqualTo(delivery.number() == 30 ? 2 : 1);
            assertThat(delivery.ack()).isTrue();
        }
        assertThat(numbers).doesNotHaveDuplicates();
        numbers.remove(30L);
        assertThat(numbers).isSorted().hasSize(40);
        assertThatThrownBy(again::receive).isInstanceOf(QueueShutdownException.class);
        again.close();
        DurableQueue<String> over = open();
        assertThat(over.isShutdown()).isTrue();
        assertThatThrownBy(() -> over.put("late")).isInstanceOf(QueueShutdownException.class);
    }

    // ---- options ----------------------------------------------------------------------------------------------------

    @Test
    void shouldStoreOptions() throws Exception {
        DurableQueue<String> queue = create(options -> options.maxSize(7)
                .segmentBytes(2 << 20)
                .maxElementBytes(1000)
                .leaseTimeout(Duration.ofMillis(1500))
                .redeliveryDelay(Duration.ofSeconds(2))
                .maxAttempts(3)
                .maxLeases(9)
                .retainedSegments(4)
                .sync(true)
                .waitStrategy(WaitStrategy.backoff()));
        DurableQueueOptions expected = new DurableQueueOptions(
                7, 2 << 20, 1000, Duration.ofMillis(1500), Duration.ofSeconds(2), 3, 9, 4, true);
        assertThat(queue.options()).isEqualTo(expected);
        assertThat(open().options()).isEqualTo(expected);
        assertThat(closed(DurableQueue.builder(String.class).maxSize(7).open(directory()))
                        .options())
                .isEqualTo(expected);
    }

    static Stream<UnaryOperator<DurableQueueBuilder<String>>> others() {
        return Stream.of(
                options -> options.maxSize(8),
                options -> options.segmentBytes(3 << 20),
                options -> options.maxElementBytes(1001),
                options -> options.leaseTimeout(Duration.ofSeconds(1)),
                options -> options.redeliveryDelay(Duration.ofSeconds(1)),
                options -> options.maxAttempts(4),
                options -> options.maxLeases(10),
                options -> options.retainedSegments(1),
                options -> options.sync(true));
    }

    @ParameterizedTest
    @MethodSource("others")
    void shouldRefuseOptionThatDiffers(UnaryOperator<DurableQueueBuilder<String>> other) throws Exception {
        DurableQueue<String> queue = create();
        assertThatThrownBy(() -> other.apply(DurableQueue.builder(String.class)).open(directory()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(directory().toString())
                .hasMessageContaining("stored=")
                .hasMessageContaining("asked=");
        assertThat(queue.stats().members()).as("the refused handle left").isEqualTo(1);
    }

    static Stream<UnaryOperator<DurableQueueBuilder<String>>> outOfRange() {
        return Stream.of(
                options -> options.maxSize(0),
                options -> options.segmentBytes((1 << 20) - 1),
                options -> options.segmentBytes((1L << 30) + 1),
                options -> options.maxElementBytes(0),
                options -> options.maxElementBytes(256 << 20),
                options -> options.leaseTimeout(Duration.ZERO),
                options -> options.leaseTimeout(Duration.ofSeconds(-1)),
                options -> options.redeliveryDelay(Duration.ofNanos(-1)),
                options -> options.maxAttempts(0),
                options -> options.maxLeases(0),
                options -> options.retainedSegments(-1));
    }

    @ParameterizedTest
    @MethodSource("outOfRange")
    void shouldRefuseOptionOutOfRange(UnaryOperator<DurableQueueBuilder<String>> wrong) {
        assertThatThrownBy(() -> create(wrong)).isInstanceOf(IllegalArgumentException.class);
        assertThat(directory()).doesNotExist();
    }

    @Test
    void shouldRefuseNullOptions() {
        List<ThrowingCallable> calls = List.of(
                () -> DurableQueue.builder((Class<String>) null),
                () -> DurableQueue.builder((Codec<String>) null),
                () -> DurableQueue.builder(String.class).leaseTimeout(null),
                () -> DurableQueue.builder(String.class).redeliveryDelay(null),
                () -> DurableQueue.builder(String.class).waitStrategy(null),
                () -> DurableQueue.create((Path) null, String.class),
                () -> DurableQueue.open((Path) null, String.class),
                () -> DurableQueue.openOrCreate((Path) null, String.class));
        assertThat(calls).allSatisfy(call -> assertThatThrownBy(call).isInstanceOf(NullPointerException.class));
    }

    // ---- create and open --------------------------------------------------------------------------------------------

    @Test
    void shouldCreateOnlyWhereNothingIs() throws Exception {
        assertThatThrownBy(this::open)
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(directory().toString());
        Files.createDirectory(directory());
        DurableQueue<String> queue = create();
        queue.put("a");
        assertThatThrownBy(this::create)
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining(directory().toString())
                .hasMessageContaining("open it instead");
        assertThat(queue.get()).isEqualTo("a");
        try (Stream<Path> files = Files.list(parent)) {
            assertThat(files).containsExactly(directory());
        }
    }

    @Test
    void shouldOpenOrCreateOnceFromManyThreads() throws Exception {
        for (int round = 0; round < 3; round++) {
            Path directory = parent.resolve("race-" + round);
            CountDownLatch start = new CountDownLatch(1);
            List<Task<DurableQueue<String>>> opens = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                opens.add(Task.start(() -> {
                    start.await();
                    return closed(DurableQueue.openOrCreate(directory, String.class));
                }));
            }
            start.countDown();
            List<DurableQueue<String>> queues = new ArrayList<>();
            for (Task<DurableQueue<String>> open : opens) {
                queues.add(open.await());
            }
            for (DurableQueue<String> queue : queues) {
                queue.put("a");
            }
            assertThat(queues.get(3).qsize()).isEqualTo(8);
            assertThat(queues.get(5).stats().members()).isEqualTo(8);
            try (Stream<Path> files = Files.list(parent)) {
                assertThat(files).hasSize(round + 1);
            }
        }
    }

    @Test
    void shouldMakeItsPlaceWhenParentsAreMissing() throws Exception {
        Path deep = parent.resolve("one").resolve("two").resolve("orders");
        closed(DurableQueue.create(deep, String.class)).put("a");
        assertThat(closed(DurableQueue.open(deep, String.class)).get()).isEqualTo("a");
    }

    @Test
    void shouldSeparateTwoQueuesOfOneJvm() throws Exception {
        List<DurableQueue<String>> queues = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            queues.add(closed(DurableQueue.create(parent.resolve("queue-" + i), String.class)));
            queues.get(i).put("of " + i);
        }
        for (int i = 0; i < 20; i++) {
            assertThat(queues.get(i)).containsExactly("of " + i);
        }
    }

    @Test
    void shouldRemoveAnonymousQueueWhenCreatorCloses() throws Exception {
        DurableQueue<String> queue = closed(DurableQueue.create(String.class));
        DurableQueue<String> other = closed(DurableQueue.open(queue.directory(), String.class));
        queue.put("a");
        queue.put("b");
        assertThat(other.get()).isEqualTo("a");
        other.close();
        assertThat(queue.directory()).exists();
        queue.close();
        assertThat(queue.directory()).doesNotExist();
    }

    @Test
    void shouldDeleteWithDeadLetters() throws Exception {
        DurableQueue<String> queue = create(options -> options.maxAttempts(1));
        queue.put("a");
        queue.receive().nack();
        queue.delete();
        assertThat(directory()).doesNotExist();
        DurableQueue<String> again = create();
        assertThat(closed(again.deadLetters()).empty()).isTrue();
    }

    @Test
    void shouldNotMixNumbersOfManyBatches() throws Exception {
        DurableQueue<String> queue = create();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            List<String> batch = IntStream.range(0, i).mapToObj(n -> "n" + n).toList();
            queue.putAll(batch);
            queue.put("single" + i);
            expected.addAll(batch);
            expected.add("single" + i);
        }
        assertThat(queue.replay(0).map(Replayed::number))
                .hasSize(expected.size())
                .isSorted();
        assertThat(queue.browse()).containsExactlyElementsOf(expected);
    }
}
