// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for the end of a JVM in a thread of its own. {@link Process#onExit} reports the end in the common pool, where
 * the report would wait for other work of the program.
 */
final class ExitWatch extends Thread {

    private static final long STACK_BYTES = 1 << 18;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Process process;
    private final Runnable whenEnded;

    private ExitWatch(Process process, String name, Runnable whenEnded) {
        super(null, null, "ipcq-watch-" + name, STACK_BYTES);
        this.process = process;
        this.whenEnded = whenEnded;
        setDaemon(true);
    }

    /**
     * Runs {@code whenEnded} once the process has ended, and repeats it if it fails. Kills the process if no thread can
     * be started for the watch.
     */
    static void start(Process process, String name, Runnable whenEnded) {
        try {
            new ExitWatch(process, name, whenEnded).start();
        } catch (Throwable failed) {
            process.destroyForcibly();
            throw failed;
        }
    }

    /** Whoever waits for the end has to be told in any case. Nobody has a reason to interrupt this thread. */
    @Override
    public void run() {
        boolean told = false;
        while (!told) {
            try {
                process.waitFor();
                if (!process.isAlive()) {
                    whenEnded.run();
                    told = true;
                }
            } catch (InterruptedException | RuntimeException | Error again) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }
}
