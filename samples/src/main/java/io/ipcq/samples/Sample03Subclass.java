// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import io.ipcq.process.ChildProcess;
import java.time.Duration;
import java.util.Locale;

/**
 * Question: how does a class become a process, and what does the new JVM cost?
 *
 * <p>Command: {@code ./ipcq demo subclass}, or with another number of seconds {@code ./ipcq demo subclass 0.5}
 *
 * <p>Expected output, with other numbers; the second time contains the start of a JVM:
 *
 * <pre>
 * current process (4711)
 * child process (4712) begins, its parent is (4711)
 * (4712) has ended, it took 2.00 seconds
 * (4711) has ended, it took 2.14 seconds
 * </pre>
 */
public final class Sample03Subclass {

    private static final double NANOS_PER_SECOND = 1e9;

    private Sample03Subclass() {}

    /** A process that sleeps. Its fields travel with it. */
    static final class Sleeper extends ChildProcess {

        private final Duration interval;

        Sleeper(Duration interval) {
            this.interval = interval;
        }

        @Override
        public void run() throws InterruptedException {
            long pid = ChildProcess.current().pid();
            long parent = ChildProcess.parent().orElseThrow().pid();
            System.out.println("child process (" + pid + ") begins, its parent is (" + parent + ")");
            long start = System.nanoTime();
            Thread.sleep(interval.toMillis());
            printTime(pid, start);
        }
    }

    public static void main(String[] args) throws Exception {
        double seconds = args.length > 0 ? Double.parseDouble(args[0]) : 2;
        long start = System.nanoTime();
        long pid = ChildProcess.current().pid();
        System.out.println("current process (" + pid + ")");
        Sleeper sleeper = new Sleeper(Duration.ofNanos((long) (seconds * NANOS_PER_SECOND)));
        // start() runs the run() of this class in the child
        sleeper.start();
        sleeper.joinOrThrow();
        printTime(pid, start);
    }

    private static void printTime(long pid, long startNanos) {
        double seconds = (System.nanoTime() - startNanos) / NANOS_PER_SECOND;
        System.out.printf(Locale.ROOT, "(%d) has ended, it took %.2f seconds%n", pid, seconds);
    }
}
