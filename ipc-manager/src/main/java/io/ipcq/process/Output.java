// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.util.Locale;

/**
 * Where a child's standard output and standard error go, by default {@link #INHERIT}. {@code -Dipcq.output=prefixed}
 * changes the default. Under Surefire and Failsafe the default is {@link #PREFIXED}, because they talk to their JVM
 * through its standard output.
 */
public enum Output {

    /**
     * To the parent's standard output and standard error. The child writes to them itself, so its output is seen
     * whatever happens to the parent.
     */
    INHERIT,

    /** To the parent's {@link System#out} and {@link System#err}, each line with the child's name before it. */
    PREFIXED,

    /**
     * To the parent's SLF4J logger {@code io.ipcq.process.NAME}, with the child's name: a line of standard output as
     * INFO, a line of standard error as WARN. Log records of the child stay records, see
     * {@link ChildProcessBuilder#logLevel}.
     */
    SLF4J,

    /** Nowhere. */
    DISCARD;

    private static final String PROPERTY = "ipcq.output";

    /** The output of children for which the program has chosen none. */
    static Output byDefault() {
        String chosen = System.getProperty(PROPERTY);
        if (chosen == null) {
            return isTalkedToByBuild() ? PREFIXED : INHERIT;
        }
        try {
            return valueOf(chosen.strip().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new IllegalArgumentException(
                    PROPERTY + " must be inherit, prefixed, slf4j or discard: " + PROPERTY + "=" + chosen, unknown);
        }
    }

    private static boolean isTalkedToByBuild() {
        return System.getProperty("surefire.real.class.path") != null
                || System.getProperty("sun.java.command", "").startsWith("org.apache.maven.surefire.booter.");
    }

    /** Whether the parent reads the output. */
    boolean isPiped() {
        return this == PREFIXED || this == SLF4J;
    }
}
