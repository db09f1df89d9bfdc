// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * When queues were used, as somebody sees it who looks from outside, while their processes work and after they were
 * killed. {@code -Dipcq.seed=n} repeats a choice of moments.
 */
@Timeout(600)
@Tag("once")
class QueueTimesIT {

    private static final long SEED = Long.getLong("ipcq.seed", System.nanoTime());
    private static final int KILLS = 6;

    enum Kind {
        RING {
            @Override
            SharedQueue<String> openOrCreate(Path directory) throws IOException {
                return SharedQueue.openOrCreate(directory, String.class);
            }
        },
        JOURNAL {
            @Override
            SharedQueue<String> openOrCreate(Path directory) throws IOException {
                return DurableQueue.openOrCreate(directory, String.class);
            }
        };

        abstract SharedQueue<String> openOrCreate(Path directory) throws IOException;
    }

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path parent;

    private final List<TestJvm> children = new ArrayList<>();

    /** What the children do: {@code kind directory action}. */
    static final class Program {

        public static void main(String[] args) throws Exception {
            try (SharedQueue<String> queue = Kind.valueOf(args[0]).openOrCreate(Path.of(args[1]))) {
                switch (args[2]) {
                    case "put" -> queue.put("a");
                    case "get" -> queue.get();
                    case "putAll" -> {
                        while (true) {
                            queue.put("a");
                            System.out.println("put");
                            putMore(queue);
                        }
                    }
                    case "getAll" -> {
                        while (queue.get() != null) {}
                    }
                    default -> throw new IllegalArgumentException(args[2]);
                }
                System.out.println("done");
                System.in.read();
            }
        }

        private static void putMore(SharedQueue<String> queue) {
            for (int i = 0; i < 1000; i++) {
                queue.offer("b");
            }
        }
    }

    private TestJvm child(Kind kind, String action) {
        TestJvm child = TestJvm.start(
                Program.class, kind.name(), parent.resolve("queue").toString(), action);
        children.add(child);
        return child;
    }

    @AfterEach
    void endChildren() {
        children.forEach(TestJvm::close);
    }

    private QueueTimes look() throws IOException {
        try (QueueView view = QueueView.open(parent.resolve("queue"));
                QueueGlances glances = new QueueGlances()) {
            QueueTimes times = view.snapshot().times();
            QueueGlance seen = glances.at(parent.resolve("queue"));
            assertThat(seen).isNotNull();
            assertThat(seen.times()).as("what a list shows").isEqualTo(times);
            return times;
        }
    }

    private static Instant now() {
        return Instant.ofEpochMilli(System.currentTimeMillis());
    }

    /** Each of them is killed, so that nobody is there who could say anything. */
    @ParameterizedTest
    @EnumSource
    void shouldKnowAllWhenAllAreDead(Kind kind) throws Exception {
        Instant first = now();
        TestJvm producer = child(kind, "put");
        producer.awaitLine("done");
        producer.kill();
        Instant second = now();
        QueueTimes times = look();
        assertThat(times.created()).isBetween(first, second);
        assertThat(times.oldest()).isBetween(times.created(), second);
        assertThat(times.lastPut()).isEqualTo(times.oldest());
        assertThat(times.lastTake()).isNull();
        TimeUnit.MILLISECONDS.sleep(UseTimes.RESOLUTION_MILLIS);
        TestJvm another = child(kind, "put");
        another.awaitLine("done");
        another.kill();
        assertThat(look().oldest()).as("the first one waits longer").isEqualTo(times.oldest());
        Instant lastPut = look().lastPut();
        assertThat(lastPut).isBetween(second, now());
        Instant third = now();
        TestJvm consumer = child(kind, "get");
        consumer.awaitLine("done");
        consumer.kill();
        times = look();
        assertThat(times.oldest()).isEqualTo(lastPut);
        assertThat(times.lastPut()).isEqualTo(lastPut);
        assertThat(times.lastTake()).isBetween(third, now());
        assertThat(times.oldestAge()).isNotNull();
    }

    /** The queue was used before each of them, so a time that were missing would show as one from before. */
    @ParameterizedTest
    @EnumSource
    void shouldKnowSinceWhenElementsOfKilledProducersWait(Kind kind) throws Exception {
        System.out.println("QueueTimesIT: -Dipcq.seed=" + SEED);
        Random random = new Random(SEED);
        try (SharedQueue<String> queue = kind.openOrCreate(parent.resolve("queue"))) {
            for (int i = 0; i < KILLS; i++) {
                queue.put("before");
                queue.drainTo(new ArrayList<>());
                assertThat(look().oldest()).isNull();
                ClockThread.passOver();
                Instant begin = now();
                TestJvm producer = child(kind, "putAll");
                producer.awaitLine("put");
                TimeUnit.MILLISECONDS.sleep(random.nextInt(700));
                producer.kill();
                Instant end = now();
                QueueTimes times = look();
                assertThat(times.oldest()).isBetween(begin, end);
                assertThat(times.lastPut()).isBetween(times.oldest(), end);
                assertThat(queue.get()).as("the first one is still there").isEqualTo("a");
            }
        }
    }

    /** Whoever looks sees times that were, and the last ones never go back. */
    @ParameterizedTest
    @EnumSource
    void shouldSayNothingThatWasNotWhileManyWork(Kind kind) throws Exception {
        Instant begin = now();
        for (int i = 0; i < 2; i++) {
            child(kind, "putAll").awaitLine("put");
            child(kind, "getAll");
        }
        await().until(() -> times().lastTake() != null);
        QueueTimes before = times();
        Instant first = before.lastPut();
        while (!before.lastPut().isAfter(first.plusMillis(4 * UseTimes.RESOLUTION_MILLIS))) {
            QueueTimes times = times();
            Instant end = now();
            assertThat(times.lastPut()).isBetween(before.lastPut(), end);
            assertThat(times.lastTake()).isBetween(before.lastTake(), end);
            if (times.oldest() != null) {
                assertThat(times.oldest()).isBetween(begin, end);
            }
            before = times;
        }
    }

    private QueueTimes times() throws IOException {
        try (QueueView view = QueueView.open(parent.resolve("queue"))) {
            return view.snapshot().times();
        }
    }
}
