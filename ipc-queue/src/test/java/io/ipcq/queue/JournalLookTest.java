// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.OpenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Documents of a journal that are read out of turn: by those who look, and for redelivery. */
class JournalLookTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String FILLER = "x".repeat(100_000);
    /** Of the one who takes, of the one who puts, and of all who look. */
    private static final int MOST_OPEN = 3;

    private static final long SEED = Long.getLong("ipcq.seed", System.nanoTime());

    @TempDir
    Path parent;

    private final List<DurableQueue<?>> toClose = new ArrayList<>();

    @AfterEach
    void closeQueues() {
        toClose.forEach(DurableQueue::close);
    }

    private DurableQueue<String> create(int retainedSegments) throws IOException {
        DurableQueue<String> queue = DurableQueue.builder(String.class)
                .segmentBytes(1 << 20)
                .retainedSegments(retainedSegments)
                .redeliveryDelay(Duration.ZERO)
                .create(parent.resolve("orders"));
        toClose.add(queue);
        return queue;
    }

    private DurableQueue<String> open() throws IOException {
        DurableQueue<String> queue = DurableQueue.open(parent.resolve("orders"), String.class);
        toClose.add(queue);
        return queue;
    }

    /** A look that is begun, and not gone on with. */
    enum Look {
        ITERATOR {
            @Override
            Object begin(DurableQueue<String> queue) {
                Iterator<String> elements = queue.iterator();
                elements.next();
                return elements;
            }
        },
        STREAM {
            @Override
            @SuppressWarnings("StreamResourceLeak") // that is the mistake
            Object begin(DurableQueue<String> queue) {
                return queue.stream().findFirst();
            }
        },
        BROWSE {
            @Override
            @SuppressWarnings("StreamResourceLeak") // that is the mistake
            Object begin(DurableQueue<String> queue) {
                Iterator<String> elements = queue.browse().iterator();
                elements.next();
                return elements;
            }
        },
        REPLAY {
            @Override
            @SuppressWarnings("StreamResourceLeak") // that is the mistake
            Object begin(DurableQueue<String> queue) {
                Iterator<Replayed<String>> elements = queue.replay(0).iterator();
                elements.next();
                return elements;
            }
        },
        SPLITERATOR {
            @Override
            Object begin(DurableQueue<String> queue) {
                var elements = queue.spliterator();
                elements.tryAdvance(element -> {});
                return elements;
            }
        };

        abstract Object begin(DurableQueue<String> queue);
    }

    @Test
    void shouldShowWhatIsThereWhenAllThatWasThereIsGone() throws Exception {
        DurableQueue<String> queue = create(0);
        queue.put("first");
        for (int round = 0; round < 3; round++) {
            try (Stream<String> look = queue.stream()) {
                for (int i = 0; i < 25; i++) {
                    queue.put(FILLER);
                    queue.get();
                }
                assertThat(look.toList()).as("it never was empty").containsExactly(FILLER);
            }
        }
        try (Stream<String> look = queue.stream()) {
            queue.get();
            assertThat(look.count()).as("it has just been taken").isLessThanOrEqualTo(1);
        }
    }

    /** Whether the garbage collector runs or not, and whoever removes the segments. */
    @ParameterizedTest
    @EnumSource
    void shouldKeepNothingOpenForWhoLooksAndForgets(Look look) throws Exception {
        assumeTrue(Files.isReadable(Path.of("/proc/self/maps")));
        DurableQueue<String> queue = create(0);
        DurableQueue<String> other = open();
        List<Object> forgotten = new ArrayList<>();
        queue.put(FILLER);
        for (int i = 0; i < 200; i++) {
            queue.put(FILLER);
            if (i % 5 == 0) {
                forgotten.add(look.begin(queue));
                forgotten.add(look.begin(other));
            }
            queue.get();
        }
        assertThat(forgotten).hasSize(80);
        // Chronicle gives back what is closed in a thread of its own
        await().untilAsserted(() ->
                assertThat(removedSegments(queue)).as("still mapped").hasSizeLessThanOrEqualTo(2 * MOST_OPEN));
        await().untilAsserted(() ->
                assertThat(openDescriptors(queue)).as("still open").hasSizeLessThanOrEqualTo(2 * MOST_OPEN));
    }

    private static List<String> removedSegments(DurableQueue<?> queue) throws IOException {
        return removed(queue, OpenFiles.mappings()).stream().distinct().toList();
    }

    private static List<String> openDescriptors(DurableQueue<?> queue) throws IOException {
        return removed(queue, OpenFiles.descriptors());
    }

    private static List<String> removed(DurableQueue<?> queue, List<String> files) {
        return files.stream()
                .filter(file -> file.startsWith(queue.directory() + "/journal/") && file.endsWith("(deleted)"))
                .toList();
    }

    /** As when a segment is consumed between a put and its way to the disk. */
    @Test
    void shouldNotMakeRemovedSegmentAnewWhenItIsWrittenToTheDisk() throws Exception {
        DurableQueue<String> queue = create(0);
        for (int i = 0; i < 50; i++) {
            queue.put(FILLER);
            queue.get();
        }
        List<Path> left = DurableQueueTest.segments(queue.directory());
        assertThat(left).noneMatch(segment -> segment.endsWith(SegmentName.of(1)));
        ((JournalQueue<String>) queue).store().journal().force(1L << Integer.SIZE);
        queue.flush();
        assertThat(DurableQueueTest.segments(queue.directory())).isEqualTo(left);
    }

    @Test
    void shouldGoOnLookingAtWhatIsLeft() throws Exception {
        DurableQueue<String> queue = create(0);
        for (int i = 0; i < 60; i++) {
            queue.put(i + FILLER);
        }
        Iterator<String> iterator = queue.iterator();
        assertThat(iterator.next()).startsWith("0x");
        for (int i = 0; i < 50; i++) {
            queue.get();
        }
        List<Integer> seen = new ArrayList<>();
        iterator.forEachRemaining(element -> seen.add(Integer.valueOf(element.substring(0, element.indexOf('x')))));
        assertThat(seen).isSorted().doesNotHaveDuplicates().endsWith(58, 59).contains(50);
    }

    @Test
    void shouldReplayFromAnyNumber() throws Exception {
        System.out.println("seed=" + SEED);
        Random random = new Random(SEED);
        DurableQueue<String> queue = create(1000);
        List<String> all = new ArrayList<>();
        while (DurableQueueTest.segments(queue.directory()).size() < 6) {
            List<String> batch = new ArrayList<>();
            for (int i = random.nextInt(20); i >= 0; i--) {
                batch.add(all.size() + batch.size() + ":" + FILLER.substring(0, random.nextInt(10_000)));
            }
            queue.putAll(batch);
            all.addAll(batch);
        }
        for (int i = random.nextInt(all.size()); i > 0; i--) {
            queue.get();
        }
        for (int i = 0; i < 200; i++) {
            int number = i < 3 ? i : i < 6 ? all.size() + 3 - i : random.nextInt(all.size());
            try (Stream<Replayed<String>> history = queue.replay(number)) {
                assertThat(history.limit(2).map(Replayed::value))
                        .as("from %d of %d", number, all.size())
                        .isEqualTo(all.subList(number, Math.min(all.size(), number + 2)));
            }
        }
        assertThat(queue.replay(0).map(Replayed::number)).hasSize(all.size()).isSorted();
    }

    @Test
    void shouldReplayFromNumberThatIsGone() throws Exception {
        DurableQueue<String> queue = create(1);
        for (int i = 0; i < 100; i++) {
            queue.put(i + FILLER);
            queue.get();
        }
        List<Long> left = queue.replay(0).map(Replayed::number).toList();
        assertThat(left.get(0)).isPositive();
        assertThat(queue.replay(left.get(0) - 1).map(Replayed::number)).isEqualTo(left);
        assertThat(queue.replay(left.get(0) + 1).map(Replayed::number)).isEqualTo(left.subList(1, left.size()));
        assertThat(queue.replay(100)).isEmpty();
    }

    @Test
    void shouldDeliverAgainInOrderOverManySegments() throws Exception {
        DurableQueue<String> queue = create(0);
        int count = 120;
        for (int i = 0; i < count / 4; i++) {
            queue.putAll(List.of(4 * i + FILLER, 4 * i + 1 + "x", 4 * i + 2 + "x", 4 * i + 3 + FILLER));
        }
        for (int attempt = 1; attempt <= 3; attempt++) {
            List<Delivery<String>> deliveries = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Delivery<String> delivery = queue.receive();
                assertThat(delivery.number()).isEqualTo(i);
                assertThat(delivery.value()).startsWith(i + "x");
                assertThat(delivery.attempts()).isEqualTo(attempt);
                deliveries.add(delivery);
            }
            Collections.shuffle(deliveries, new Random(SEED));
            boolean last = attempt == 3;
            deliveries.forEach(delivery ->
                    assertThat(last ? delivery.ack() : delivery.nack()).isTrue());
        }
        assertThat(queue.join(LONG)).isTrue();
    }
}
