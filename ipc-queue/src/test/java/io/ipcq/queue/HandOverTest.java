// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.queue.FailingCodec.BAD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import io.ipcq.queue.FailingCodec.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a durable queue does with an element that it has claimed, and that cannot be handed out for whatever reason. */
class HandOverTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int MAX_ATTEMPTS = 3;

    @TempDir
    Path parent;

    private final FailingCodec codec = new FailingCodec();
    private final List<DurableQueue<?>> toClose = new ArrayList<>();

    @AfterEach
    void closeQueues() {
        toClose.forEach(DurableQueue::close);
    }

    private <E> DurableQueue<E> create(DurableQueueBuilder<E> builder) throws IOException {
        DurableQueue<E> queue = builder.redeliveryDelay(Duration.ofNanos(1)).create(parent.resolve("orders"));
        toClose.add(queue);
        return queue;
    }

    /** A way to take one element. */
    enum Way {
        GET {
            @Override
            String take(DurableQueue<String> queue) throws InterruptedException {
                return queue.get();
            }
        },
        GET_WITHIN {
            @Override
            String take(DurableQueue<String> queue) throws InterruptedException {
                return queue.get(LONG);
            }
        },
        POLL {
            @Override
            String take(DurableQueue<String> queue) {
                return queue.poll();
            }
        },
        DRAIN {
            @Override
            String take(DurableQueue<String> queue) {
                List<String> target = new ArrayList<>();
                queue.drainTo(target, 1);
                return target.get(0);
            }
        },
        RECEIVE {
            @Override
            String take(DurableQueue<String> queue) throws InterruptedException {
                return queue.receive().value();
            }
        },
        CONSUME {
            @Override
            String take(DurableQueue<String> queue) {
                return queue.consume().iterator().next();
            }
        };

        abstract String take(DurableQueue<String> queue) throws Exception;
    }

    static Stream<Arguments> waysAndFailures() {
        return Stream.of(Way.values())
                .flatMap(way -> Stream.of(Failure.values()).map(failure -> Arguments.of(way, failure)));
    }

    @ParameterizedTest
    @MethodSource("waysAndFailures")
    void shouldTakeBackWhatCouldNotBeHandedOut(Way way, Failure failure) throws Exception {
        DurableQueue<String> queue = create(DurableQueue.builder(codec).maxAttempts(MAX_ATTEMPTS));
        queue.put(BAD);
        codec.fail(MAX_ATTEMPTS - 1, failure);
        for (int i = 1; i < MAX_ATTEMPTS; i++) {
            assertThat(catchThrowable(() -> way.take(queue))).isInstanceOf(Throwable.class);
            assertThat(queue.qsize()).isEqualTo(1);
            assertThat(queue.stats().leased()).isZero();
        }
        Delivery<String> last = queue.receive();
        assertThat(last.value()).isEqualTo(BAD);
        assertThat(last.attempts()).isEqualTo(MAX_ATTEMPTS);
        assertThat(last.ack()).isTrue();
        assertThat(queue.join(LONG)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("waysAndFailures")
    void shouldGiveUpWhatNeverCanBeHandedOut(Way way, Failure failure) throws Exception {
        DurableQueue<String> queue = create(DurableQueue.builder(codec).maxAttempts(MAX_ATTEMPTS));
        queue.putAll(List.of("first", BAD, "last"));
        assertThat(queue.get()).isEqualTo("first");
        codec.fail(Integer.MAX_VALUE, failure);
        for (int i = 0; i < MAX_ATTEMPTS; i++) {
            assertThat(catchThrowable(() -> way.take(queue))).isInstanceOf(Throwable.class);
        }
        assertThat(queue.get()).isEqualTo("last");
        queue.taskDone();
        queue.taskDone();
        assertThat(queue.join(LONG)).isTrue();
        try (DurableQueue<DeadLetter> letters = queue.deadLetters()) {
            DeadLetter letter = letters.get();
            assertThat(letter.number()).isEqualTo(1);
            assertThat(letter.attempts()).isEqualTo(MAX_ATTEMPTS);
            assertThat(new String(letter.bytes(), StandardCharsets.UTF_8)).isEqualTo(BAD);
            assertThat(letters.empty()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseNull(Way way) throws Exception {
        Codec<String> toNull = new Codec<>() {
            @Override
            public String id() {
                return "to-null";
            }

            @Override
            public byte[] encode(String value) {
                return new byte[1];
            }

            @Override
            @SuppressWarnings("NullAway") // that is the mistake
            public String decode(byte[] bytes) {
                return null;
            }
        };
        DurableQueue<String> queue = create(DurableQueue.builder(toNull));
        queue.put("a");
        assertThat(catchThrowable(() -> way.take(queue)))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("null");
        assertThat(queue.join(LONG)).isTrue();
        try (DurableQueue<DeadLetter> letters = queue.deadLetters()) {
            assertThat(letters.qsize()).isEqualTo(1);
        }
        queue.put("a");
        assertThat(catchThrowable(queue::peek)).isInstanceOf(CodecException.class);
    }

    // ---- targets that refuse ----------------------------------------------------------------------------------------

    @Test
    void shouldKeepInOrderWhatTargetOfDrainRefuses() throws Exception {
        DurableQueue<Integer> queue = create(DurableQueue.builder(Integer.class).maxAttempts(2));
        List<Integer> all = IntStream.range(0, 400).boxed().toList();
        queue.putAll(all);
        List<Integer> drained = new ArrayList<>();
        while (drained.size() < all.size()) {
            ArrayBlockingQueue<Integer> target = new ArrayBlockingQueue<>(90);
            Throwable refusal = catchThrowable(() -> queue.drainTo(target));
            target.drainTo(drained);
            assertThat(drained.size() == all.size()).isEqualTo(refusal == null);
            assertThat(queue.qsize()).isEqualTo(all.size() - drained.size());
        }
        assertThat(drained).isEqualTo(all);
        assertThat(queue.stats().taken()).isEqualTo(all.size());
        try (DurableQueue<DeadLetter> letters = queue.deadLetters()) {
            assertThat(letters.empty()).as("it was the target's fault").isTrue();
        }
    }

    /** Others take meanwhile, and the segment in which it stood is removed: it comes again, at the end. */
    @Test
    void shouldKeepWhatTargetRefusesAlsoWhenItsSegmentIsGone() throws Exception {
        DurableQueue<String> queue = create(DurableQueue.builder(String.class).segmentBytes(1 << 20));
        String filler = "x".repeat(100_000);
        queue.putAll(List.of("a", "b"));
        for (int i = 0; i < 30; i++) {
            queue.put(filler);
        }
        Throwable refusal = catchThrowable(() -> queue.drainTo(
                new AbstractCollection<String>() {
                    @Override
                    public boolean add(String element) {
                        for (int i = 0; i < 30; i++) {
                            assertThat(queue.poll()).isEqualTo(filler);
                        }
                        throw new IllegalStateException("refused " + element);
                    }

                    @Override
                    public Iterator<String> iterator() {
                        return Collections.emptyIterator();
                    }

                    @Override
                    public int size() {
                        return 0;
                    }
                },
                2));
        assertThat(refusal).hasMessage("refused a");
        assertThat(queue.qsize()).isEqualTo(2);
        List<String> again = List.of(queue.get(), queue.get());
        assertThat(again).containsExactlyInAnyOrder("a", "b");
        for (int i = 0; i < 32; i++) {
            queue.taskDone();
        }
        assertThat(queue.join(LONG)).isTrue();
    }
}
