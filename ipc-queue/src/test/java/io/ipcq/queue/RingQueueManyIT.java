// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many queues in one process, at once and one after the other. {@code -Dipcq.cycles=n} sets how often one is created
 * and closed; {@code -Psoak} does it 100,000 times.
 */
@Timeout(600)
class RingQueueManyIT {

    private static final int QUEUES = 1_000;
    private static final int CYCLES = Integer.getInteger("ipcq.cycles", 10_000);
    private static final Path SELF = Path.of("/proc/self");
    /** A collection is asked for when a thousand closed ones are still mapped, and takes its time; nobody else asks. */
    private static final int MOST_MAPPINGS = 2_000;
    /** What else the JVM may open, map or start meanwhile. */
    private static final int SLACK = 20;

    @Test
    void shouldServeThousandQueuesAtOnce() throws Exception {
        List<SharedQueue<Integer>> queues = new ArrayList<>();
        try {
            for (int i = 0; i < QUEUES; i++) {
                queues.add(SharedQueue.create(Integer.class));
                queues.get(i).put(i);
            }
            for (int i = 0; i < QUEUES; i++) {
                assertThat(queues.get(i).qsize()).isEqualTo(1);
                assertThat(queues.get(i).get()).isEqualTo(i);
            }
        } finally {
            queues.forEach(SharedQueue::close);
        }
    }

    @Test
    void shouldLeaveNothingBehindOfTenThousandQueues() throws Exception {
        cycle(100); // what is made once is there
        System.gc();
        long descriptors = count("fd", "");
        int threads = Thread.activeCount();
        long start = System.nanoTime();
        int mostMappings = cycle(CYCLES);
        System.out.printf(
                "%d queues created and closed: %.0f us each, at most %d mappings at once%n",
                CYCLES, (System.nanoTime() - start) / 1e3 / CYCLES, mostMappings);
        await().until(() -> Thread.activeCount() <= threads + SLACK);
        await().until(() -> count("fd", "") <= descriptors + SLACK);
        await().until(() -> {
            System.gc();
            return mappings() == 0;
        });
    }

    private static int cycle(int times) throws Exception {
        int most = 0;
        for (int i = 0; i < times; i++) {
            Path place;
            try (SharedQueue<String> queue = SharedQueue.create(String.class)) {
                place = ((RingQueue<?>) queue).directory();
                queue.put("a");
                assertThat(queue.get()).isEqualTo("a");
            }
            assertThat(place).doesNotExist();
            if (i % 100 == 0) {
                most = Math.max(most, mappings());
                await().until(() -> mappings() <= MOST_MAPPINGS);
            }
        }
        return most;
    }

    /** Of rings that this process has mapped. */
    private static int mappings() throws IOException {
        try (Stream<String> lines = Files.lines(SELF.resolve("maps"))) {
            return (int) lines.filter(line -> line.contains("ring.ipcq")).count();
        }
    }

    private static long count(String what, String name) throws IOException {
        try (Stream<Path> entries = Files.list(SELF.resolve(what))) {
            return entries.filter(entry -> entry.toString().contains(name)).count();
        }
    }
}
