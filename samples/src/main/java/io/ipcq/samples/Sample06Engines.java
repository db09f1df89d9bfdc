// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import io.ipcq.process.ChildProcess;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueStats;
import io.ipcq.queue.SharedQueue;
import java.time.Duration;
import java.util.stream.IntStream;

/**
 * Question: which of the two queues, and when?
 *
 * <p>{@link SharedQueue} is memory: as fast as processes can talk, and gone with them. What {@code get} has handed over
 * dies with its consumer. {@link DurableQueue} is a journal: slower, but a consumer's death loses nothing, and what was
 * put is still there when all processes have ended. Both are used in the same way, so begin with the first; take the
 * second where a lost element would have to be explained to somebody.
 *
 * <p>Command: {@code ./ipcq demo engines}
 *
 * <p>Expected output, with other figures:
 *
 * <pre>
 * shared memory: 200000 numbers from another process in 60 ms
 * journal: 200000 numbers from another process in 300 ms
 * shared memory: the consumer was killed, left in the queue: 0
 * journal: the consumer was killed, left in the queue: 1, attempt 2
 * </pre>
 */
public final class Sample06Engines {

    private static final int NUMBERS = 200_000;
    private static final int BATCH = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Sample06Engines() {}

    public static void main(String[] args) throws Exception {
        try (SharedQueue<Integer> memory = SharedQueue.create(Integer.class);
                DurableQueue<Integer> journal = DurableQueue.create(Integer.class)) {
            System.out.println("shared memory: " + transfer(memory));
            System.out.println("journal: " + transfer(journal));
            System.out.println("shared memory: " + killConsumer(memory, false));
            System.out.println("journal: " + killConsumer(journal, true) + ", attempt "
                    + journal.receive().attempts());
        }
    }

    private static String transfer(SharedQueue<Integer> queue) throws Exception {
        try (ChildProcess producer = new ChildProcess(Sample06Engines::produce, queue)) {
            producer.startAndAwait();
            next(queue, producer); // now it runs
            long start = System.nanoTime();
            for (int i = 1; i < NUMBERS; i++) {
                next(queue, producer);
            }
            long millis = (System.nanoTime() - start) / 1_000_000;
            producer.joinOrThrow();
            return NUMBERS + " numbers from another process in " + millis + " ms";
        }
    }

    private static void next(SharedQueue<Integer> queue, ChildProcess producer) throws InterruptedException {
        if (queue.get(PATIENCE) == null) {
            throw new IllegalStateException("no more numbers came: " + producer);
        }
    }

    static void produce(SharedQueue<Integer> queue) throws InterruptedException {
        for (int i = 0; i < NUMBERS; i += BATCH) {
            queue.putAll(IntStream.range(i, i + BATCH).boxed().toList());
        }
    }

    /** The consumer dies with the only element in its hands. */
    private static String killConsumer(SharedQueue<Integer> queue, boolean leased) throws Exception {
        try (SharedQueue<Integer> taken = SharedQueue.create(Integer.class);
                ChildProcess consumer = leased
                        ? new ChildProcess(Sample06Engines::borrow, (DurableQueue<Integer>) queue, taken)
                        : new ChildProcess(Sample06Engines::take, queue, taken)) {
            queue.put(42);
            consumer.startAndAwait();
            if (taken.get(PATIENCE) == null) {
                throw new IllegalStateException("the consumer did not begin: " + consumer);
            }
            consumer.kill();
            consumer.join();
            QueueStats stats = queue.stats();
            // what is leased to the dead comes to whoever asks next
            return "the consumer was killed, left in the queue: " + (stats.size() + stats.leased());
        }
    }

    static void take(SharedQueue<Integer> queue, SharedQueue<Integer> taken) throws InterruptedException {
        taken.put(queue.get());
        Thread.sleep(Long.MAX_VALUE);
    }

    static void borrow(DurableQueue<Integer> queue, SharedQueue<Integer> taken) throws InterruptedException {
        Delivery<Integer> delivery = queue.receive();
        taken.put(delivery.value());
        Thread.sleep(Long.MAX_VALUE);
    }
}
