// SPDX-License-Identifier: Apache-2.0
package io.ipcq.observe;

/**
 * A reason why something does not go on.
 *
 * <p>Thread-safe: immutable.
 *
 * @param kind which rule found it
 * @param sentence who it is about, for how long, and what to do; may hold text of others, such as a command line
 */
public record Stall(Kind kind, String sentence) {

    /** The reasons that are known. Names never change: scripts compare them. */
    public enum Kind {
        /** A stopped process holds a mutex, and everybody who needs it waits. */
        STOPPED_IN_MUTEX,
        /** A process holds a mutex for long, though it is not stopped. */
        LONG_IN_MUTEX,
        /** A process died in a mutex, and nobody has come to take it over. */
        DEAD_IN_MUTEX,
        /** A process died with leases, and nobody has come to take them over. */
        DEAD_WITH_LEASES,
        /** A stopped process holds leases: it is not dead, so they stay with it. */
        STOPPED_WITH_LEASES,
        /** Elements are out for long, and none is acknowledged. */
        NEVER_ACKNOWLEDGED,
        /** There are elements, and no process is attached. */
        NO_CONSUMER,
        /** All attached processes wait for elements. */
        NO_PRODUCER,
        /** Somebody waits for room, and nothing is taken. */
        FULL,
        /** There is no room on the volume for the next element. */
        DISK_FULL,
        /** Elements were given up, and cannot be written to the dead letters. */
        CANNOT_BURY,
        /** The queue is shut down: puts fail. */
        SHUT_DOWN;

        /** As scripts see it: {@code stopped-in-mutex}. */
        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }
}
