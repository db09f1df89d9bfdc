// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import io.ipcq.process.ChildProcess;
import io.ipcq.queue.SharedQueue;

/**
 * Question: how does a program take the results of another process until that one is done, or dead?
 *
 * <p>Command: {@code ./ipcq demo until}
 *
 * <p>Expected output:
 *
 * <pre>
 * got 1
 * got 2
 * got 3
 * no more: Process-1 ended with exit code 3
 * </pre>
 */
public final class Sample15UntilItDies {

    private static final int RESULTS = 3;
    private static final int FAILED = 3;

    private Sample15UntilItDies() {}

    public static void main(String[] args) throws Exception {
        try (SharedQueue<Integer> results = SharedQueue.create(Integer.class);
                ChildProcess child = new ChildProcess(Sample15UntilItDies::work, results)) {
            child.startAndAwait(); // or throws, if it dies before it begins
            // what it had put is handed out all the same; then the loop ends, however the child did
            var unused = child.onExit().thenRun(results::shutdown);
            for (int result : results.consume()) {
                System.out.println("got " + result);
            }
            child.join();
            System.out.println("no more: " + child.name() + " ended with " + child.exitDescription());
            if (child.exitCode().getAsInt() != FAILED) {
                throw new IllegalStateException("that is another end than this sample is about: " + child);
            }
        }
    }

    static void work(SharedQueue<Integer> results) throws InterruptedException {
        for (int i = 1; i <= RESULTS; i++) {
            results.put(i);
        }
        Runtime.getRuntime().halt(FAILED); // in the middle of its work, without a word
    }
}
