// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

/** Where a child's JVM comes from. */
public enum StartMethod {

    /** A fresh JVM, started by {@link ChildProcess#start}. */
    SPAWN,

    /**
     * A JVM that was started in advance and waits, in a reserve of JVMs with the same options.
     * {@link ChildProcess#start} only hands the task over, and another JVM is started to wait in its place. Each JVM
     * runs one task and ends, as with {@link #SPAWN}. If none waits, or the child is no daemon, a fresh JVM is started.
     * A waiting JVM takes a few tens of megabytes of memory and next to no CPU. It ends with its parent, or when it has
     * waited too long.
     */
    STANDBY,

    /**
     * A thread of this JVM, for a breakpoint or a unit test. With {@code -Dipcq.children=threads} all children and the
     * workers of all pools are threads. The task is serialized, and the child works on a copy, as in a JVM of its own.
     * What differs:
     *
     * <ul>
     *   <li>Nothing is isolated: static fields, the heap and system properties are shared, and {@code System.exit} ends
     *       everything. Queues that the child opened stay open until they are closed or collected.
     *   <li>JVM options, heap, environment, class path, directory, output and debugger of the builder have no effect.
     *   <li>{@code terminate} and {@code interrupt} interrupt the thread that is in {@code run()}, and no shutdown hook
     *       runs. {@code kill} interrupts it, too, and the child then counts as ended. A thread that ignores the
     *       interrupt goes on.
     *   <li>The child ends when {@code run()} ends, even if it left other threads. If {@code run()} throws an
     *       exception, the exit code is 1.
     *   <li>{@code pid} is the process id of this JVM, so a kill of that process kills everything.
     * </ul>
     */
    THREAD
}
