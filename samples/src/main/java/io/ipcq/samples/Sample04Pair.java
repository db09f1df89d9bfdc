// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import io.ipcq.process.ChildProcess;
import io.ipcq.queue.SharedQueue;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Question: how do two processes share a queue, and how does their parent know that everything was read?
 *
 * <p>The reader never ends by itself. It says {@code taskDone} for each letter, so the parent can wait until nothing is
 * unfinished and then terminate it, instead of hoping that some pause was long enough.
 *
 * <p>Command: {@code ./ipcq demo pair}
 *
 * <p>Expected output:
 *
 * <pre>
 * Put A to queue...
 * Put B to queue...
 * Put C to queue...
 * Get A from queue.
 * Get B from queue.
 * Get C from queue.
 *
 * Everything was written and read.
 * </pre>
 */
public final class Sample04Pair {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LONGEST_PAUSE_MILLIS = 500;

    private Sample04Pair() {}

    public static void main(String[] args) throws Exception {
        try (SharedQueue<String> queue = SharedQueue.create(String.class);
                ChildProcess writer = new ChildProcess(Sample04Pair::write, queue);
                ChildProcess reader = new ChildProcess(Sample04Pair::read, queue)) {
            writer.start();
            writer.joinOrThrow();
            reader.startAndAwait();
            if (!queue.join(PATIENCE)) {
                throw new IllegalStateException(
                        "not everything was read: queue=" + queue.stats() + ", reader=" + reader);
            }
            // it would read for ever
            reader.terminate();
            reader.join();
            System.out.println();
            System.out.println("Everything was written and read.");
        }
    }

    static void write(SharedQueue<String> queue) throws InterruptedException {
        for (String letter : List.of("A", "B", "C")) {
            System.out.println("Put " + letter + " to queue...");
            queue.put(letter);
            pause();
        }
    }

    static void read(SharedQueue<String> queue) throws InterruptedException {
        while (true) {
            System.out.println("Get " + queue.get() + " from queue.");
            queue.taskDone();
            pause();
        }
    }

    private static void pause() throws InterruptedException {
        Thread.sleep(ThreadLocalRandom.current().nextInt(LONGEST_PAUSE_MILLIS));
    }
}
