// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ipcq.codec.CodecException;
import io.ipcq.queue.FailingCodec.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a ring's handle does with elements that it has taken, and that cannot be handed over for whatever reason. */
class RingHandOverTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String BAD = FailingCodec.BAD;

    @TempDir
    Path parent;

    private final FailingCodec codec = new FailingCodec();
    private SharedQueue<String> queue;
    private SharedQueue<String> other;

    @BeforeEach
    void createQueue() throws IOException {
        queue = SharedQueue.builder(codec).maxSize(4).create(parent.resolve("queue"));
        other = SharedQueue.builder(codec).open(parent.resolve("queue"));
    }

    @AfterEach
    void closeQueues() {
        queue.close();
        other.close();
    }

    private static void refuse(SharedQueue<String> queue) {
        assertThat(catchThrowable(() -> queue.drainTo(new ArrayBlockingQueue<>(1))))
                .isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @EnumSource
    void shouldHandOverInOrderAfterError(Failure failure) throws InterruptedException {
        queue.putAll(List.of("a", BAD, "b"));
        List<String> target = new ArrayList<>();
        codec.fail(1, failure);
        assertThat(catchThrowable(() -> queue.drainTo(target))).isNotInstanceOf(CodecException.class);
        assertThat(target).containsExactly("a");
        queue.put("c");
        assertThat(other.qsize()).as("two are kept by the other handle").isEqualTo(1);
        assertThat(queue.peek()).isEqualTo(BAD);
        assertThat(queue.drainTo(target)).isEqualTo(3);
        assertThat(target).containsExactly("a", BAD, "b", "c");
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveUpWhatFailsTwice(Failure failure) throws InterruptedException {
        queue.putAll(List.of(BAD, "a"));
        codec.fail(Integer.MAX_VALUE, failure);
        assertThat(catchThrowable(queue::get)).isNotInstanceOf(CodecException.class);
        assertThat(catchThrowable(queue::get))
                .isInstanceOfSatisfying(
                        CodecException.class,
                        e -> assertThat(e.bytes()).isEqualTo(BAD.getBytes(StandardCharsets.UTF_8)));
        assertThat(queue.get()).isEqualTo("a");
        queue.taskDone();
        assertThat(queue.join(LONG)).as("what was given up is done").isTrue();
    }

    @Test
    void shouldWakeAnotherThreadOfTheHandle() throws Exception {
        queue.put("a");
        List<Task<String>> waiting = new ArrayList<>();
        List<String> target = new ArrayList<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public boolean add(String element) {
                try {
                    waiting.add(Task.start(() -> queue.get()).expectToWait());
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                throw new IllegalStateException("refused");
            }
        };
        assertThat(catchThrowable(() -> queue.drainTo(target))).hasMessage("refused");
        assertThat(waiting.get(0).await()).isEqualTo("a");
    }

    @Test
    void shouldPutBackBehindOthersWhenHandleCloses() throws InterruptedException {
        queue.putAll(List.of("a", "b", "c"));
        refuse(other);
        queue.put("d");
        assertThat(queue.stats().unfinished()).isEqualTo(4);
        other.close();
        assertThat(List.of(queue.get(), queue.get(), queue.get())).containsExactly("d", "b", "c");
        for (int i = 0; i < 4; i++) {
            assertThat(queue.join(Duration.ZERO)).isFalse();
            queue.taskDone();
        }
        assertThat(queue.join(LONG)).isTrue();
    }

    @Test
    void shouldCountAsDoneWhatFindsNoRoomWhenHandleCloses() throws InterruptedException {
        queue.putAll(List.of("a", "b", "c"));
        refuse(other);
        queue.putAll(List.of("d", "e", "f"));
        other.close();
        List<String> left = new ArrayList<>();
        assertThat(queue.drainTo(left)).isEqualTo(4);
        assertThat(left).containsExactly("d", "e", "f", "b");
        for (int i = 0; i < 5; i++) {
            queue.taskDone();
        }
        assertThat(queue.join(LONG)).as("nobody will ever take the sixth").isTrue();
    }

    @Test
    void shouldHandOverWhatIsKeptAfterShutdown() throws InterruptedException {
        queue.putAll(List.of("a", "b"));
        refuse(queue);
        queue.shutdown();
        assertThat(queue.get()).isEqualTo("b");
        assertThat(catchThrowable(queue::get)).isInstanceOf(QueueShutdownException.class);
    }
}
