// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.codec.CodecException;
import io.ipcq.memory.DirectoryHandle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever becomes of the dead letters, their queue goes on, and what was given up gets there as soon as it can. */
class DeadLettersTest {

    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration LEASE = Duration.ofMillis(30);
    private static final int MAX_ATTEMPTS = 2;

    @TempDir
    Path parent;

    private final List<DurableQueue<?>> toClose = new ArrayList<>();

    @AfterEach
    void closeQueues() {
        toClose.forEach(DurableQueue::close);
    }

    private DurableQueue<String> create() throws IOException {
        DurableQueue<String> queue = DurableQueue.builder(PickyCodec.INSTANCE)
                .maxAttempts(MAX_ATTEMPTS)
                .leaseTimeout(LEASE)
                .redeliveryDelay(Duration.ofNanos(1))
                .create(parent.resolve("orders"));
        toClose.add(queue);
        return queue;
    }

    private DurableQueue<String> open() throws IOException {
        DurableQueue<String> queue = DurableQueue.builder(PickyCodec.INSTANCE).open(parent.resolve("orders"));
        toClose.add(queue);
        return queue;
    }

    private static Path place(DurableQueue<?> queue) {
        return queue.directory().resolve("dead-letters");
    }

    /** How the element at the head of a queue comes to be given up. */
    enum End {
        GIVEN_BACK("poison") {
            @Override
            void of(DurableQueue<String> queue) throws InterruptedException {
                for (int i = 0; i < MAX_ATTEMPTS; i++) {
                    assertThat(queue.receive().nack()).isTrue();
                }
            }
        },
        NEVER_ACKNOWLEDGED("poison") {
            @Override
            void of(DurableQueue<String> queue) throws InterruptedException {
                for (int i = 1; i <= MAX_ATTEMPTS; i++) {
                    assertThat(queue.receive().attempts()).isEqualTo(i);
                }
            }
        },
        UNDECODABLE_BY_GET(PickyCodec.UNDECODABLE) {
            @Override
            void of(DurableQueue<String> queue) {
                assertThatThrownBy(queue::get).isInstanceOf(CodecException.class);
            }
        },
        UNDECODABLE_BY_RECEIVE(PickyCodec.BROKEN) {
            @Override
            void of(DurableQueue<String> queue) {
                assertThatThrownBy(queue::receive).isInstanceOf(CodecException.class);
            }
        },
        UNDECODABLE_BY_DRAIN(PickyCodec.UNDECODABLE) {
            @Override
            void of(DurableQueue<String> queue) {
                assertThatThrownBy(() -> queue.drainTo(new ArrayList<>(), 1)).isInstanceOf(CodecException.class);
            }
        };

        final String element;

        End(String element) {
            this.element = element;
        }

        abstract void of(DurableQueue<String> queue) throws Exception;
    }

    /** What somebody does to the dead letters. */
    enum Fate {
        DELETED {
            @Override
            void of(DurableQueue<DeadLetter> letters) {
                letters.delete();
            }
        },
        SHUT_DOWN {
            @Override
            void of(DurableQueue<DeadLetter> letters) {
                letters.shutdown();
            }
        },
        SHUT_DOWN_AND_DRAINED {
            @Override
            void of(DurableQueue<DeadLetter> letters) {
                letters.shutdown();
                assertThat(letters.consume()).hasSize(1);
            }
        },
        REMOVED {
            @Override
            void of(DurableQueue<DeadLetter> letters) throws IOException {
                DirectoryHandle.delete(letters.directory());
            }
        },
        REPLACED {
            @Override
            void of(DurableQueue<DeadLetter> letters) throws IOException {
                Files.move(letters.directory(), letters.directory().resolveSibling("dead-letters-of-may"));
            }
        };

        abstract void of(DurableQueue<DeadLetter> letters) throws IOException;
    }

    static Stream<Arguments> endsAndFates() {
        return Stream.of(End.values()).flatMap(end -> Stream.of(Fate.values()).map(fate -> Arguments.of(end, fate)));
    }

    @ParameterizedTest
    @MethodSource("endsAndFates")
    void shouldGoOnWhateverSomebodyDoesToDeadLetters(End end, Fate fate) throws Exception {
        DurableQueue<String> queue = create();
        queue.put(end.element);
        end.of(queue);
        queue.join();
        try (DurableQueue<DeadLetter> letters = queue.deadLetters()) {
            assertThat(letters.qsize()).isEqualTo(1);
            fate.of(letters);
        }
        if (fate == Fate.REPLACED) {
            queue.deadLetters().close();
        }

        queue.put(end.element);
        end.of(queue);
        queue.put("good");
        assertThat(queue.get()).isEqualTo("good");
        queue.taskDone();

        assertThat(queue.join(LONG)).isTrue();
        assertThat(queue.stats().leased()).isZero();
        assertThat(queue.stats().unburied()).isZero();
        assertThat(queue.qsize()).isZero();
        assertThat(last(queue)).isEqualTo(end.element);
    }

    private static String last(DurableQueue<String> queue) {
        try (DurableQueue<DeadLetter> letters = queue.deadLetters()) {
            DeadLetter last = null;
            for (DeadLetter letter = letters.poll(); letter != null; letter = letters.poll()) {
                last = letter;
            }
            assertThat(last).isNotNull();
            return new String(last.bytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepWhatCannotBeBuriedUntilItCan(End end) throws Exception {
        DurableQueue<String> queue = create();
        Path obstacle = Files.createFile(place(queue));
        queue.put(end.element);
        end.of(queue);
        queue.put("good");
        assertThat(queue.get()).isEqualTo("good");
        queue.taskDone();
        assertThat(queue.get(LEASE.multipliedBy(5))).isNull();
        assertThat(queue.join(SHORT)).isFalse();
        assertThat(queue.stats().leased()).isZero();
        assertThat(queue.stats().unburied()).isEqualTo(1);
        assertThat(queue.stats().unfinished()).isEqualTo(1);

        DurableQueue<String> other = open();
        queue.close();
        assertThat(other.get(SHORT)).isNull();
        assertThat(other.stats().unburied()).isEqualTo(1);

        Files.delete(obstacle);
        assertThat(other.join(LONG)).as("who waits buries it").isTrue();
        assertThat(other.stats().unburied()).isZero();
        assertThat(last(other)).isEqualTo(end.element);
    }

    @Test
    void shouldBuryWhatWasLeftWhenQueueIsOpenedAgain() throws Exception {
        DurableQueue<String> queue = create();
        Path obstacle = Files.createFile(place(queue));
        for (int i = 0; i < 100; i++) {
            queue.put(PickyCodec.UNDECODABLE);
        }
        assertThatThrownBy(() -> queue.drainTo(new ArrayList<>())).isInstanceOf(CodecException.class);
        assertThat(queue.stats().unburied()).isEqualTo(100);
        queue.shutdown();
        assertThatThrownBy(queue::get).isInstanceOf(QueueShutdownException.class);
        queue.close();

        Files.delete(obstacle);
        DurableQueue<String> again = open();
        assertThat(again.stats().unburied()).isEqualTo(100);
        assertThat(again.join(LONG)).isTrue();
        try (DurableQueue<DeadLetter> letters = again.deadLetters()) {
            assertThat(letters.qsize()).isEqualTo(100);
        }
    }

    @Test
    void shouldHoldBackWhenMoreCannotBeBuriedThanThereIsRoomFor() throws Exception {
        DurableQueue<String> queue =
                DurableQueue.builder(PickyCodec.INSTANCE).maxLeases(1).create(parent.resolve("orders"));
        toClose.add(queue);
        Path obstacle = Files.createFile(place(queue));
        int room = JournalLayout.slots(1);
        for (int i = 0; i < room; i++) {
            queue.put(PickyCodec.UNDECODABLE);
        }
        queue.put("good");
        for (int i = 0; i < room; i++) {
            assertThatThrownBy(queue::get).isInstanceOf(CodecException.class);
        }
        assertThat(queue.stats().unburied()).isEqualTo(room);
        assertThat(queue.getNow())
                .as("there would be no place for it if it could not be handed out")
                .isNull();
        Task<String> get = Task.start(queue::get).expectToWait();
        Files.delete(obstacle);
        assertThat(get.await()).isEqualTo("good");
        queue.taskDone();
        assertThat(queue.join(LONG)).isTrue();
    }

    @Test
    void shouldHaveRoomForTheLargestElement() throws Exception {
        int largest = DurableQueueOptions.MAX_ELEMENT_BYTES;
        DurableQueue<byte[]> queue =
                DurableQueue.builder(byte[].class).maxElementBytes(largest).create(parent.resolve("orders"));
        toClose.add(queue);
        try (DurableQueue<DeadLetter> letters = queue.deadLetters()) {
            assertThat(letters.options().maxElementBytes())
                    .isEqualTo(largest + DeadLetterCodec.HEADER_BYTES + DeadLetterCodec.MAX_REASON_BYTES);
        }
    }
}
