// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import java.io.IOException;

/** The command {@code kill}, which sends a signal. Thread-safe: it has no state. */
public final class KillCommand {

    private KillCommand() {}

    /**
     * Sends a signal, such as {@code -STOP}, to a process, or to a group of processes if the number is negative.
     *
     * @return false if there was nobody to get it
     */
    public static boolean send(String signal, long pid) {
        try {
            return new ProcessBuilder("kill", signal, "--", Long.toString(pid))
                            .inheritIO()
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("kill " + signal + " " + pid + " failed", e);
        }
    }

    /** Sends a signal to a process that has to be there. */
    public static void require(String signal, long pid) {
        if (!send(signal, pid)) {
            throw new AssertionError("there is no such process: kill " + signal + " " + pid);
        }
    }
}
