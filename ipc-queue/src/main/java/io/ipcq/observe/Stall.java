// SPDX-License-Identifier: Apache-2.0
package io.ipcq.observe;

/**
 * A reason why a queue does not go on.
 *
 * <p>Thread-safe: immutable.
 *
 * @param kind the rule that found it
 * @param sentence the process that it is about, for how long, and what to do; it may contain hostile text, such as a
 *     command line
 */
public record Stall(Kind kind, String sentence) {

    /** The kinds of reasons. Their names never change, because scripts compare them. */
    public enum Kind {
        /** A stopped process holds a mutex, and everybody who needs it waits. */
        STOPPED_IN_MUTEX,
        /** A process holds a mutex for a long time, though it is not stopped. */
        LONG_IN_MUTEX,
        /** A process died while it held a mutex, and nobody has taken it over. */
        DEAD_IN_MUTEX,
        /** A process died while it held leases, and nobody has taken them over. */
        DEAD_WITH_LEASES,
        /** A stopped process holds leases: it is not dead, so they stay with it. */
        STOPPED_WITH_LEASES,
        /** Elements are out for a long time, and none is acknowledged. */
        NEVER_ACKNOWLEDGED,
        /** There are elements, and no process is attached. */
        NO_CONSUMER,
        /** All attached processes wait for elements. */
        NO_PRODUCER,
        /** A process waits for room, and nothing is taken. */
        FULL,
        /** There is no room on the volume for the next element. */
        DISK_FULL,
        /** Elements were given up, and cannot be written to the dead letters. */
        CANNOT_BURY,
        /** The queue is shut down: puts fail. */
        SHUT_DOWN,
        /** The program of a pool is stopped. */
        PROGRAM_STOPPED,
        /** A worker of a pool is stopped. */
        WORKER_STOPPED,
        /** A worker is at one task for much longer than usual. */
        WORKER_STUCK,
        /** Workers of a pool crash again and again. */
        WORKERS_CRASHING,
        /** The process of a manager is stopped. */
        MANAGER_STOPPED,
        /** A manager does not answer, and whether its process is stopped is not to be seen. */
        MANAGER_SILENT;

        /** The name for scripts: {@code stopped-in-mutex}. */
        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }
}
