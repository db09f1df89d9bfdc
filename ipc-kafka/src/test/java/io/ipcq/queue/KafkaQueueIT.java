// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import io.ipcq.kafka.Broker;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.lang.reflect.Method;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The contract of queues for those of a share group. A row that Kafka does not promise says what holds instead, as the
 * list of docs/many-machines.md does; {@link KafkaPromisesTest} has all of them.
 */
@ExtendWith(RowsInProfile.class)
@Tag("once")
class KafkaQueueIT extends SharedQueueContract {

    private final String unique = UUID.randomUUID().toString();
    private final List<DurableQueue<?>> made = Collections.synchronizedList(new ArrayList<>());

    private <E> DurableQueue<E> make(String name, Codec<E> codec) throws IOException {
        DurableQueue<E> queue = DurableQueue.builder(codec).openOrCreate(Broker.queue(name));
        made.add(queue);
        return queue;
    }

    private DurableQueue<String> make() throws IOException {
        return make(UUID.randomUUID().toString(), Codec.utf8());
    }

    private DurableQueue<String> makeWith(String... elements) throws IOException, InterruptedException {
        DurableQueue<String> queue = make();
        queue.putAll(List.of(elements));
        return queue;
    }

    private DurableQueue<String> makeUnchecked(String... elements) throws InterruptedException {
        try {
            return makeWith(elements);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What they leave goes with the broker. */
    @AfterEach
    void closeMade() {
        made.forEach(DurableQueue::close);
    }

    /** Without a bound: that one is refused says {@link #shouldSayThatItIsFull}. */
    @Override
    <E> SharedQueue<E> create(Codec<E> codec, long maxSize) throws IOException {
        return make(UUID.randomUUID().toString(), codec);
    }

    @Override
    <E> SharedQueue<E> create(Path directory, Codec<E> codec, long maxSize) throws IOException {
        return make(nameOf(directory), codec);
    }

    @Override
    <E> SharedQueue<E> open(Path directory, Codec<E> codec) throws IOException {
        return DurableQueue.builder(codec).open(Broker.queue(nameOf(directory)));
    }

    @Override
    <E> SharedQueue<E> createForSmallElements(Codec<E> codec) throws IOException {
        return make(UUID.randomUUID().toString(), codec);
    }

    @Override
    String nameOf(Path directory) {
        return directory.getFileName() + "-" + unique;
    }

    @Override
    boolean knowsTimes() {
        return false;
    }

    @Override
    boolean usesQueue(Method row) {
        return row.getDeclaringClass() != KafkaQueueIT.class;
    }

    // ---- no directory, no anonymous queues --------------------------------------------------------------------------

    @Override
    @Test
    void shouldShowElementsAsTheyWereEncoded() throws Exception {
        DurableQueue<String> queue = makeWith("a", "b");
        assertThat(queue.codecId()).isEqualTo(Codec.utf8().id());
        assertThatThrownBy(queue::directory)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("kafka://");
    }

    @Override
    @Test
    void shouldEndForAllWhenCreatorOfAnonymousQueueCloses() throws Exception {
        DurableQueue<String> mine = make();
        SharedQueue<String> there = closed(deserialize(serialize(mine)));
        Task<String> get = Task.start(there::get).expectToWait();
        mine.close();
        get.expectToWait();
        there.put("a");
        assertThat(get.await()).isEqualTo("a");
        there.delete();
    }

    @Override
    @Test
    void shouldNotArriveWhenDeleted() throws Exception {
        String name = UUID.randomUUID().toString();
        DurableQueue<String> queue = make(name, Codec.utf8());
        byte[] handle = serialize(queue);
        queue.delete();
        assertThatThrownBy(() -> deserialize(handle)).isInstanceOf(InvalidObjectException.class);
        make(name, Codec.utf8());
        assertThatThrownBy(() -> deserialize(handle)).as("another one").isInstanceOf(InvalidObjectException.class);
    }

    @Override
    @Test
    void shouldStayWhenClosedAndGoWhenDeleted() throws Exception {
        Path name = parent.resolve("queue");
        SharedQueue<String> one = create(name, Codec.utf8(), 1);
        one.put("a");
        one.close();
        SharedQueue<String> two = closed(open(name, Codec.utf8()));
        SharedQueue<String> three = closed(open(name, Codec.utf8()));
        assertThat(three.get()).isEqualTo("a");
        Task<String> get = Task.start(three::get).expectToWait();
        two.delete();
        assertThat(get.awaitFailure()).isInstanceOf(QueueClosedException.class).hasMessageContaining("deleted");
        assertThatThrownBy(three::get).isInstanceOf(QueueClosedException.class).hasMessageContaining("deleted");
        assertThatThrownBy(two::get).isInstanceOf(QueueClosedException.class);
        assertThatThrownBy(() -> open(name, Codec.utf8())).isInstanceOf(NoSuchFileException.class);
        SharedQueue<String> again = closed(create(name, Codec.utf8(), 5));
        assertThat(again).isEmpty();
        again.put("b");
        assertThat(again.get()).isEqualTo("b");
        assertThatThrownBy(three::qsize).isInstanceOf(QueueClosedException.class);
    }

    // ---- no bound ---------------------------------------------------------------------------------------------------

    private void requireThatBoundIsRefused() throws Exception {
        assertThatThrownBy(() -> DurableQueue.builder(String.class)
                        .maxSize(2)
                        .openOrCreate(Broker.queue(UUID.randomUUID().toString())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxSize");
    }

    @Override
    @Test
    void shouldSayThatItIsFull() throws Exception {
        requireThatBoundIsRefused();
        DurableQueue<String> queue = makeWith("a", "b");
        assertThat(queue.full()).isFalse();
        assertThat(queue.remainingCapacity()).isEqualTo(Integer.MAX_VALUE);
        assertThat(queue.stats().maxSize()).isEqualTo(Long.MAX_VALUE);
    }

    @Override
    @Test
    void shouldWakeProducerByTake() throws Exception {
        requireThatBoundIsRefused();
    }

    @Override
    @Test
    void shouldPutAllThroughSmallQueue() throws Exception {
        requireThatBoundIsRefused();
    }

    @Override
    @Test
    void shouldEndWaitByInterrupt() throws Exception {
        DurableQueue<String> queue = make();
        DurableQueue<String> unfinished = makeWith("a");
        List<Task<?>> waiting = List.of(
                Task.start(queue::get),
                Task.start(() -> queue.get(LONG)),
                Task.start(() -> queue.poll(1, TimeUnit.DAYS)),
                Task.start(() -> queue.awaitReady(LONG)),
                Task.run(unfinished::join),
                Task.start(() -> unfinished.join(LONG)));
        for (Task<?> task : waiting) {
            task.expectToWait().interrupt();
            assertThat(task.awaitFailure()).isInstanceOf(InterruptedException.class);
        }
        queue.put("still works");
        assertThat(queue.get()).isEqualTo("still works");
    }

    @Override
    @Test
    void shouldWakeAllWhoWaitByShutdown() throws Exception {
        DurableQueue<String> queue = make();
        List<Task<?>> waiting = List.of(
                Task.start(queue::get),
                Task.start(() -> queue.get(LONG)),
                Task.start(queue::take),
                Task.start(queue::receive));
        Task<Integer> loop = Task.start(() -> {
            int count = 0;
            for (String element : queue.consume()) {
                count += element.length();
            }
            return count;
        });
        loop.expectToWait();
        queue.shutdown();
        for (Task<?> task : waiting) {
            assertThat(task.awaitFailure()).isInstanceOf(QueueShutdownException.class);
        }
        assertThat(loop.await()).isZero();
    }

    @Override
    @Test
    void shouldWakeAllWhoWaitByClose() throws Exception {
        DurableQueue<String> queue = make();
        DurableQueue<String> unfinished = makeWith("a");
        List<Task<?>> waiting =
                List.of(Task.start(queue::get), Task.start(() -> queue.get(LONG)), Task.run(unfinished::join));
        waiting.get(2).expectToWait();
        queue.close();
        unfinished.close();
        for (Task<?> task : waiting) {
            assertThat(task.awaitFailure()).isInstanceOf(QueueClosedException.class);
        }
    }

    // ---- what is taken is done --------------------------------------------------------------------------------------

    @Override
    @Test
    void shouldJoinWhenEveryTaskIsDone() throws InterruptedException {
        DurableQueue<String> queue = makeUnchecked("a", "b");
        assertThatThrownBy(queue::taskDone)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("ack");
        queue.get();
        Delivery<String> b = queue.receive();
        Task<Boolean> join = Task.run(queue::join).expectToWait();
        assertThat(queue.join(SHORT)).isFalse();
        b.ack();
        join.await();
        assertThat(queue.join(LONG)).isTrue();
    }

    @Override
    @Test
    void shouldTakeNoNoticeOfInterruptWhereNothingWaits() throws Exception {
        SharedQueue<String> fresh = Task.start(() -> {
                    Thread.currentThread().interrupt();
                    DurableQueue<String> created = make();
                    assertThat(created.offer("a")).isTrue();
                    assertThat(created.add("b")).isTrue();
                    assertThat(created.poll()).isEqualTo("a");
                    assertThat(created.drainTo(new ArrayList<>())).isEqualTo(1);
                    assertThat(created.getNow()).isNull();
                    assertThat(created.qsize()).isZero();
                    created.stats();
                    created.offer("c");
                    created.shutdown();
                    assertThat(Thread.currentThread().isInterrupted()).isTrue();
                    return created;
                })
                .await();
        assertThat(fresh.get()).isEqualTo("c");
    }

    /** Others may be able to decode it; what nobody can lies with the dead letters at last. */
    @Override
    @Test
    void shouldHandOutBytesOfElementThatCannotBeDecoded() throws Exception {
        DurableQueue<String> picky = make(UUID.randomUUID().toString(), PickyCodec.INSTANCE);
        picky.put(PickyCodec.UNDECODABLE);
        int failures = 0;
        for (Throwable failure = catchThrowable(() -> picky.get(SHORT));
                !picky.empty() || failure != null;
                failure = catchThrowable(() -> picky.get(SHORT))) {
            if (failure != null) {
                assertIsOfBytes(failure, PickyCodec.UNDECODABLE);
                failures++;
            }
        }
        assertThat(failures).isEqualTo(picky.options().maxAttempts());
        try (DurableQueue<DeadLetter> letters = picky.deadLetters()) {
            assertThat(new String(letters.get(LONG).bytes())).isEqualTo(PickyCodec.UNDECODABLE);
        }
    }

    @Override
    @ParameterizedTest
    @EnumSource
    void shouldBeDoneAtLastWithWhatCodecAlwaysFailsToDecode(FailingCodec.Failure failure) throws Exception {
        FailingCodec codec = new FailingCodec();
        DurableQueue<String> failing = make(UUID.randomUUID().toString(), codec);
        failing.putAll(List.of(FailingCodec.BAD, "good"));
        codec.fail(Integer.MAX_VALUE, failure);
        List<String> came = new ArrayList<>();
        int failures = 0;
        while (!failing.empty()) {
            try {
                String element = failing.get(SHORT);
                if (element != null) {
                    came.add(element);
                }
            } catch (Throwable e) {
                failures++;
            }
        }
        assertThat(came).containsExactly("good");
        assertThat(failures).isEqualTo(failing.options().maxAttempts());
    }

    /** It comes again, and to whom is not said; some of what was done with may still show. */
    @Override
    @ParameterizedTest
    @MethodSource("takesAndFailures")
    void shouldKeepWhatCodecFailedToDecode(Take take, FailingCodec.Failure failure) throws Exception {
        FailingCodec codec = new FailingCodec();
        DurableQueue<String> failing = make(UUID.randomUUID().toString(), codec);
        failing.putAll(List.of("first", FailingCodec.BAD, "last"));
        assertThat(take.from(failing)).isEqualTo("first");
        codec.fail(1, failure);
        assertThat(catchThrowable(() -> take.from(failing))).isNotNull();
        assertThat(failing.qsize()).isEqualTo(2);
        assertThat(failing).contains(FailingCodec.BAD, "last").isSubsetOf("first", FailingCodec.BAD, "last");
        assertThat(List.of(failing.get(), failing.get())).containsExactlyInAnyOrder(FailingCodec.BAD, "last");
        assertThat(failing.join(LONG)).isTrue();
    }

    @Override
    @ParameterizedTest
    @EnumSource
    void shouldRefuseCodecThatDecodesToNull(Take take) throws Exception {
        DurableQueue<String> nulls = make(UUID.randomUUID().toString(), new NullCodec());
        nulls.put("a");
        assertThat(catchThrowable(nulls::peek)).isInstanceOf(CodecException.class);
        assertThat(catchThrowable(() -> take.from(nulls)))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("null");
        assertThat(nulls.qsize()).isEqualTo(1);
    }

    @Override
    @Test
    void shouldGiveToOthersWhatHandleKeptWhenItCloses() throws Exception {
        Path name = parent.resolve("shared");
        SharedQueue<String> one = create(name, Codec.utf8(), 1);
        SharedQueue<String> two = closed(open(name, Codec.utf8()));
        one.putAll(List.of("a", "b", "c"));
        BlockingQueue<String> target = new ArrayBlockingQueue<>(1);
        assertThat(catchThrowable(() -> two.drainTo(target))).isInstanceOf(IllegalStateException.class);
        assertThat(target).containsExactly("a");
        two.close();
        assertThat(List.of(one.get(LONG), one.get(LONG))).containsExactlyInAnyOrder("b", "c");
        assertThat(one.join(LONG)).isTrue();
    }

    @Override
    @Test
    void shouldKeepInOrderWhatTargetOfDrainRefuses() throws Exception {
        DurableQueue<String> queue = makeWith("a", "b", "c", "d");
        BlockingQueue<String> target = new ArrayBlockingQueue<>(2);
        assertThat(catchThrowable(() -> queue.drainTo(target))).isInstanceOf(IllegalStateException.class);
        assertThat(target).containsExactly("a", "b");
        assertThat(queue.qsize()).isEqualTo(2);
        assertThat(List.of(queue.get(), queue.get())).containsExactlyInAnyOrder("c", "d");
    }

    /** They come in batches: what is not added stays, and counts no attempt while this handle goes on draining. */
    @Test
    void shouldKeepOfBatchWhatTargetOfDrainRefuses() throws Exception {
        List<String> all = IntStream.range(0, 300).mapToObj(Integer::toString).toList();
        DurableQueue<String> queue = makeWith(all.toArray(String[]::new));
        List<String> drained = new ArrayList<>();
        while (drained.size() < all.size()) {
            BlockingQueue<String> target = new ArrayBlockingQueue<>(30);
            catchThrowable(() -> queue.drainTo(target));
            target.drainTo(drained);
            assertThat(queue.qsize()).isEqualTo(all.size() - drained.size());
        }
        assertThat(drained).containsExactlyInAnyOrderElementsOf(all);
        try (DurableQueue<DeadLetter> letters = queue.deadLetters()) {
            assertThat(letters.qsize()).isZero();
        }
    }

    @Test
    void shouldDrainOfBatchWhatCanBeDecoded() throws Exception {
        DurableQueue<String> picky = make(UUID.randomUUID().toString(), PickyCodec.INSTANCE);
        List<String> good = IntStream.range(0, 100).mapToObj(Integer::toString).toList();
        picky.putAll(good.subList(0, 50));
        picky.put(PickyCodec.UNDECODABLE);
        picky.putAll(good.subList(50, 100));
        List<String> drained = new ArrayList<>();
        assertIsOfBytes(catchThrowable(() -> picky.drainTo(drained)), PickyCodec.UNDECODABLE);
        while (!picky.empty()) {
            catchThrowable(() -> picky.drainTo(drained));
        }
        assertThat(drained).containsExactlyInAnyOrderElementsOf(good);
        try (DurableQueue<DeadLetter> letters = picky.deadLetters()) {
            assertThat(new String(letters.get(LONG).bytes())).isEqualTo(PickyCodec.UNDECODABLE);
        }
    }

    @Override
    @Test
    void shouldStayAttachedToWhatWasPassedAsLongAsItIsUsed() throws Exception {
        DurableQueue<String> queue = makeWith("a");
        byte[] handle = serialize(queue);
        Task<Boolean> join = Task.run(() -> SharedQueueContract.<SharedQueue<String>>deserialize(handle)
                        .join())
                .expectToWait();
        System.gc();
        join.expectToWait();
        assertThat(queue.get()).isEqualTo("a");
        join.await();
    }

    /** Members are consumers: a handle is none before it takes. */
    @Override
    @Test
    void shouldArriveAttachedToTheSameQueue() throws Exception {
        DurableQueue<String> queue = make();
        SharedQueue<String> there = closed(deserialize(serialize(queue)));
        queue.put("a");
        assertThat(there.qsize()).isEqualTo(1);
        assertThat(there.get()).isEqualTo("a");
        Task<String> get = Task.start(queue::get).expectToWait();
        there.put("b");
        assertThat(get.await()).isEqualTo("b");
        there.close();
        queue.put("c");
        assertThat(queue.get()).isEqualTo("c");
    }

    @Override
    @Test
    void shouldDetachWhatWasPassedWhenNothingRefersToIt() throws Exception {
        String name = UUID.randomUUID().toString();
        DurableQueue<String> queue = make(name, Codec.utf8());
        byte[] handle = serialize(queue);
        int before = threadsOfLedgers(name);
        for (int i = 0; i < 3; i++) {
            SharedQueue<String> there = deserialize(handle);
            there.put("a");
        }
        long deadline = System.nanoTime() + LONG.toNanos();
        while (threadsOfLedgers(name) > before) {
            assertThat(System.nanoTime() - deadline).isNegative();
            System.gc();
            Thread.sleep(10);
        }
        assertThat(queue.qsize()).isEqualTo(3);
    }

    private static int threadsOfLedgers(String queue) {
        return (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("ipcq-kafka-ledger-" + queue))
                .count();
    }

    /** Some of what was done with may still show. */
    @Override
    @Test
    void shouldLookWithoutTaking() throws InterruptedException {
        DurableQueue<String> queue = makeUnchecked("gone", "a", "b", "c");
        queue.get();
        assertThat(queue.peek()).isIn("gone", "a");
        assertThat(queue.contains("b")).isTrue();
        assertThat(queue.contains("not there")).isFalse();
        assertThat(queue.containsAll(List.of("a", "c"))).isTrue();
        assertThat(queue.stream()).containsSubsequence("a", "b", "c");
        assertThat(queue.toArray()).containsSubsequence("a", "b", "c");
        assertThat(queue.toString()).endsWith("a, b, c]");
        assertThat(queue.size()).isEqualTo(3);
        assertThat(queue.qsize()).isEqualTo(3);
        queue.clear();
        assertThat(queue.peek()).isNull();
        assertThat(queue).isEmpty();
    }

    // ---- sizes that are about right, and less of everything ---------------------------------------------------------

    @Override
    int looks() {
        return 10;
    }

    @Override
    @Test
    void shouldAlwaysShowSomethingWhileSomethingIsThere() throws InterruptedException {
        DurableQueue<String> queue = makeUnchecked("a", "b");
        for (int i = 0; i < looks(); i++) {
            queue.put("more");
            assertThat(queue.peek()).isNotNull();
            queue.get();
            assertThat(queue.iterator().hasNext()).isTrue();
            assertThat(queue.isEmpty()).isFalse();
            assertThat(queue.qsize()).isEqualTo(2);
        }
    }

    @Override
    @Test
    void shouldAgreeAboutSizeUnderTraffic() throws Exception {
        DurableQueue<String> queue = make();
        AtomicBoolean over = new AtomicBoolean();
        Task<Boolean> traffic = Task.run(() -> {
            while (!over.get()) {
                queue.put("a");
                queue.get();
            }
        });
        for (int i = 0; i < looks(); i++) {
            assertThat(queue.qsize()).isNotNegative();
        }
        over.set(true);
        traffic.await();
        assertThat(queue.empty()).isTrue();
        assertThat(queue.stats().put()).isEqualTo(queue.stats().taken());
    }

    @Override
    @Test
    void shouldHandEachElementToOneConsumerAndKeepProducersOrder() throws Exception {
        DurableQueue<String> queue = make();
        int each = 200;
        List<Task<?>> puts = new ArrayList<>();
        for (String name : List.of("0:", "1:")) {
            puts.add(Task.run(() -> {
                for (int i = 0; i < each; i++) {
                    queue.put(name + i);
                }
            }));
        }
        List<Task<List<String>>> gets = new ArrayList<>();
        for (int c = 0; c < 3; c++) {
            gets.add(Task.start(() -> {
                List<String> got = new ArrayList<>();
                queue.consume().forEach(got::add);
                return got;
            }));
        }
        for (Task<?> put : puts) {
            put.await();
        }
        queue.shutdown();
        List<String> got = new ArrayList<>();
        for (Task<List<String>> get : gets) {
            got.addAll(get.await());
        }
        assertThat(got).hasSize(2 * each).doesNotHaveDuplicates();
    }

    @Override
    @Test
    void shouldFindElementsAndRoomThatAreThereHoweverShortTheTimeout() throws Exception {
        DurableQueue<String> queue = make();
        for (int i = 0; i < looks(); i++) {
            queue.put("a");
            assertThat(queue.poll(0, TimeUnit.SECONDS)).isEqualTo("a");
        }
    }

    // ---- what the list of docs/many-machines.md says besides
    // ---------------------------------------------------------

    private DurableQueue<String> another(String name) throws IOException {
        DurableQueue<String> another = DurableQueue.open(Broker.queue(name), String.class);
        made.add(another);
        return another;
    }

    @Test
    void shouldCountAttemptOfReleasedElementThatOthersTake() throws Exception {
        String name = UUID.randomUUID().toString();
        DurableQueue<String> queue = make(name, Codec.utf8());
        queue.put("a");
        assertThat(queue.receive().release()).isTrue();
        Delivery<String> again = another(name).receive(LONG);
        assertThat(again.attempts()).isEqualTo(2);
        assertThat(again.ack()).isTrue();
    }

    @Test
    void shouldGiveBackAtOnceWhatWaitsForItsDelayWhenItsHandleCloses() throws Exception {
        String name = UUID.randomUUID().toString();
        DurableQueue<String> queue = make(name, Codec.utf8());
        DurableQueue<String> other = another(name);
        queue.put("a");
        assertThat(queue.receive().nack(Duration.ofHours(1))).isTrue();
        assertThat(other.receive(SHORT)).isNull();
        queue.close();
        Delivery<String> again = other.receive(LONG);
        assertThat(again.attempts()).isEqualTo(2);
        assertThat(again.ack()).isTrue();
    }

    @Test
    void shouldSayReadyOfWhatIsOutElsewhere() throws Exception {
        String name = UUID.randomUUID().toString();
        DurableQueue<String> queue = make(name, Codec.utf8());
        DurableQueue<String> other = another(name);
        queue.put("a");
        Delivery<String> out = queue.receive();
        assertThat(other.awaitReady(Duration.ZERO)).isTrue();
        assertThat(queue.awaitReady(Duration.ZERO)).isFalse();
        assertThat(out.ack()).isTrue();
        assertThat(other.awaitReady(Duration.ZERO)).isFalse();
    }

    @Test
    void shouldReplayWhatIsDoneWithUntilItIsRemoved() throws Exception {
        DurableQueue<String> queue = makeWith("a", "b");
        assertThat(List.of(queue.get(), queue.get())).containsExactly("a", "b");
        assertThat(replayed(queue)).isSubsetOf("a", "b");
        await().until(() -> !replayed(queue).contains("a")); // the last stays until more is done with
    }

    private static List<String> replayed(DurableQueue<String> queue) {
        try (Stream<Replayed<String>> all = queue.replay(0)) {
            return all.map(Replayed::value).toList();
        }
    }

    @Test
    void shouldTellOthersOfShutdownAMomentLater() throws Exception {
        String name = UUID.randomUUID().toString();
        DurableQueue<String> queue = make(name, Codec.utf8());
        DurableQueue<String> other = another(name);
        queue.put("a");
        queue.shutdown();
        await().until(other::isShutdown);
        assertThatThrownBy(() -> other.put("b")).isInstanceOf(QueueShutdownException.class);
        assertThat(other.get(LONG)).isEqualTo("a");
        assertThatThrownBy(other::get).isInstanceOf(QueueShutdownException.class);
    }

    // ---- each call, whatever comes in between
    // ------------------------------------------------------------------------

    /** Who settles asks the brokers in its own thread: an interrupt ends no question, and no answer is lost. */
    @Test
    void shouldSettleEachElementAllTheSameWhenInterrupted() throws Exception {
        List<String> all = IntStream.range(0, 100).mapToObj(Integer::toString).toList();
        DurableQueue<String> queue = makeWith(all.toArray(String[]::new));
        AtomicBoolean over = new AtomicBoolean();
        Task<List<String>> consumer = Task.start(() -> {
            List<String> done = new ArrayList<>();
            while (done.size() < all.size()) {
                try {
                    Delivery<String> delivery = queue.receive();
                    assertThat(delivery.ack()).isTrue();
                    done.add(delivery.value());
                } catch (InterruptedException e) {
                    // then nothing was taken
                }
            }
            over.set(true);
            return done;
        });
        Random random = new Random(1);
        for (long end = System.nanoTime() + LONG.toNanos(); !over.get() && System.nanoTime() - end < 0; ) {
            consumer.interrupt();
            TimeUnit.MICROSECONDS.sleep(random.nextInt(10_000));
        }
        assertThat(consumer.await()).containsExactlyInAnyOrderElementsOf(all);
        assertThat(queue.qsize()).isZero();
    }

    @Test
    void shouldDoWhatWaitsForNobodyAlsoWhenInterrupted() throws Exception {
        String name = UUID.randomUUID().toString();
        DurableQueue<String> queue = make(name, Codec.utf8());
        queue.putAll(List.of("a", "b", "c"));
        List<Delivery<String>> out = List.of(queue.receive(), queue.receive(), queue.receive());
        List<Task.Action> calls = List.of(
                () -> assertThat(out.get(0).renew()).isTrue(),
                () -> assertThat(out.get(0).ack()).isTrue(),
                () -> assertThat(out.get(1).release()).isTrue(),
                () -> assertThat(out.get(2).nack(Duration.ZERO)).isTrue(),
                () -> assertThat(queue.qsize()).isEqualTo(2),
                () -> assertThat(queue.peek()).isNotNull(),
                () -> assertThat(queue.browse()).isNotEmpty(),
                () -> assertThat(replayed(queue)).contains("b", "c"),
                () -> assertThat(queue.stats().put()).isEqualTo(3),
                () -> queue.alter(options -> options.withMaxAttempts(7)),
                () -> queue.deadLetters().close(),
                queue::shutdown,
                () -> assertThat(queue.isShutdown()).isTrue(),
                queue::reopen,
                () -> another(name).close(),
                queue::clear,
                queue::delete,
                queue::close);
        for (Task.Action call : calls) {
            Thread.currentThread().interrupt();
            call.run();
            assertThat(Thread.interrupted()).as("the interrupt stays").isTrue();
        }
    }

    @Test
    void shouldTellEachCallThatItsHandleWasClosed() throws Exception {
        DurableQueue<String> queue = makeWith("a", "b", "c", "d");
        DurableQueue<String> ending = makeWith("a");
        List<Task.Action> calls = List.of(
                () -> queue.put("e"),
                () -> queue.offer("e"),
                () -> queue.putAll(List.of("e", "f")),
                () -> queue.receive().ack(),
                () -> queue.receive().release(),
                () -> queue.receive().nack(Duration.ZERO),
                () -> queue.get(SHORT),
                queue::getNow,
                () -> queue.drainTo(new ArrayList<>()),
                () -> queue.join(SHORT),
                queue::qsize,
                queue::peek,
                () -> replayed(queue),
                queue::stats,
                queue::isShutdown,
                () -> queue.alter(options -> options.withMaxAttempts(7 + options.maxAttempts() % 2)),
                () -> queue.deadLetters().close(),
                () -> serialize(queue),
                ending::shutdown,
                ending::reopen);
        List<Task<?>> tasks = new ArrayList<>();
        for (Task.Action call : calls) {
            tasks.add(Task.run(() -> {
                while (true) {
                    call.run();
                }
            }));
        }
        tasks.get(tasks.size() - 1).expectToWait();
        queue.close();
        ending.close();
        for (int i = 0; i < tasks.size(); i++) {
            assertThat(tasks.get(i).awaitFailure()).as("call %d", i).isInstanceOf(QueueClosedException.class);
        }
    }
}
