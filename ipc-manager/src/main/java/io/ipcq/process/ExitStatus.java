// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.util.Map;

/**
 * How a process ended: {@code code} is its exit code, or {@code -n} if signal {@code n} killed it.
 *
 * <p>The JDK reports a death by signal {@code n} as 128 + {@code n}, and so does a JVM that ends because of SIGTERM. An
 * exit code of 129 to 159 is therefore read as a signal.
 */
record ExitStatus(int code) {

    static final int SIGNAL_BASE = 128;
    private static final int LAST_SIGNAL = 31;

    static final int SIGINT = 2;
    static final int SIGKILL = 9;
    static final int SIGTERM = 15;

    /** The signals that can end a JVM in practice and have the same number on every platform. */
    private static final Map<Integer, String> NAMES = Map.of(
            1, "SIGHUP",
            2, "SIGINT",
            3, "SIGQUIT",
            4, "SIGILL",
            6, "SIGABRT",
            8, "SIGFPE",
            9, "SIGKILL",
            11, "SIGSEGV",
            13, "SIGPIPE",
            15, "SIGTERM");

    static ExitStatus of(int reported) {
        boolean signal = reported > SIGNAL_BASE && reported <= SIGNAL_BASE + LAST_SIGNAL;
        return new ExitStatus(signal ? SIGNAL_BASE - reported : reported);
    }

    /**
     * For a JVM that got SIGTERM or SIGINT before it reached its main class. A JVM handles the signal even before it is
     * initialized. If its shutdown then overtakes its initialization, the initialization fails with exit code 1:
     * {@code Bad level: 2}.
     */
    static ExitStatus ofToldWhileStarting(int reported, int signal) {
        return reported == 1 ? new ExitStatus(-signal) : of(reported);
    }

    String description() {
        if (code >= 0) {
            return "exit code " + code;
        }
        String name = NAMES.get(-code);
        String words = "killed by signal " + -code + (name == null ? "" : ", " + name);
        return code == -9 ? words + " (by someone, or by the kernel when memory ran out)" : words;
    }
}
