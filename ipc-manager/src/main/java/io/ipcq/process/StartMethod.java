// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

/** Where a child's JVM comes from. */
public enum StartMethod {

    /** A fresh JVM, started by {@link ChildProcess#start}. */
    SPAWN,

    /**
     * A JVM that was started ahead, in a reserve of those with the same options, and waits: {@link ChildProcess#start} only
     * hands the task over, and another JVM is started to wait in its place. Each JVM runs one task and ends, as after {@link
     * #SPAWN}. Where none waits, or for a child that is no daemon, a fresh JVM is started. A waiting JVM takes memory, a
     * few tens of megabytes, and next to no CPU; it ends with its parent, or when it has waited too long.
     */
    STANDBY
}
