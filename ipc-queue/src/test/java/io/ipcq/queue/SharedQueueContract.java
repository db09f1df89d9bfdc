// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ipcq.Patience;
import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import io.ipcq.codec.TypeRef;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Method;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every engine of {@link SharedQueue} has to do, seen from the threads of one JVM. */
abstract class SharedQueueContract {

    static final Duration SHORT = Duration.ofMillis(60);
    static final Duration LONG = Duration.ofSeconds(60);
    private static final int LOOKS = Integer.getInteger("ipcq.looks", 2_000);

    /** How often those look that look while others work. */
    int looks() {
        return LOOKS;
    }

    @TempDir
    Path parent;

    /** As the greatest number of elements. */
    static final long UNBOUNDED = Long.MAX_VALUE;

    private final List<SharedQueue<?>> toClose = new ArrayList<>();
    private SharedQueue<String> queue;

    /** An anonymous queue. */
    abstract <E> SharedQueue<E> create(Codec<E> codec, long maxSize) throws IOException;

    /** A queue in a directory. */
    abstract <E> SharedQueue<E> create(Path directory, Codec<E> codec, long maxSize) throws IOException;

    /** Attaches to a queue that {@link #create(Path, Codec, long)} made. */
    abstract <E> SharedQueue<E> open(Path directory, Codec<E> codec) throws IOException;

    /** A queue that can never hold an element of 2 MiB. */
    abstract <E> SharedQueue<E> createForSmallElements(Codec<E> codec) throws IOException;

    /** How a queue that {@link #create(Path, Codec, long)} made is called in messages. */
    String nameOf(Path directory) {
        return directory.toString();
    }

    /** How many members a queue has that is open twice. */
    int membersOfTwo() {
        return 2;
    }

    /** Whether it knows when elements were put and taken. */
    boolean knowsTimes() {
        return true;
    }

    /** Whether a row uses the queue that is made for each: an engine with rows of its own may spare them that. */
    boolean usesQueue(Method row) {
        return true;
    }

    @BeforeEach
    void createQueue(TestInfo row) throws IOException {
        if (usesQueue(row.getTestMethod().orElseThrow())) {
            queue = bounded(UNBOUNDED);
        }
    }

    @AfterEach
    void closeQueues() {
        toClose.forEach(SharedQueue::close);
    }

    private SharedQueue<String> bounded(long maxSize) throws IOException {
        return closed(create(Codec.utf8(), maxSize));
    }

    final <T extends SharedQueue<?>> T closed(T opened) {
        toClose.add(opened);
        return opened;
    }

    private SharedQueue<String> bounded(int maxSize, String... elements) throws Exception {
        SharedQueue<String> bounded = bounded(maxSize);
        bounded.putAll(List.of(elements));
        return bounded;
    }

    private SharedQueue<String> with(String... elements) throws InterruptedException {
        queue.putAll(List.of(elements));
        return queue;
    }

    // ---- put and take -----------------------------------------------------------------------------------------------

    @Test
    void shouldTakeInTheOrderOfPut() throws InterruptedException {
        queue.put("a");
        assertThat(queue.put("b", Duration.ZERO)).isTrue();
        assertThat(queue.offer("c")).isTrue();
        assertThat(queue.offer("d", 0, TimeUnit.SECONDS)).isTrue();
        assertThat(queue.add("e")).isTrue();
        queue.putAll(List.of("f", "g"));
        assertThat(queue.addAll(List.of("h", "i"))).isTrue();
        assertThat(queue.get()).isEqualTo("a");
        assertThat(queue.get(Duration.ZERO)).isEqualTo("b");
        assertThat(queue.getNow()).isEqualTo("c");
        assertThat(queue.take()).isEqualTo("d");
        assertThat(queue.poll()).isEqualTo("e");
        assertThat(queue.poll(0, TimeUnit.SECONDS)).isEqualTo("f");
        assertThat(queue.remove()).isEqualTo("g");
        List<String> rest = new ArrayList<>();
        assertThat(queue.drainTo(rest)).isEqualTo(2);
        assertThat(rest).containsExactly("h", "i");
        assertThat(queue.empty()).isTrue();
    }

    @Test
    void shouldShowElementsAsTheyWereEncoded() throws Exception {
        with("a", "b");
        assertThat(queue.codecId()).isEqualTo(Codec.utf8().id());
        SharedQueue<byte[]> encoded = closed(EncodedQueue.open(queue.directory()));
        assertThat(encoded.codecId()).isEqualTo(queue.codecId());
        assertThat(encoded.stream().map(String::new)).containsExactly("a", "b");
        assertThat(encoded.get()).isEqualTo(new byte[] {'a'});
        assertThat(queue.qsize()).isEqualTo(1);
    }

    @Test
    void shouldSayThatNothingIsThere() throws InterruptedException {
        assertThat(queue.getNow()).isNull();
        assertThat(queue.poll()).isNull();
        assertThat(queue.peek()).isNull();
        assertThat(queue.poll(-1, TimeUnit.SECONDS)).isNull();
        assertThat(queue.get(Duration.ofSeconds(-1))).isNull();
        assertThat(queue.drainTo(new ArrayList<>())).isZero();
        assertThatThrownBy(queue::remove).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(queue::element).isInstanceOf(NoSuchElementException.class);
        assertThat(queue.iterator()).isExhausted();
        assertThat(queue).isEmpty();
    }

    @Test
    void shouldTakeNoNullAnywhere() {
        List<ThrowingCallable> calls = List.of(
                () -> queue.put(null),
                () -> queue.put(null, LONG),
                () -> queue.put("a", null),
                () -> queue.offer(null),
                () -> queue.offer(null, 1, TimeUnit.SECONDS),
                () -> queue.add(null),
                () -> queue.putAll(null),
                () -> queue.putAll(Arrays.asList("a", null)),
                () -> queue.get(null),
                () -> queue.awaitReady(null),
                () -> queue.drainTo(null),
                () -> queue.drainTo(null, 1),
                () -> queue.join(null));
        assertThat(calls).allSatisfy(call -> assertThatThrownBy(call).isInstanceOf(NullPointerException.class));
        assertThat(queue.qsize()).isZero();
        assertThat(queue.contains(null)).isFalse();
    }

    @Test
    void shouldKeepWhatIsNoUsualText() throws InterruptedException {
        List<String> texts = List.of("", "\0", "äöü €", "\uD83D\uDE00", "x".repeat(100_000));
        queue.putAll(texts);
        for (String text : texts) {
            assertThat(queue.get()).isEqualTo(text);
        }
    }

    @Test
    void shouldWaitForElementUntilTimeout() throws InterruptedException {
        long start = System.nanoTime();
        assertThat(queue.get(SHORT)).isNull();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SHORT.toNanos());
        start = System.nanoTime();
        assertThat(queue.poll(SHORT.toMillis(), TimeUnit.MILLISECONDS)).isNull();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SHORT.toNanos());
    }

    @Test
    void shouldWakeConsumerByPut() throws InterruptedException {
        Task<String> get = Task.start(queue::get).expectToWait();
        queue.put("a");
        assertThat(get.await()).isEqualTo("a");
        Task<String> timed = Task.start(() -> queue.get(LONG)).expectToWait();
        queue.put("b");
        assertThat(timed.await()).isEqualTo("b");
        Task<String> poll = Task.start(() -> queue.poll(1, TimeUnit.DAYS)).expectToWait();
        queue.offer("c");
        assertThat(poll.await()).isEqualTo("c");
        Task<String> take = Task.start(queue::take).expectToWait();
        queue.putAll(List.of("d"));
        assertThat(take.await()).isEqualTo("d");
        Task<String> forEver =
                Task.start(() -> queue.get(Duration.ofSeconds(Long.MAX_VALUE))).expectToWait();
        queue.put("e");
        assertThat(forEver.await()).isEqualTo("e");
    }

    @Test
    void shouldWakeAsManyConsumersAsElementsCome() throws InterruptedException {
        List<Task<String>> gets = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            gets.add(Task.start(queue::get));
        }
        gets.get(7).expectToWait();
        queue.putAll(List.of("0", "1", "2", "3", "4", "5", "6", "7"));
        List<String> got = new ArrayList<>();
        for (Task<String> get : gets) {
            got.add(get.await());
        }
        assertThat(got).containsExactlyInAnyOrder("0", "1", "2", "3", "4", "5", "6", "7");
    }

    // ---- waiting without taking -------------------------------------------------------------------------------------

    @Test
    void shouldAwaitElementAndNotTakeIt() throws InterruptedException {
        assertThat(queue.awaitReady(Duration.ZERO)).isFalse();
        long start = System.nanoTime();
        assertThat(queue.awaitReady(SHORT)).isFalse();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SHORT.toNanos());
        Task<Boolean> waiting = Task.start(() -> queue.awaitReady(LONG)).expectToWait();
        queue.put("a");
        assertThat(waiting.await()).isTrue();
        assertThat(queue.awaitReady(Duration.ZERO)).isTrue();
        assertThat(queue.awaitReady(LONG)).isTrue();
        assertThat(queue.get()).isEqualTo("a");
        assertThat(queue.awaitReady(Duration.ZERO)).isFalse();
    }

    @Test
    void shouldTellWhoAwaitsElementThatNoneWillCome() throws Exception {
        Task<Boolean> shutdown = Task.start(() -> queue.awaitReady(LONG)).expectToWait();
        queue.shutdown();
        assertThat(shutdown.await()).isTrue();
        assertThat(queue.awaitReady(Duration.ZERO)).isTrue();
        SharedQueue<String> other = bounded(UNBOUNDED);
        Task<Boolean> close = Task.start(() -> other.awaitReady(LONG)).expectToWait();
        other.close();
        assertThat(close.await()).isTrue();
        assertThat(other.awaitReady(Duration.ZERO)).isTrue();
    }

    /** Who is woken and takes nothing may have been woken in a consumer's place. */
    @Test
    void shouldWakeConsumersBesideThoseWhoAwaitElements() throws InterruptedException {
        AtomicBoolean over = new AtomicBoolean();
        List<Task<Boolean>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiting.add(Task.run(() -> {
                while (!over.get()) {
                    queue.awaitReady(SHORT);
                }
            }));
        }
        List<Task<String>> gets = List.of(Task.start(queue::get), Task.start(queue::get));
        gets.get(1).expectToWait();
        queue.put("a");
        queue.put("b");
        assertThat(List.of(gets.get(0).await(), gets.get(1).await())).containsExactlyInAnyOrder("a", "b");
        over.set(true);
        for (Task<Boolean> task : waiting) {
            task.await();
        }
    }

    // ---- the bound --------------------------------------------------------------------------------------------------

    @Test
    void shouldSayThatItIsFull() throws Exception {
        SharedQueue<String> two = bounded(2, "a");
        assertThat(two.full()).isFalse();
        assertThat(two.remainingCapacity()).isEqualTo(1);
        two.put("b");
        assertThat(two.full()).isTrue();
        assertThat(two.remainingCapacity()).isZero();
        assertThat(two.offer("c")).isFalse();
        assertThatThrownBy(() -> two.add("c")).isInstanceOf(IllegalStateException.class);
        long start = System.nanoTime();
        assertThat(two.put("c", SHORT)).isFalse();
        assertThat(two.offer("c", SHORT.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(2 * SHORT.toNanos());
        assertThat(two.qsize()).isEqualTo(2);
        assertThat(two).containsExactly("a", "b");
        assertThat(two.stats().maxSize()).isEqualTo(2);
    }

    @Test
    void shouldWakeProducerByTake() throws Exception {
        SharedQueue<String> one = bounded(1, "a");
        Task<Boolean> put = Task.run(() -> one.put("b")).expectToWait();
        assertThat(one.get()).isEqualTo("a");
        assertThat(put.await()).isTrue();
        Task<Boolean> timed = Task.start(() -> one.put("c", LONG)).expectToWait();
        assertThat(one.poll()).isEqualTo("b");
        assertThat(timed.await()).isTrue();
        Task<Boolean> offer = Task.start(() -> one.offer("d", 1, TimeUnit.DAYS)).expectToWait();
        assertThat(one.drainTo(new ArrayList<>(), 1)).isEqualTo(1);
        assertThat(offer.await()).isTrue();
        Task<Boolean> again = Task.run(() -> one.put("e")).expectToWait();
        one.clear();
        assertThat(again.await()).isTrue();
    }

    @Test
    void shouldPutAllThroughSmallQueue() throws Exception {
        SharedQueue<String> three = bounded(3, "first");
        List<String> elements =
                IntStream.range(0, 1000).mapToObj(Integer::toString).toList();
        Task<Boolean> put = Task.run(() -> three.putAll(elements)).expectToWait();
        await().until(three::full);
        assertThat(three.qsize()).isEqualTo(3);
        assertThat(three.get()).isEqualTo("first");
        for (String element : elements) {
            assertThat(three.qsize()).isLessThanOrEqualTo(3);
            assertThat(three.get(LONG)).isEqualTo(element);
        }
        put.await();
        assertThat(three.empty()).isTrue();
    }

    // ---- interrupts -------------------------------------------------------------------------------------------------

    @Test
    void shouldNotWaitWhenInterruptedBefore() throws Exception {
        SharedQueue<String> full = bounded(1, "a");
        List<ThrowingCallable> calls = List.of(
                () -> queue.get(),
                () -> queue.get(LONG),
                () -> queue.awaitReady(LONG),
                () -> queue.take(),
                () -> queue.poll(1, TimeUnit.DAYS),
                () -> queue.put("a"),
                () -> queue.put("a", LONG),
                () -> queue.offer("a", 1, TimeUnit.DAYS),
                () -> queue.putAll(List.of("a")),
                () -> full.put("b"),
                () -> full.get(),
                () -> full.putAll(List.of("b")),
                () -> full.join());
        for (ThrowingCallable call : calls) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(call).isInstanceOf(InterruptedException.class);
            assertThat(Thread.interrupted()).isFalse();
        }
        assertThat(queue.empty()).isTrue();
        assertThat(full).containsExactly("a");
    }

    @Test
    void shouldTakeNoNoticeOfInterruptWhereNothingWaits() throws Exception {
        // a queue whose files are first touched by an interrupted thread
        SharedQueue<String> fresh = Task.start(() -> {
                    Thread.currentThread().interrupt();
                    SharedQueue<String> created = create(Codec.utf8(), 10);
                    assertThat(created.offer("a")).isTrue();
                    assertThat(created.add("b")).isTrue();
                    assertThat(created.peek()).isEqualTo("a");
                    assertThat(created.poll()).isEqualTo("a");
                    assertThat(created.drainTo(new ArrayList<>())).isEqualTo(1);
                    assertThat(created.getNow()).isNull();
                    assertThat(created).isEmpty();
                    created.taskDone();
                    created.stats();
                    created.offer("c");
                    created.shutdown();
                    assertThat(Thread.currentThread().isInterrupted()).isTrue();
                    return created;
                })
                .await();
        closed(fresh);
        assertThat(fresh.get()).isEqualTo("c");
    }

    @Test
    void shouldEndWaitByInterrupt() throws Exception {
        SharedQueue<String> full = bounded(1, "a");
        List<Task<?>> waiting = List.of(
                Task.start(queue::get),
                Task.start(() -> queue.get(LONG)),
                Task.start(() -> queue.poll(1, TimeUnit.DAYS)),
                Task.run(() -> full.put("b")),
                Task.start(() -> full.put("b", LONG)),
                Task.run(() -> full.putAll(List.of("b", "c"))),
                Task.run(full::join),
                Task.start(() -> full.join(LONG)));
        for (Task<?> task : waiting) {
            task.expectToWait().interrupt();
            assertThat(task.awaitFailure()).isInstanceOf(InterruptedException.class);
        }
        assertThat(full).containsExactly("a");
        queue.put("still works");
        assertThat(queue.get()).isEqualTo("still works");
    }

    @Test
    void shouldKeepInterruptOfConsumingLoop() throws InterruptedException {
        Task<Boolean> loop = Task.start(() -> {
            assertThatThrownBy(() -> queue.consume().iterator().hasNext()).hasMessageContaining("interrupted");
            return Thread.currentThread().isInterrupted();
        });
        loop.expectToWait().interrupt();
        assertThat(loop.await()).isTrue();
    }

    // ---- the end ----------------------------------------------------------------------------------------------------

    @Test
    void shouldDrainAfterShutdownAndThenSayThatItIsOver() throws InterruptedException {
        with("a", "b", "c");
        assertThat(queue.isShutdown()).isFalse();
        queue.shutdown();
        queue.shutdown();
        assertThat(queue.isShutdown()).isTrue();
        assertThat(queue.stats().shutdown()).isTrue();
        List<ThrowingCallable> puts = List.of(
                () -> queue.put("d"),
                () -> queue.put("d", LONG),
                () -> queue.offer("d"),
                () -> queue.offer("d", 1, TimeUnit.DAYS),
                () -> queue.add("d"),
                () -> queue.putAll(List.of("d")));
        assertThat(puts).allSatisfy(put -> assertThatThrownBy(put).isInstanceOf(QueueShutdownException.class));
        assertThat(queue).containsExactly("a", "b", "c");
        assertThat(queue.get()).isEqualTo("a");
        assertThat(queue.poll()).isEqualTo("b");
        assertThat(queue.get(LONG)).isEqualTo("c");
        List<ThrowingCallable> gets = List.of(
                () -> queue.get(),
                () -> queue.get(LONG),
                () -> queue.getNow(),
                () -> queue.take(),
                () -> queue.poll(1, TimeUnit.DAYS));
        assertThat(gets).allSatisfy(get -> assertThatThrownBy(get).isInstanceOf(QueueShutdownException.class));
        assertThat(queue.poll()).isNull();
        assertThat(queue.peek()).isNull();
        assertThatThrownBy(queue::remove).isInstanceOf(NoSuchElementException.class);
        assertThat(queue.drainTo(new ArrayList<>())).isZero();
    }

    @Test
    void shouldWakeAllWhoWaitByShutdown() throws Exception {
        SharedQueue<String> full = bounded(1, "a");
        List<Task<?>> waiting = List.of(
                Task.start(queue::get),
                Task.start(() -> queue.get(LONG)),
                Task.start(queue::take),
                Task.run(() -> full.put("b")),
                Task.start(() -> full.offer("b", 1, TimeUnit.DAYS)),
                Task.run(() -> full.putAll(List.of("b", "c"))));
        Task<Integer> loop = Task.start(() -> {
            int count = 0;
            for (String element : queue.consume()) {
                count += element.length();
            }
            return count;
        });
        loop.expectToWait();
        queue.shutdown();
        full.shutdown();
        for (Task<?> task : waiting) {
            assertThat(task.awaitFailure()).isInstanceOf(QueueShutdownException.class);
        }
        assertThat(loop.await()).isZero();
        assertThat(full).containsExactly("a");
    }

    @Test
    void shouldEndLoopWhenShutDownAndDrained() throws InterruptedException {
        with("a", "b");
        Task<List<String>> loop = Task.start(() -> {
            List<String> seen = new ArrayList<>();
            queue.consume().forEach(seen::add);
            return seen;
        });
        loop.expectToWait();
        queue.put("c");
        queue.shutdown();
        assertThat(loop.await()).containsExactly("a", "b", "c");
        Iterator<String> over = queue.consume().iterator();
        assertThat(over.hasNext()).isFalse();
        assertThatThrownBy(over::next).isInstanceOf(NoSuchElementException.class);
    }

    @TestFactory
    List<DynamicTest> shouldRefuseEverythingAfterClose() throws Exception {
        SharedQueue<String> gone = bounded(10, "a");
        gone.close();
        gone.close();
        Map<String, ThrowingCallable> calls = new HashMap<>();
        calls.put("put", () -> gone.put("b"));
        calls.put("put timed", () -> gone.put("b", LONG));
        calls.put("offer", () -> gone.offer("b"));
        calls.put("offer timed", () -> gone.offer("b", 1, TimeUnit.DAYS));
        calls.put("add", () -> gone.add("b"));
        calls.put("addAll", () -> gone.addAll(List.of("b")));
        calls.put("putAll", () -> gone.putAll(List.of("b")));
        calls.put("get", gone::get);
        calls.put("get timed", () -> gone.get(LONG));
        calls.put("getNow", gone::getNow);
        calls.put("take", gone::take);
        calls.put("poll", gone::poll);
        calls.put("poll timed", () -> gone.poll(1, TimeUnit.DAYS));
        calls.put("remove", gone::remove);
        calls.put("drainTo", () -> gone.drainTo(new ArrayList<>()));
        calls.put("clear", gone::clear);
        calls.put("consume", () -> gone.consume().iterator().next());
        calls.put("peek", gone::peek);
        calls.put("element", gone::element);
        calls.put("iterator", gone::iterator);
        calls.put("stream", gone::stream);
        calls.put("toArray", gone::toArray);
        calls.put("contains", () -> gone.contains("a"));
        calls.put("remove an element", () -> gone.remove("a"));
        calls.put("empty", gone::empty);
        calls.put("isEmpty", gone::isEmpty);
        calls.put("full", gone::full);
        calls.put("qsize", gone::qsize);
        calls.put("size", gone::size);
        calls.put("remainingCapacity", gone::remainingCapacity);
        calls.put("taskDone", gone::taskDone);
        calls.put("join", () -> gone.join());
        calls.put("join timed", () -> gone.join(LONG));
        calls.put("shutdown", gone::shutdown);
        calls.put("isShutdown", gone::isShutdown);
        calls.put("stats", gone::stats);
        calls.put("delete", gone::delete);
        calls.put("serialize", () -> serialize(gone));
        return calls.entrySet().stream()
                .map(call -> DynamicTest.dynamicTest(
                        call.getKey(),
                        () -> assertThatThrownBy(call.getValue())
                                .isInstanceOf(QueueClosedException.class)
                                .hasMessageContaining("closed")))
                .toList();
    }

    @Test
    void shouldWakeAllWhoWaitByClose() throws Exception {
        SharedQueue<String> full = bounded(1, "a");
        List<Task<?>> waiting = List.of(
                Task.start(queue::get),
                Task.start(() -> queue.get(LONG)),
                Task.run(() -> full.put("b")),
                Task.run(() -> full.putAll(List.of("b", "c"))),
                Task.run(full::join));
        waiting.get(4).expectToWait();
        queue.close();
        full.close();
        for (Task<?> task : waiting) {
            assertThat(task.awaitFailure()).isInstanceOf(QueueClosedException.class);
        }
    }

    @Test
    void shouldSurviveCloseFromManyThreads() throws InterruptedException {
        List<Task<?>> tasks = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            tasks.add(Task.run(() -> {
                while (true) {
                    queue.put("a");
                    queue.peek();
                    queue.getNow();
                }
            }));
        }
        tasks.get(0).expectToWait();
        for (int i = 0; i < 4; i++) {
            Task.run(queue::close);
        }
        for (Task<?> task : tasks) {
            assertThat(task.awaitFailure()).isInstanceOf(QueueClosedException.class);
        }
    }

    @Test
    void shouldStayWhenClosedAndGoWhenDeleted() throws Exception {
        Path directory = parent.resolve("queue");
        SharedQueue<String> one = closed(create(directory, Codec.utf8(), 1));
        one.put("a");
        one.close();
        SharedQueue<String> two = closed(open(directory, Codec.utf8()));
        SharedQueue<String> three = closed(open(directory, Codec.utf8()));
        Task<Boolean> put = Task.run(() -> three.put("b")).expectToWait();
        assertThat(three.peek()).isEqualTo("a");
        two.delete();
        assertThat(put.awaitFailure())
                .isInstanceOf(QueueClosedException.class)
                .hasMessageContaining("deleted")
                .hasMessageContaining(directory.toString());
        assertThatThrownBy(three::get).isInstanceOf(QueueClosedException.class).hasMessageContaining("deleted");
        assertThatThrownBy(two::get).isInstanceOf(QueueClosedException.class);
        assertThat(directory).doesNotExist();
        assertThat(parent).isEmptyDirectory();
        SharedQueue<String> again = closed(create(directory, Codec.utf8(), 5));
        assertThat(again).isEmpty();
        assertThatThrownBy(three::qsize).isInstanceOf(QueueClosedException.class);
    }

    // ---- elements that do not fit -----------------------------------------------------------------------------------

    /** Stands for what users put. */
    record Order(String customer, LocalDate day, List<Line> lines) {}

    record Line(String article, int count) {}

    /** What JSON can only refuse: an accessor throws. */
    record Bomb(List<Fuse> fuses) {}

    record Fuse(int length) {
        @Override
        public int length() {
            throw new IllegalStateException("lit");
        }
    }

    @Test
    void shouldEncodeByType() throws Exception {
        SharedQueue<byte[]> bytes = closed(create(Codec.forType(byte[].class), UNBOUNDED));
        bytes.put(new byte[] {0, -1});
        bytes.put(new byte[0]);
        assertThat(bytes.get()).containsExactly(0, -1);
        assertThat(bytes.get()).isEmpty();
        Order order = new Order("Ada", LocalDate.of(2020, 2, 29), List.of(new Line("pen", 2)));
        SharedQueue<Order> orders = closed(create(Codec.forType(Order.class), UNBOUNDED));
        orders.put(order);
        assertThat(orders.get()).isEqualTo(order);
        SharedQueue<List<Order>> lists = closed(create(Codec.json(new TypeRef<List<Order>>() {}), UNBOUNDED));
        lists.put(List.of(order, order));
        assertThat(lists.get()).containsExactly(order, order);
    }

    @Test
    void shouldChangeNothingWhenElementCannotBeEncoded() throws Exception {
        SharedQueue<String> picky = closed(create(PickyCodec.INSTANCE, UNBOUNDED));
        picky.put("a");
        assertThatThrownBy(() -> picky.put(PickyCodec.UNENCODABLE))
                .isInstanceOfSatisfying(
                        CodecException.class, e -> assertThat(e.path()).isEqualTo("picky.field"));
        assertThatThrownBy(() -> picky.offer(PickyCodec.UNENCODABLE)).isInstanceOf(CodecException.class);
        assertThatThrownBy(() -> picky.putAll(List.of("b", PickyCodec.UNENCODABLE)))
                .isInstanceOf(CodecException.class);
        assertThat(picky).containsExactly("a");
        assertThat(picky.stats().put()).isEqualTo(1);
        SharedQueue<Bomb> bombs = closed(create(Codec.json(Bomb.class), UNBOUNDED));
        assertThatThrownBy(() -> bombs.put(new Bomb(List.of(new Fuse(1)))))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("Bomb.fuses[0].length");
        assertThat(bombs.qsize()).isZero();
    }

    @Test
    void shouldHandOutBytesOfElementThatCannotBeDecoded() throws Exception {
        for (String bad : List.of(PickyCodec.UNDECODABLE, PickyCodec.BROKEN)) {
            SharedQueue<String> picky = closed(create(PickyCodec.INSTANCE, UNBOUNDED));
            picky.putAll(List.of(bad, "a", bad, "b", "c"));
            assertThatThrownBy(picky::get).satisfies(e -> assertIsOfBytes(e, bad));
            assertThat(picky.get()).isEqualTo("a");
            List<String> rest = new ArrayList<>();
            assertThatThrownBy(() -> picky.drainTo(rest)).satisfies(e -> assertIsOfBytes(e, bad));
            assertThat(rest).containsExactly("b", "c");
            assertThat(picky.empty()).isTrue();
            for (int i = 0; i < 3; i++) {
                picky.taskDone();
            }
            assertThat(picky.join(LONG)).as("what cannot be decoded is done").isTrue();
        }
    }

    /** A way to take one element. */
    enum Take {
        GET {
            @Override
            String from(SharedQueue<String> queue) throws InterruptedException {
                return queue.get();
            }
        },
        GET_WITHIN {
            @Override
            String from(SharedQueue<String> queue) throws InterruptedException {
                return queue.get(LONG);
            }
        },
        POLL {
            @Override
            String from(SharedQueue<String> queue) {
                return queue.poll();
            }
        },
        DRAIN {
            @Override
            String from(SharedQueue<String> queue) {
                List<String> target = new ArrayList<>();
                queue.drainTo(target, 1);
                return target.get(0);
            }
        },
        CONSUME {
            @Override
            String from(SharedQueue<String> queue) {
                return queue.consume().iterator().next();
            }
        };

        abstract String from(SharedQueue<String> queue) throws InterruptedException;
    }

    static Stream<Arguments> takesAndFailures() {
        return Stream.of(Take.values())
                .flatMap(take -> Stream.of(FailingCodec.Failure.values()).map(failure -> Arguments.of(take, failure)));
    }

    /**
     * An Error is not the element's fault, but one that comes each time does not keep the queue from coming to its end.
     */
    @ParameterizedTest
    @EnumSource
    void shouldBeDoneAtLastWithWhatCodecAlwaysFailsToDecode(FailingCodec.Failure failure) throws Exception {
        FailingCodec codec = new FailingCodec();
        SharedQueue<String> failing = closed(create(codec, UNBOUNDED));
        failing.putAll(List.of(FailingCodec.BAD, "good"));
        codec.fail(Integer.MAX_VALUE, failure);
        List<String> came = new ArrayList<>();
        int failures = 0;
        for (long deadline = System.nanoTime() + LONG.toNanos(); !failing.join(Duration.ZERO); ) {
            assertThat(System.nanoTime() - deadline)
                    .as("failures=%d, came=%s", failures, came)
                    .isNegative();
            try {
                String element = failing.get(SHORT);
                if (element != null) {
                    came.add(element);
                    failing.taskDone();
                }
            } catch (Throwable e) {
                failures++;
            }
        }
        assertThat(came).containsExactly("good");
        assertThat(failures).isGreaterThan(1);
        assertThat(failing.qsize()).isZero();
    }

    @ParameterizedTest
    @MethodSource("takesAndFailures")
    void shouldKeepWhatCodecFailedToDecode(Take take, FailingCodec.Failure failure) throws Exception {
        FailingCodec codec = new FailingCodec();
        SharedQueue<String> failing = closed(create(codec, UNBOUNDED));
        failing.putAll(List.of("first", FailingCodec.BAD, "last"));
        assertThat(take.from(failing)).isEqualTo("first");
        codec.fail(1, failure);
        assertThat(catchThrowable(() -> take.from(failing))).isNotNull().isNotInstanceOf(CodecException.class);
        assertThat(failing.qsize()).isEqualTo(2);
        assertThat(failing.isEmpty()).isFalse();
        assertThat(failing.stats().size()).isEqualTo(2);
        assertThat(failing.stats().unfinished()).isEqualTo(3);
        assertThat(failing).containsExactlyInAnyOrder(FailingCodec.BAD, "last");
        assertThat(List.of(failing.get(), failing.get())).containsExactlyInAnyOrder(FailingCodec.BAD, "last");
        assertThat(failing.empty()).isTrue();
        for (int i = 0; i < 3; i++) {
            failing.taskDone();
        }
        assertThat(failing.join(LONG)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseCodecThatDecodesToNull(Take take) throws Exception {
        SharedQueue<String> nulls = closed(create(new NullCodec(), UNBOUNDED));
        nulls.put("a");
        assertThat(catchThrowable(nulls::peek)).isInstanceOf(CodecException.class);
        assertThat(catchThrowable(() -> take.from(nulls)))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("null");
        assertThat(nulls.join(LONG)).as("it is done with").isTrue();
    }

    static final class NullCodec implements Codec<String> {

        private static final long serialVersionUID = 1L;

        @Override
        public String id() {
            return "null";
        }

        @Override
        public byte[] encode(String value) {
            return value.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        @SuppressWarnings("NullAway") // that is the mistake
        public String decode(byte[] bytes) {
            return null;
        }
    }

    @Test
    void shouldKeepInOrderWhatTargetOfDrainRefuses() throws Exception {
        SharedQueue<Integer> numbers = closed(create(Codec.json(Integer.class), UNBOUNDED));
        List<Integer> all = IntStream.range(0, 400).boxed().toList();
        numbers.putAll(all);
        List<Integer> drained = new ArrayList<>();
        while (drained.size() < all.size()) {
            BlockingQueue<Integer> target = new ArrayBlockingQueue<>(90);
            Throwable refusal = catchThrowable(() -> numbers.drainTo(target));
            target.drainTo(drained);
            assertThat(drained.size() == all.size()).isEqualTo(refusal == null);
            assertThat(numbers.qsize()).isEqualTo(all.size() - drained.size());
            assertThat(numbers).containsExactlyElementsOf(all.subList(drained.size(), all.size()));
            if (!numbers.isEmpty()) {
                drained.add(numbers.get());
            }
        }
        assertThat(drained).isEqualTo(all);
        assertThat(numbers.stats().taken()).isEqualTo(all.size());
    }

    @Test
    void shouldGiveToOthersWhatHandleKeptWhenItCloses() throws Exception {
        Path directory = parent.resolve("shared");
        SharedQueue<String> one = closed(create(directory, Codec.utf8(), UNBOUNDED));
        SharedQueue<String> two = closed(open(directory, Codec.utf8()));
        one.putAll(List.of("a", "b", "c"));
        BlockingQueue<String> target = new ArrayBlockingQueue<>(1);
        assertThat(catchThrowable(() -> two.drainTo(target))).isInstanceOf(IllegalStateException.class);
        assertThat(target).containsExactly("a");
        one.put("d");
        two.close();
        assertThat(List.of(one.get(LONG), one.get(LONG), one.get(LONG))).containsExactlyInAnyOrder("b", "c", "d");
        for (int i = 0; i < 4; i++) {
            one.taskDone();
        }
        assertThat(one.join(LONG)).isTrue();
    }

    static void assertIsOfBytes(Throwable failure, String text) {
        assertThat(failure)
                .isInstanceOfSatisfying(
                        CodecException.class,
                        e -> assertThat(e.bytes()).isEqualTo(text.getBytes(StandardCharsets.UTF_8)))
                .message()
                .doesNotContain(text);
    }

    @Test
    void shouldRefuseElementThatIsTooLarge() throws Exception {
        SharedQueue<byte[]> small = closed(createForSmallElements(Codec.bytes()));
        small.put(new byte[10]);
        for (Task<?> put : List.of(
                Task.run(() -> small.put(new byte[2 << 20])),
                Task.start(() -> small.offer(new byte[2 << 20])),
                Task.run(() -> small.putAll(List.of(new byte[1], new byte[2 << 20]))))) {
            assertThat(put.awaitFailure())
                    .isInstanceOf(ElementTooLargeException.class)
                    .hasMessageContaining("elementBytes=2097152")
                    .hasMessageContaining("maxElementBytes=");
        }
        assertThat(small.qsize()).isEqualTo(1);
        assertThat(small.get()).hasSize(10);
    }

    @Test
    void shouldRefuseAnotherCodec() throws Exception {
        Path directory = parent.resolve("queue");
        closed(create(directory, Codec.utf8(), UNBOUNDED)).put("a");
        assertThatThrownBy(() -> open(directory, Codec.bytes()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(nameOf(directory))
                .hasMessageContaining(Codec.utf8().id())
                .hasMessageContaining(Codec.bytes().id());
    }

    // ---- looking ----------------------------------------------------------------------------------------------------

    @Test
    void shouldLookWithoutTaking() throws InterruptedException {
        with("gone", "a", "b", "c").get();
        assertThat(queue.peek()).isEqualTo("a");
        assertThat(queue.element()).isEqualTo("a");
        assertThat(queue.contains("b")).isTrue();
        assertThat(queue.contains("gone")).isFalse();
        assertThat(queue.containsAll(List.of("a", "c"))).isTrue();
        assertThat(queue.toArray()).containsExactly("a", "b", "c");
        assertThat(queue.toArray(new String[0])).containsExactly("a", "b", "c");
        assertThat(queue).hasToString("[a, b, c]");
        assertThat(queue.stream()).containsExactly("a", "b", "c");
        assertThat(queue.parallelStream()).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(new ArrayList<>(queue)).containsExactly("a", "b", "c");
        assertThat(queue.size()).isEqualTo(3);
        assertThat(queue.qsize()).isEqualTo(3);
    }

    @Test
    void shouldShowTheFirstFewAsText() throws Exception {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            many.add("element-" + i);
        }
        queue.putAll(many);
        assertThat(queue.toString()).startsWith("[element-0, element-1, ").endsWith(", element-9, and 4990 more]");
        queue.clear();
        queue.put("x".repeat(10_000));
        assertThat(queue.toString()).hasSizeLessThan(200).contains("10000 characters");
        queue.close();
        assertThat(queue.toString()).contains("closed");
    }

    @Test
    void shouldOnlyBeEqualToItself() throws Exception {
        SharedQueue<String> other = bounded(10, "a");
        with("a");
        assertThat(queue.equals(other)).isFalse();
        assertThat(queue.equals(queue)).isTrue();
        assertThat(queue.hashCode()).isEqualTo(System.identityHashCode(queue));
    }

    @Test
    void shouldNotRemoveFromTheMiddle() throws InterruptedException {
        with("a", "b");
        Iterator<String> iterator = queue.iterator();
        iterator.next();
        List<ThrowingCallable> removals = List.of(
                iterator::remove,
                () -> queue.remove("b"),
                () -> queue.removeAll(List.of("a")),
                () -> queue.retainAll(List.of("a")),
                () -> queue.removeIf(e -> true));
        assertThat(removals)
                .allSatisfy(removal -> assertThatThrownBy(removal).isInstanceOf(UnsupportedOperationException.class));
        assertThat(queue.remove("not there")).isFalse();
        assertThat(queue).containsExactly("a", "b");
    }

    @Test
    void shouldIterateWhileOthersPutAndTake() throws InterruptedException {
        with("a", "b", "c");
        Iterator<String> iterator = queue.iterator();
        assertThat(iterator.next()).isEqualTo("a");
        queue.get();
        queue.get();
        queue.put("d");
        List<String> seen = new ArrayList<>();
        iterator.forEachRemaining(seen::add);
        assertThat(seen).isSubsetOf("b", "c", "d").contains("c");
        assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void shouldLookWhileOthersPutAndTake() throws InterruptedException {
        AtomicBoolean over = new AtomicBoolean();
        Task<Boolean> traffic = Task.run(() -> {
            for (int i = 0; !over.get(); i++) {
                queue.put(Integer.toString(i));
                if (i >= 5) {
                    queue.get();
                }
            }
        });
        for (int i = 0; i < 300; i++) {
            List<Integer> seen = new ArrayList<>();
            queue.spliterator().forEachRemaining(e -> seen.add(Integer.valueOf(e)));
            assertThat(seen).isSorted().doesNotHaveDuplicates();
            queue.peek();
            assertThat(queue.parallelStream().toArray()).doesNotContainNull();
        }
        over.set(true);
        traffic.await();
    }

    @Test
    void shouldAlwaysShowSomethingWhileSomethingIsThere() throws InterruptedException {
        with("a", "b");
        AtomicBoolean over = new AtomicBoolean();
        List<Task<?>> traffic = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            traffic.add(Task.run(() -> {
                while (!over.get()) {
                    queue.put("more");
                    queue.get();
                }
            }));
        }
        try {
            for (int i = 0; i < looks(); i++) {
                assertThat(queue.peek()).isNotNull();
                assertThat(queue.element()).isNotNull();
                assertThat(queue.iterator().hasNext()).isTrue();
                assertThat(queue.isEmpty()).isFalse();
                assertThat(queue.empty()).isFalse();
                assertThat(queue.qsize()).isBetween(2L, 4L);
            }
        } finally {
            over.set(true);
        }
        for (Task<?> task : traffic) {
            task.await();
        }
    }

    @Test
    void shouldClear() throws InterruptedException {
        with("a", "b", "c").clear();
        assertThat(queue.qsize()).isZero();
        queue.put("d");
        assertThat(queue.get()).isEqualTo("d");
    }

    @Test
    void shouldDrainAtMostAsMuchAsAsked() throws InterruptedException {
        with("a", "b", "c");
        assertThatThrownBy(() -> queue.drainTo(queue)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> queue.drainTo(queue, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> queue.addAll(queue)).isInstanceOf(IllegalArgumentException.class);
        List<String> target = new ArrayList<>();
        assertThat(queue.drainTo(target, 0)).isZero();
        assertThat(queue.drainTo(target, -1)).isZero();
        assertThat(queue.drainTo(target, 2)).isEqualTo(2);
        assertThat(target).containsExactly("a", "b");
        assertThat(queue.drainTo(target, 2)).isEqualTo(1);
        assertThat(target).containsExactly("a", "b", "c");
    }

    @Test
    void shouldMoveBatches() throws InterruptedException {
        List<String> elements =
                IntStream.range(0, 5000).mapToObj(i -> "element " + i).toList();
        queue.putAll(elements);
        queue.putAll(List.of());
        assertThat(queue.qsize()).isEqualTo(5000);
        List<String> target = new ArrayList<>();
        assertThat(queue.drainTo(target, 777)).isEqualTo(777);
        assertThat(queue.qsize()).isEqualTo(5000 - 777);
        target.add(queue.get());
        assertThat(queue.drainTo(target)).isEqualTo(5000 - 778);
        assertThat(target).isEqualTo(elements);
    }

    @Test
    void shouldMoveAndShowWhatIsLargeTogether() throws InterruptedException {
        List<String> elements = IntStream.range(0, 256)
                .mapToObj(i -> i + "x".repeat(40_000) + "\u0001".repeat(100))
                .toList();
        queue.putAll(elements);
        assertThat(queue.peek()).isEqualTo(elements.get(0));
        assertThat(queue.contains(elements.get(255))).isTrue();
        assertThat(queue.contains("not there")).isFalse();
        assertThat(queue.toArray()).isEqualTo(elements.toArray());
        List<String> target = new ArrayList<>();
        assertThat(queue.drainTo(target)).isEqualTo(256);
        assertThat(target).isEqualTo(elements);
    }

    @Test
    void shouldShowHoweverManyThereAre() throws InterruptedException {
        List<String> elements =
                IntStream.range(0, 25_000).mapToObj(Integer::toString).toList();
        queue.putAll(elements);
        assertThat(List.copyOf(queue)).isEqualTo(elements);
        assertThat(queue.stream().skip(24_999)).containsExactly("24999");
        List<Iterator<String>> looks = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            looks.add(queue.iterator());
        }
        queue.clear();
        queue.put("new");
        for (Iterator<String> look : looks) {
            look.forEachRemaining(each -> assertThat(each).isNotNull());
        }
    }

    @Test
    void shouldKeepNumbers() throws Exception {
        SharedQueue<Double> doubles = closed(create(Codec.json(Double.class), UNBOUNDED));
        List<Double> all = List.of(-0.0, 0.0, Double.MIN_VALUE, -Double.MAX_VALUE, 0.1, 1e300, -1.0, 1e-7);
        doubles.putAll(all);
        assertThat(List.copyOf(doubles)).isEqualTo(all);
        for (Double each : all) {
            assertThat(doubles.get()).isEqualTo(each);
        }
        SharedQueue<BigInteger> large = closed(create(Codec.json(BigInteger.class), UNBOUNDED));
        for (int digits : List.of(1, 19, 20, 100, 999, 20_000)) {
            BigInteger number = BigInteger.TEN.pow(digits).subtract(BigInteger.ONE);
            if (catchThrowable(() -> large.put(number)) == null) {
                assertThat(large.get()).as("%d digits", digits).isEqualTo(number);
            } else {
                assertThatThrownBy(() -> large.put(number)).isInstanceOf(CodecException.class);
                assertThat(digits).isGreaterThan(999);
            }
            assertThat(large.empty()).isTrue();
        }
    }

    // ---- tasks ------------------------------------------------------------------------------------------------------

    @Test
    void shouldJoinWhenEveryTaskIsDone() throws InterruptedException {
        queue.join();
        with("a", "b").get();
        queue.get();
        Task<Boolean> join = Task.run(queue::join).expectToWait();
        queue.taskDone();
        assertThat(queue.join(SHORT)).isFalse();
        join.expectToWait();
        queue.taskDone();
        join.await();
        assertThat(queue.join(Duration.ZERO)).isTrue();
        assertThatThrownBy(queue::taskDone)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("taskDone");
        queue.put("c");
        assertThat(queue.join(SHORT)).isFalse();
    }

    // ---- handles ----------------------------------------------------------------------------------------------------

    @Test
    void shouldArriveAttachedToTheSameQueue() throws Exception {
        SharedQueue<String> there = closed(deserialize(serialize(queue)));
        queue.put("a");
        assertThat(there.qsize()).isEqualTo(1);
        assertThat(there.get()).isEqualTo("a");
        Task<String> get = Task.start(queue::get).expectToWait();
        there.put("b");
        assertThat(get.await()).isEqualTo("b");
        assertThat(queue.stats().members()).isEqualTo(membersOfTwo());
        there.close();
        queue.put("c");
        assertThat(queue.get()).isEqualTo("c");
    }

    /** Nobody can be expected to close what arrived with the arguments of a task. */
    @Test
    void shouldDetachWhatWasPassedWhenNothingRefersToIt() throws Exception {
        byte[] handle = serialize(queue);
        int members = queue.stats().members();
        for (int i = 0; i < 20; i++) {
            SharedQueue<String> there = deserialize(handle);
            there.put("a");
            assertThat(there.get()).isEqualTo("a");
        }
        awaitMembers(members);
        queue.put("b");
        assertThat(queue.get()).isEqualTo("b");
    }

    private void awaitMembers(int members) throws InterruptedException {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (queue.stats().members() > members) {
            assertThat(System.nanoTime() - deadline)
                    .as("members=%d", queue.stats().members())
                    .isNegative();
            System.gc();
            Thread.sleep(10);
        }
        assertThat(queue.stats().members()).isEqualTo(members);
    }

    @Test
    void shouldStayAttachedToWhatWasPassedAsLongAsItIsUsed() throws Exception {
        byte[] handle = serialize(queue);
        int members = queue.stats().members();
        queue.putAll(List.of("a", "b"));
        Iterator<String> looking = Task.start(() -> SharedQueueContract.<SharedQueue<String>>deserialize(handle)
                        .iterator())
                .await();
        CountDownLatch attached = new CountDownLatch(1);
        Task<Boolean> join = Task.run(() -> arrived(handle, attached).join()).expectToWait();
        attached.await();
        int used = queue.stats().members();
        drop(handle);
        awaitMembers(used); // so long has the collector looked
        drop(handle);
        awaitMembers(used);
        assertThat(looking.next()).isEqualTo("a");
        join.expectToWait();
        for (String element : List.of("a", "b")) {
            assertThat(queue.get()).isEqualTo(element);
            queue.taskDone();
        }
        join.await();
        looking = Collections.emptyIterator();
        awaitMembers(members);
    }

    private static SharedQueue<String> arrived(byte[] handle, CountDownLatch attached) throws Exception {
        SharedQueue<String> there = deserialize(handle);
        attached.countDown();
        return there;
    }

    private static void drop(byte[] handle) throws Exception {
        Task.run(() -> SharedQueueContract.<SharedQueue<String>>deserialize(handle)
                        .qsize())
                .await();
    }

    @Test
    void shouldSayWhetherItIsClosed() throws Exception {
        SharedQueue<String> there = closed(deserialize(serialize(queue)));
        assertThat(List.of(queue.isClosed(), there.isClosed())).containsOnly(false);
        there.close();
        assertThat(List.of(queue.isClosed(), there.isClosed())).containsExactly(false, true);
        SharedQueue<String> again = closed(deserialize(serialize(queue)));
        queue.delete();
        assertThatThrownBy(again::qsize).isInstanceOf(QueueClosedException.class);
        assertThat(List.of(queue.isClosed(), again.isClosed())).containsOnly(true);
    }

    @Test
    void shouldNotArriveWhenDeleted() throws Exception {
        byte[] handle = serialize(queue);
        queue.close();
        assertThatThrownBy(() -> deserialize(handle)).isInstanceOf(InvalidObjectException.class);
    }

    static byte[] serialize(Object object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    @SuppressWarnings("unchecked")
    static <T> T deserialize(byte[] bytes) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return (T) in.readObject();
        }
    }

    @Test
    void shouldEndForAllWhenCreatorOfAnonymousQueueCloses() throws Exception {
        SharedQueue<String> there = closed(deserialize(serialize(queue)));
        Task<String> get = Task.start(there::get).expectToWait();
        queue.close();
        assertThat(get.awaitFailure()).isInstanceOf(QueueClosedException.class);
        assertThatThrownBy(there::qsize).isInstanceOf(QueueClosedException.class);
    }

    // ---- many threads -----------------------------------------------------------------------------------------------

    @Test
    void shouldHandEachElementToOneConsumerAndKeepProducersOrder() throws Exception {
        SharedQueue<String> small = bounded(100);
        SharedQueue<String> other = closed(deserialize(serialize(small)));
        int producers = 4;
        int each = 5000;
        List<Task<?>> puts = new ArrayList<>();
        for (int p = 0; p < producers; p++) {
            String name = p + ":";
            SharedQueue<String> mine = p % 2 == 0 ? small : other;
            puts.add(Task.run(() -> {
                for (int i = 0; i < each; i++) {
                    mine.put(name + i);
                }
            }));
        }
        List<Task<List<String>>> gets = new ArrayList<>();
        for (int c = 0; c < 4; c++) {
            SharedQueue<String> mine = c % 2 == 0 ? small : other;
            gets.add(Task.start(() -> {
                List<String> got = new ArrayList<>();
                mine.consume().forEach(got::add);
                return got;
            }));
        }
        for (Task<?> put : puts) {
            put.await();
        }
        small.shutdown();
        List<List<String>> got = new ArrayList<>();
        for (Task<List<String>> get : gets) {
            got.add(get.await());
        }
        assertExactlyOnceAndInOrder(got, producers, each);
    }

    /** Each list is what one consumer got, as {@code producer:number}. */
    static void assertExactlyOnceAndInOrder(Collection<List<String>> got, int producers, int each) {
        Map<String, BitSet> seen = new HashMap<>();
        for (List<String> one : got) {
            Map<String, Integer> last = new HashMap<>();
            for (String element : one) {
                String[] parts = element.split(":");
                int number = Integer.parseInt(parts[1]);
                assertThat(number).as("order of %s", element).isGreaterThan(last.getOrDefault(parts[0], -1));
                last.put(parts[0], number);
                BitSet numbers = seen.computeIfAbsent(parts[0], name -> new BitSet());
                assertThat(numbers.get(number)).as("%s came twice", element).isFalse();
                numbers.set(number);
            }
        }
        assertThat(seen).hasSize(producers);
        assertThat(seen.values())
                .allSatisfy(numbers -> assertThat(numbers.nextClearBit(0)).isEqualTo(each));
    }

    @Test
    void shouldAgreeAboutSizeUnderTraffic() throws Exception {
        SharedQueue<String> ten = bounded(10);
        AtomicBoolean over = new AtomicBoolean();
        List<Task<?>> traffic = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            traffic.add(Task.run(() -> {
                while (!over.get()) {
                    ten.put("a", SHORT);
                }
            }));
            traffic.add(Task.run(() -> {
                while (!over.get()) {
                    ten.get(SHORT);
                }
            }));
        }
        for (int i = 0; i < 10 * looks(); i++) {
            long size = ten.qsize();
            QueueStats stats = ten.stats();
            assertThat(size).isBetween(0L, 10L);
            assertThat(stats.size()).isBetween(0L, 10L);
            assertThat(ten.remainingCapacity()).isBetween(0, 10);
            if (i % 100 != 0) {
                i += 9;
            }
        }
        over.set(true);
        for (Task<?> task : traffic) {
            task.await();
        }
        long size = ten.qsize();
        assertThat(ten.empty()).isEqualTo(size == 0);
        assertThat(ten.full()).isEqualTo(size == 10);
        assertThat(ten.remainingCapacity()).isEqualTo((int) (10 - size));
        assertThat(ten.size()).isEqualTo((int) size);
        assertThat(ten.stats().put() - ten.stats().taken()).isEqualTo(size);
        assertThat(ten.drainTo(new ArrayList<>())).isEqualTo((int) size);
    }

    @Test
    void shouldSaySinceWhenItsOldestElementWaits() throws Exception {
        ClockThread.awaitEnd(); // so that no time is kept from before
        Instant before = now();
        SharedQueue<String> dated = bounded(UNBOUNDED);
        if (!knowsTimes()) {
            assertThat(dated.stats().times()).isEqualTo(QueueTimes.UNKNOWN);
            return;
        }
        QueueTimes times = dated.stats().times();
        assertThat(times.created()).isBetween(before, now());
        assertThat(times).isEqualTo(new QueueTimes(times.created(), null, null, null));
        assertThat(times.oldestAge()).isNull();
        dated.put("a");
        times = dated.stats().times();
        assertThat(times.oldest()).isBetween(before, now());
        assertThat(times.lastPut()).isBetween(before, now());
        assertThat(times.lastTake()).isNull();
        assertThat(times.oldestAge()).isNotNull();
        ClockThread.passOver();
        Instant later = now();
        dated.putAll(List.of("b", "c"));
        times = dated.stats().times();
        assertThat(times.oldest()).as("still that of a").isBetween(before, later);
        assertThat(times.lastPut()).isBetween(later, now());
        assertThat(dated.get()).isEqualTo("a");
        times = dated.stats().times();
        assertThat(times.oldest()).as("that of b").isBetween(later, now());
        assertThat(times.lastTake()).isBetween(later, now());
        assertThat(dated.drainTo(new ArrayList<>())).isEqualTo(2);
        times = dated.stats().times();
        assertThat(times.oldest()).isNull();
        assertThat(times.lastPut()).isBetween(later, now());
    }

    /** In whole milliseconds, as times are noted. */
    private static Instant now() {
        return Instant.ofEpochMilli(System.currentTimeMillis());
    }

    @Test
    void shouldFindElementsAndRoomThatAreThereHoweverShortTheTimeout() throws Exception {
        SharedQueue<String> roomy = bounded(100_000);
        awaitThatNearlyAllFind(roomy, () -> roomy.put("a", Duration.ZERO));
        awaitThatNearlyAllFind(roomy, () -> roomy.poll(0, TimeUnit.SECONDS) != null);
    }

    /** While one is stopped that has the mutex, all others find none: so one round in which nearly all do is enough. */
    private static void awaitThatNearlyAllFind(SharedQueue<String> roomy, Callable<Boolean> attempt) throws Exception {
        int each = 500;
        int tried = 4 * each;
        int found = 0;
        for (long deadline = System.nanoTime() + Patience.LIMIT.toNanos(); found <= tried / 10 * 9; ) {
            assertThat(System.nanoTime() - deadline)
                    .as("found=%d, tried=%d", found, tried)
                    .isNegative();
            roomy.clear();
            roomy.putAll(Collections.nCopies(tried, "a"));
            List<Task<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                tasks.add(Task.start(() -> countTrue(each, attempt)));
            }
            found = sum(tasks);
        }
    }

    private static int countTrue(int times, Callable<Boolean> attempt) throws Exception {
        int count = 0;
        for (int i = 0; i < times; i++) {
            count += attempt.call() ? 1 : 0;
        }
        return count;
    }

    private static int sum(List<Task<Integer>> tasks) throws InterruptedException {
        int sum = 0;
        for (Task<Integer> task : tasks) {
            sum += task.await();
        }
        return sum;
    }

    @Test
    void shouldLoseNothingToInterrupts() throws Exception {
        SharedQueue<String> small = bounded(20);
        List<String> put = Collections.synchronizedList(new ArrayList<>());
        List<String> got = Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean over = new AtomicBoolean();
        List<Task<?>> tasks = new ArrayList<>();
        for (int p = 0; p < 2; p++) {
            String name = p + ":";
            tasks.add(Task.run(() -> {
                for (int i = 0; !over.get(); i++) {
                    try {
                        if (i % 2 == 0) {
                            small.put(name + i);
                            put.add(name + i);
                        } else if (small.offer(name + i)) {
                            put.add(name + i);
                        }
                    } catch (InterruptedException e) {
                        // then it was not put
                    }
                }
            }));
        }
        for (int c = 0; c < 2; c++) {
            tasks.add(Task.run(() -> {
                while (!over.get()) {
                    try {
                        got.add(small.get());
                    } catch (InterruptedException e) {
                        // then nothing was taken
                    }
                    String now = small.poll();
                    if (now != null) {
                        got.add(now);
                    }
                }
            }));
        }
        await().until(() -> !got.isEmpty());
        for (int i = 0; i < 1000; i++) {
            tasks.get(i % tasks.size()).interrupt();
            Thread.sleep(0, 300_000);
        }
        over.set(true);
        for (Task<?> task : tasks) {
            task.interrupt();
            task.await();
        }
        small.drainTo(got);
        assertThat(got).isNotEmpty();
        assertThat(got.stream().sorted().toList())
                .isEqualTo(put.stream().sorted().toList());
    }
}
