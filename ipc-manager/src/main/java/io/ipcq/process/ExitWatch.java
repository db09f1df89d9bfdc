// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

/**
 * Waits for the end of a JVM in a thread of its own. {@link Process#onExit} tells it in the common pool, where it would wait for
 * whatever the program does there.
 */
final class ExitWatch {

    private static final long STACK_BYTES = 1 << 18;

    private ExitWatch() {}

    /** Runs {@code whenEnded} once the process has ended; ends it if no thread can be had for that. */
    static void start(Process process, String name, Runnable whenEnded) {
        try {
            Runnable watch = () -> {
                awaitEnd(process);
                whenEnded.run();
            };
            Thread thread = new Thread(null, watch, "ipcq-watch-" + name, STACK_BYTES);
            thread.setDaemon(true);
            thread.start();
        } catch (Throwable failed) {
            process.destroyForcibly();
            throw failed;
        }
    }

    private static void awaitEnd(Process process) {
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException | Error notTheEnd) {
                // nobody has a reason to interrupt this thread, and who waits for the end must be told of it in any
                // case
            }
        }
    }
}
