// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import io.ipcq.manager.Manager;
import io.ipcq.pool.ProcessPool;
import io.ipcq.process.ChildProcess;
import io.ipcq.process.Output;
import io.ipcq.queue.SharedQueue;

/**
 * Question: how do the workers of a pool share a queue?
 *
 * <p>A manager is a process of its own that holds the queue. {@code apply} waits, so the writer has ended before the
 * reader begins, so the reader knows how much there is to read.
 *
 * <p>Command: {@code ./ipcq demo pool}
 *
 * <p>Expected output, with other numbers:
 *
 * <pre>
 * (4711) start
 * writer started (4713), its parent is (4711)
 * reader started (4714), its parent is (4711)
 * reader got from the queue: d
 * reader got from the queue: o
 * reader got from the queue: n
 * reader got from the queue: g
 * reader got from the queue: G
 * reader got from the queue: e
 * (4711) End
 * </pre>
 */
public final class Sample10ManagedQueue {

    private static final int WORKERS = 2;
    private static final String LETTERS = "dongGe";

    private Sample10ManagedQueue() {}

    public static void main(String[] args) throws Exception {
        System.out.println("(" + ChildProcess.current().pid() + ") start");
        try (Manager manager = Manager.start();
                SharedQueue<String> queue = manager.queue(String.class);
                ProcessPool pool = ProcessPool.builder()
                        .workers(WORKERS)
                        .output(Output.INHERIT) // as it is, without the worker's name before each line
                        .create()) {
            pool.apply(Sample10ManagedQueue::write, queue);
            pool.apply(Sample10ManagedQueue::read, queue);
        }
        System.out.println("(" + ChildProcess.current().pid() + ") End");
    }

    static int write(SharedQueue<String> queue) throws InterruptedException {
        tell("writer");
        for (int i = 0; i < LETTERS.length(); i++) {
            queue.put(LETTERS.substring(i, i + 1));
        }
        return LETTERS.length();
    }

    static long read(SharedQueue<String> queue) throws InterruptedException {
        tell("reader");
        long letters = queue.qsize();
        for (long left = letters; left > 0; left--) {
            System.out.println("reader got from the queue: " + queue.get());
        }
        return letters;
    }

    private static void tell(String who) {
        System.out.println(who + " started (" + ChildProcess.current().pid() + "), its parent is ("
                + ChildProcess.parent().orElseThrow().pid() + ")");
    }
}
