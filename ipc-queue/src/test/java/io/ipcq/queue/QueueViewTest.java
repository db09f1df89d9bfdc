// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.memory.RegionFormatException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueueViewTest {

    @TempDir
    Path parent;

    private SharedQueue<String> create(String kind) throws Exception {
        Path directory = parent.resolve(kind);
        return kind.equals("ring")
                ? SharedQueue.create(directory, String.class)
                : DurableQueue.create(directory, String.class);
    }

    private static List<String> text(Stream<byte[]> elements) {
        try (elements) {
            return elements.map(element -> new String(element, UTF_8)).toList();
        }
    }

    private static List<String> numbered(Stream<Replayed<byte[]>> elements) {
        try (elements) {
            return elements.map(each -> each.number() + new String(each.value(), UTF_8))
                    .toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring", "journal"})
    void shouldShowWhatTheQueueSays(String kind) throws Exception {
        try (SharedQueue<String> queue = create(kind);
                QueueView view = QueueView.open(queue.directory())) {
            assertThat(text(view.browse())).isEmpty();
            queue.putAll(List.of("a", "b", "c"));
            queue.get();
            QueueSnapshot snapshot = view.snapshot();
            QueueStats stats = queue.stats();
            assertThat(snapshot.size()).isEqualTo(stats.size());
            assertThat(snapshot.put()).isEqualTo(stats.put());
            assertThat(snapshot.taken()).isEqualTo(stats.taken());
            assertThat(snapshot.unfinished()).isEqualTo(stats.unfinished());
            assertThat(snapshot.storageBytes()).isEqualTo(stats.storageBytes());
            assertThat(snapshot.holders()).isEmpty();
            assertThat(snapshot.shutdown()).isFalse();
            assertThat(text(view.browse())).containsExactly("b", "c");
            queue.shutdown();
            assertThat(view.snapshot().shutdown()).isTrue();
            assertThat(queue.stats().members()).as("it is no member").isEqualTo(1);
            queue.delete();
            assertThat(view.snapshot().deleted()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring", "journal"})
    void shouldFollowWhatIsPut(String kind) throws Exception {
        try (SharedQueue<String> queue = create(kind);
                QueueView view = QueueView.open(queue.directory())) {
            queue.putAll(List.of("a", "b"));
            assertThat(numbered(view.from(0))).containsExactly("0a", "1b");
            assertThat(numbered(view.from(2))).isEmpty();
            queue.put("c");
            assertThat(numbered(view.from(2))).containsExactly("2c");
            queue.put("d");
            assertThat(numbered(view.from(3))).containsExactly("3d");
            assertThat(numbered(view.from(1))).containsExactly("1b", "2c", "3d");
        }
    }

    @Test
    void shouldFollowThroughManyLapsOfRing() throws Exception {
        try (SharedQueue<String> queue =
                        SharedQueue.builder(String.class).capacityBytes(4096).create(parent.resolve("small"));
                QueueView view = QueueView.open(queue.directory())) {
            for (int i = 0; i < 1000; i++) {
                queue.put("x".repeat(i % 50));
                assertThat(numbered(view.from(i))).containsExactly(i + "x".repeat(i % 50));
                if (i % 10 == 9) {
                    queue.drainTo(new ArrayList<>());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring", "journal"})
    void shouldFindNothingWrongWithWhatIsInOrder(String kind) throws Exception {
        List<String> flaws = new ArrayList<>();
        try (SharedQueue<String> queue = create(kind);
                QueueView view = QueueView.open(queue.directory())) {
            assertThat(view.verify(flaws::add)).isZero();
            for (int i = 0; i < 100; i++) {
                queue.put("e" + i);
            }
            AtomicInteger sound = new AtomicInteger();
            assertThat(view.verify(flaws::add, sound::incrementAndGet)).isEqualTo(100);
            assertThat(sound).hasValue(100);
            queue.drainTo(new ArrayList<>());
            view.verify(flaws::add);
            assertThat(flaws).isEmpty();
        }
    }

    @Test
    void shouldFindNothingWrongWhileSegmentsComeAndGo() throws Exception {
        List<String> flaws = new ArrayList<>();
        try (DurableQueue<String> queue =
                        DurableQueue.builder(String.class).segmentBytes(1 << 20).create(parent.resolve("rolling"));
                QueueView view = QueueView.open(queue.directory())) {
            for (int i = 0; i < 500; i++) {
                queue.put("x".repeat(10_000));
                if (i % 100 == 50) {
                    assertThat(view.verify(flaws::add)).isPositive();
                    queue.drainTo(new ArrayList<>(), 60);
                }
            }
            assertThat(flaws).isEmpty();
        }
    }

    @Test
    void shouldShowLeasesWithTheirAge() throws Exception {
        try (DurableQueue<String> queue = DurableQueue.create(parent.resolve("journal"), String.class);
                QueueView view = QueueView.open(queue.directory())) {
            queue.putAll(List.of("a", "b"));
            long before = System.nanoTime();
            Delivery<String> delivery = queue.receive();
            assertThat(view.snapshot().leases()).singleElement().satisfies(lease -> {
                assertThat(lease.number()).isZero();
                assertThat(lease.attempts()).isEqualTo(1);
                assertThat(lease.ageNanos()).isBetween(0L, System.nanoTime() - before);
            });
            assertThat(delivery.ack()).isTrue();
            assertThat(view.snapshot().leases()).isEmpty();
            assertThat(view.snapshot().acknowledged()).isEqualTo(1);
        }
    }

    @Test
    void shouldKnowOnWhichWordsSomebodySleeps() throws Exception {
        try (QueueView ring = view(create("ring"));
                QueueView journal = view(create("journal"))) {
            Map<QueueWord, Integer> ringWords = Map.of(
                    QueueWord.PUT_MUTEX, RingLayout.MUTEX,
                    QueueWord.ELEMENT, RingLayout.NOT_EMPTY,
                    QueueWord.ROOM, RingLayout.NOT_FULL,
                    QueueWord.TASKS, RingLayout.ALL_DONE);
            ringWords.forEach((word, offset) -> assertThat(ring.wordAt(offset)).isEqualTo(word));
            Map<QueueWord, Integer> journalWords = Map.of(
                    QueueWord.PUT_MUTEX, JournalLayout.PRODUCER_MUTEX,
                    QueueWord.TAKE_MUTEX, JournalLayout.CONSUMER_MUTEX,
                    QueueWord.ELEMENT, JournalLayout.NOT_EMPTY,
                    QueueWord.ROOM, JournalLayout.NOT_FULL,
                    QueueWord.TASKS, JournalLayout.ALL_DONE);
            journalWords.forEach(
                    (word, offset) -> assertThat(journal.wordAt(offset)).isEqualTo(word));
            for (QueueView view : List.of(ring, journal)) {
                assertThat(view.wordAt(0)).isNull();
                assertThat(view.wordAt(1 << 20)).isNull();
            }
        }
    }

    private static QueueView view(SharedQueue<String> queue) throws Exception {
        queue.close();
        return QueueView.open(queue.directory());
    }

    @Test
    void shouldRefuseWhatIsNoQueue() throws Exception {
        assertThat(QueueView.isThere(parent)).isFalse();
        assertThat(QueueView.isThere(parent.resolve("nothing"))).isFalse();
        assertThatThrownBy(() -> QueueView.open(parent.resolve("nothing"))).isInstanceOf(NoSuchFileException.class);
        Files.writeString(parent.resolve("file"), "text");
        assertThatThrownBy(() -> QueueView.open(parent)).isInstanceOf(RegionFormatException.class);
        create("ring").close();
        assertThat(QueueView.isThere(parent.resolve("ring"))).isTrue();
    }
}
