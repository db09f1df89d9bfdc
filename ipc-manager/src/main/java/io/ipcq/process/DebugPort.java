// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.util.OptionalInt;

/** The port of the first child that waits for a debugger. The program or its user has chosen it. */
final class DebugPort {

    /** The system property that chooses a port for all children of this JVM. */
    static final String PROPERTY = "ipcq.debug";

    static final int MAX = 65_535;

    private DebugPort() {}

    /** The port chosen for one child, or else for all; empty if the child need not wait for a debugger. */
    static OptionalInt of(OptionalInt chosen) {
        if (chosen.isPresent()) {
            return chosen;
        }
        String text = System.getProperty(PROPERTY);
        return text == null || text.isBlank() ? OptionalInt.empty() : OptionalInt.of(parse(text.strip()));
    }

    private static int parse(String text) {
        try {
            return require(Integer.parseInt(text));
        } catch (NumberFormatException noNumber) {
            throw new IllegalArgumentException(noPort(text), noNumber);
        }
    }

    /** @throws IllegalArgumentException if there is no such port */
    static int require(int port) {
        if (port < 1 || port > MAX) {
            throw new IllegalArgumentException(noPort(Integer.toString(port)));
        }
        return port;
    }

    private static String noPort(String text) {
        return "a debugger's port must be from 1 to " + MAX + ": port=" + text + "; for instance -D" + PROPERTY
                + "=5005";
    }
}
