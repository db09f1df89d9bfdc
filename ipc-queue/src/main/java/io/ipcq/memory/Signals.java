// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

/**
 * Signals that the JDK cannot send to another process.
 *
 * <p>Thread-safe. Process-safe: the kernel delivers them. Survives a crash: not applicable.
 */
public final class Signals {

    private static final long SIGINT = 2;

    private Signals() {}

    /**
     * Sends SIGINT, as Ctrl-C does.
     *
     * @return false if there is no such process, or it is another user's
     * @throws UnsupportedOperationException where no native call can be made: no Linux, or {@code -Dipcq.native=off}
     */
    public static boolean interrupt(long pid) {
        Kernel.SystemCall call = Kernel.call();
        if (call == null) {
            throw new UnsupportedOperationException(
                    "SIGINT cannot be sent, as this JVM makes no native calls: os=" + System.getProperty("os.name")
                            + ", " + Kernel.PROPERTY + "=" + System.getProperty(Kernel.PROPERTY, "on"));
        }
        return call.invoke(Kernel.Numbers.KILL, pid, SIGINT, 0, 0) == 0;
    }
}
