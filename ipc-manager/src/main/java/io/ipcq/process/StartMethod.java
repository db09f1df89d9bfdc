// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

/** Where a child's JVM comes from. */
public enum StartMethod {

    /** A fresh JVM, started by {@link ChildProcess#start}. */
    SPAWN,

    /**
     * A JVM that was started ahead, in a reserve of those with the same options, and waits: {@link ChildProcess#start}
     * only hands the task over, and another JVM is started to wait in its place. Each JVM runs one task and ends, as
     * after {@link
     * #SPAWN}. Where none waits, or for a child that is no daemon, a fresh JVM is started. A waiting JVM takes memory,
     * a few tens of megabytes, and next to no CPU; it ends with its parent, or when it has waited too long.
     */
    STANDBY,

    /**
     * A thread of this JVM, for a breakpoint or a unit test; with {@code -Dipcq.children=threads} all children, and the
     * workers of all pools, are threads. The task is serialized, and the child works on a copy, as in a JVM of its own.
     * What differs:
     *
     * <ul>
     *   <li>Nothing is isolated: static fields, the heap and system properties are shared, and {@code System.exit} ends
     *       everything. Queues that the child opened stay open until they are closed or collected.
     *   <li>JVM options, heap, environment, class path, directory, output and debugger of the builder have no effect.
     *   <li>{@code terminate} and {@code interrupt} are an interrupt of the thread that is in {@code run()}, and no
     *       shutdown hook runs. {@code kill} is one too, after which the child counts as ended; a thread that does not
     *       heed it goes on.
     *   <li>The child ends when {@code run()} does, whatever threads it left. An exception that it throws is exit code
     *       1.
     *   <li>{@code pid} is that of this JVM, so who kills by it kills everything.
     * </ul>
     */
    THREAD
}
