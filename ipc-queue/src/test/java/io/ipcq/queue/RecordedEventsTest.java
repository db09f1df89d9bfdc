// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.codec.Codec;
import io.ipcq.memory.RobustMutex;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the Flight Recorder hears of. */
class RecordedEventsTest {

    private static final Duration THRESHOLD = Duration.ofMillis(20);
    private static final Duration LONGER = Duration.ofMillis(100);

    @TempDir
    Path parent;

    private final Recording recording = new Recording();

    enum Engine {
        RING {
            @Override
            SharedQueue<String> create(Path directory) throws IOException {
                return SharedQueue.builder(String.class).maxSize(1).create(directory);
            }

            @Override
            int dieInMutex(Path directory) throws IOException {
                RingFiles.Attachment dead =
                        new RingFiles(directory).open(Codec.utf8().id(), hold -> hold);
                new RobustMutex(dead.control().region(), RingLayout.MUTEX, dead.members()).lock();
                dead.close();
                return dead.members().number();
            }
        },
        JOURNAL {
            @Override
            SharedQueue<String> create(Path directory) throws IOException {
                return DurableQueue.builder(String.class).maxSize(1).create(directory);
            }

            @Override
            int dieInMutex(Path directory) throws IOException {
                JournalFiles.Attachment dead =
                        new JournalFiles(directory).open(Codec.utf8().id(), hold -> hold);
                new RobustMutex(dead.control().region(), JournalLayout.PRODUCER_MUTEX, dead.members()).lock();
                dead.close();
                return dead.members().number();
            }
        };

        /** With room for one element. */
        abstract SharedQueue<String> create(Path directory) throws IOException;

        /** Leaves the mutex of puts locked by a member that is gone; its number. */
        abstract int dieInMutex(Path directory) throws IOException;
    }

    @BeforeEach
    void record() {
        recording.enable("io.ipcq.Put");
        recording.enable("io.ipcq.Get");
        recording.start();
    }

    @AfterEach
    void close() {
        recording.close();
    }

    private List<RecordedEvent> events() throws IOException {
        Path file = parent.resolve("recording.jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("io.ipcq."))
                .toList();
    }

    /**
     * Does something until it was recorded: on a busy machine it may come too late to have to wait. Each attempt makes
     * one event at most.
     */
    private RecordedEvent onlyEvent(String name, SharedQueue<?> queue, Task.Action attempt) throws IOException {
        await().until(() -> {
            attempt.run();
            return !events().isEmpty();
        });
        return onlyEvent(name, queue);
    }

    private RecordedEvent onlyEvent(String name, SharedQueue<?> queue) throws IOException {
        List<RecordedEvent> events = events();
        assertThat(events).extracting(event -> event.getEventType().getName()).containsExactly(name);
        assertThat(events.get(0).getString("queue")).isEqualTo(queue.directory().toString());
        return events.get(0);
    }

    @ParameterizedTest
    @EnumSource
    void shouldRecordPutThatIsBlocked(Engine engine) throws Exception {
        try (SharedQueue<String> queue = engine.create(parent.resolve("queue"))) {
            queue.put("first");
            RecordedEvent event = onlyEvent(
                    "io.ipcq.Put",
                    queue,
                    () -> assertThat(queue.put("second", LONGER)).isFalse());
            assertThat(event.getDuration()).isGreaterThanOrEqualTo(THRESHOLD);
            assertThat(event.getStackTrace().getFrames()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldRecordGetThatIsBlocked(Engine engine) throws Exception {
        try (SharedQueue<String> queue = engine.create(parent.resolve("queue"))) {
            RecordedEvent event = onlyEvent(
                    "io.ipcq.Get", queue, () -> assertThat(queue.get(LONGER)).isNull());
            assertThat(event.getDuration()).isGreaterThanOrEqualTo(THRESHOLD);
        }
    }

    /** One wait is one event, whatever it is made of: while a lease is out, a consumer looks after it. */
    @Test
    void shouldRecordOneEventForOneWait() throws Exception {
        try (DurableQueue<String> queue = DurableQueue.create(parent.resolve("queue"), String.class)) {
            queue.put("first");
            queue.receive();
            onlyEvent(
                    "io.ipcq.Get",
                    queue,
                    () -> assertThat(queue.receive(LONGER.multipliedBy(3))).isNull());
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldRecordBlockedPutOfMany(Engine engine) throws Exception {
        recording.disable("io.ipcq.Get"); // on a busy machine they wait, too
        try (SharedQueue<String> queue = engine.create(parent.resolve("queue"))) {
            onlyEvent("io.ipcq.Put", queue, () -> {
                Task<Boolean> putting =
                        Task.run(() -> queue.putAll(List.of("first", "second"))).expectToWait();
                assertThat(List.of(queue.take(), queue.take())).containsExactly("first", "second");
                putting.await();
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldRecordNothingWhereNobodyWaits(Engine engine) throws Exception {
        try (SharedQueue<String> queue = engine.create(parent.resolve("queue"))) {
            for (int i = 0; i < 100; i++) {
                queue.put("first");
                assertThat(queue.offer("second")).isFalse();
                queue.get();
                assertThat(queue.poll()).isNull();
            }
            assertThat(events()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldRecordTakeoverFromTheDead(Engine engine) throws Exception {
        try (SharedQueue<String> queue = engine.create(parent.resolve("queue"))) {
            int dead = engine.dieInMutex(queue.directory());
            queue.put("first");
            assertThat(onlyEvent("io.ipcq.Takeover", queue).getInt("member")).isEqualTo(dead);
        }
    }

    /** A queue that nobody watched over is repaired by who opens it, whether anybody died or not. */
    @ParameterizedTest
    @EnumSource
    void shouldTakeNoOpeningForTakeover(Engine engine) throws Exception {
        engine.create(parent.resolve("queue")).close();
        try (SharedQueue<byte[]> queue = EncodedQueue.open(parent.resolve("queue"))) {
            queue.put(new byte[1]);
            queue.get();
            assertThat(events()).isEmpty();
        }
    }

    /** As the JDK's own events about waiting have it. */
    @ParameterizedTest
    @ValueSource(strings = {"io.ipcq.Put", "io.ipcq.Get"})
    void shouldHaveThresholdUnlessToldOtherwise(String name) throws Exception {
        try (SharedQueue<String> queue = Engine.RING.create(parent.resolve("queue"))) {
            queue.get(Duration.ofMillis(1)); // whereby the events are known
            queue.put("first");
            queue.put("second", Duration.ofMillis(1));
        }
        assertThat(FlightRecorder.getFlightRecorder().getEventTypes())
                .filteredOn(type -> type.getName().equals(name))
                .singleElement()
                .satisfies(type -> assertThat(type.getSettingDescriptors()).anySatisfy(setting -> {
                    assertThat(setting.getName()).isEqualTo("threshold");
                    assertThat(setting.getDefaultValue()).isEqualTo("20 ms");
                }));
    }

    @Test
    void shouldRecordRedelivery() throws Exception {
        try (DurableQueue<String> queue = DurableQueue.create(parent.resolve("queue"), String.class)) {
            queue.put("first");
            queue.receive().nack(Duration.ZERO);
            queue.receive().ack();
            RecordedEvent event = onlyEvent("io.ipcq.Redelivery", queue);
            assertThat(event.getEventType().getCategoryNames()).containsExactly("ipcq");
            assertThat(event.getEventType().getDescription()).isNotEmpty();
            assertThat(event.getLong("number")).isZero();
            assertThat(event.getInt("attempts")).isEqualTo(2);
        }
    }

    @Test
    void shouldRecordSegmentRoll() throws Exception {
        try (DurableQueue<byte[]> queue =
                DurableQueue.builder(byte[].class).segmentBytes(1 << 20).create(parent.resolve("queue"))) {
            queue.put(new byte[1 << 20]);
            assertThat(onlyEvent("io.ipcq.SegmentRoll", queue).getInt("segment"))
                    .isEqualTo(2);
        }
    }
}
