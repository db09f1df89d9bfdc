// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import io.ipcq.connection.Wait;
import io.ipcq.process.ChildProcess;
import io.ipcq.process.ChildProcessBuilder;
import io.ipcq.process.StartMethod;
import io.ipcq.queue.SharedQueue;
import java.time.Duration;
import java.util.Locale;

/**
 * Question: how does a process start without waiting for a JVM to start?
 *
 * <p>Command: {@code ./ipcq demo standby}
 *
 * <p>Expected output, with other numbers; the JVMs that waited were started before they were needed:
 *
 * <pre>
 * a fresh JVM: Process-1 says hello after 131.4 ms
 * a JVM that waited: Process-2 says hello after 6.1 ms
 * a JVM that waited: Process-3 says hello after 5.6 ms
 * </pre>
 */
public final class Sample13Standby {

    private static final int RESERVE = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration IDLE = Duration.ofMinutes(1);
    private static final double NANOS_PER_MILLI = 1e6;

    private Sample13Standby() {}

    public static void main(String[] args) throws Exception {
        try (SharedQueue<String> queue = SharedQueue.create(String.class)) {
            hello("a fresh JVM", ChildProcess.builder(Sample13Standby::greet, queue), queue);

            ChildProcessBuilder builder = ChildProcess.builder(Sample13Standby::greet, queue)
                    .startMethod(StartMethod.STANDBY)
                    .reserve(RESERVE, IDLE);
            // without it, the first start would find no JVM that waits, and spawn one
            builder.prepare();
            for (int i = 0; i < RESERVE; i++) {
                hello("a JVM that waited", builder, queue);
            }
        }
    }

    private static void hello(String how, ChildProcessBuilder builder, SharedQueue<String> queue) throws Exception {
        long start = System.nanoTime();
        try (ChildProcess child = builder.start()) {
            Wait.any(PATIENCE, queue, child); // it may have ended without a word
            String greeting = queue.getNow();
            double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
            child.joinOrThrow();
            System.out.printf(Locale.ROOT, "%s: %s after %.1f ms%n", how, greeting, millis);
        }
    }

    private static void greet(SharedQueue<String> queue) throws InterruptedException {
        queue.put(ChildProcess.current().name() + " says hello");
    }
}
