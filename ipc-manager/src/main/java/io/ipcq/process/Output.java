// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

/** Where a child's standard output and standard error go. */
public enum Output {

    /** To the parent's own, written by the child itself: what it prints is seen whatever happens to the parent. */
    INHERIT,

    /** To the parent's {@link System#out} and {@link System#err}, each line with the child's name before it. */
    PREFIXED,

    /**
     * To the parent's SLF4J logger {@code io.ipcq.process.NAME}, with the child's name: a line of standard output as INFO, a
     * line of standard error as WARN. What the child logs comes as the records that they are: {@link ChildProcessBuilder#logLevel}.
     */
    SLF4J,

    /** Nowhere. */
    DISCARD;

    /** Whether the parent reads it. */
    boolean isPiped() {
        return this == PREFIXED || this == SLF4J;
    }
}
