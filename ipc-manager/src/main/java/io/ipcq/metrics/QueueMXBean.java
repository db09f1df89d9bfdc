// SPDX-License-Identifier: Apache-2.0
package io.ipcq.metrics;

/**
 * A queue as JMX shows it: {@code io.ipcq:type=Queue,name="..."}. Once it is closed, what it said last stays, or -1.
 *
 * <p>Thread-safe. Process-safe: the numbers are the queue's, of all processes. Survives a crash: as the queue does.
 */
public interface QueueMXBean {

    /** Whether this process still has it open. */
    boolean isOpen();

    /** For how long the oldest element has waited, at most; -1 if there is none, or that is not known. */
    long getOldestAgeMillis();

    /** When an element was put last, in milliseconds since 1970; -1 if none was, or that is not known. */
    long getLastPutMillis();

    /** When an element was taken last, in milliseconds since 1970; -1 if none was, or that is not known. */
    long getLastTakeMillis();

    /** Elements that can be taken. */
    long getSize();

    /** The bound on that; {@link Long#MAX_VALUE} if there is none. */
    long getMaxSize();

    /** Elements put since the queue was created. */
    long getPut();

    /** Elements taken since then, each once however often it was redelivered. */
    long getTaken();

    /** Elements that are out under a lease. */
    long getLeased();

    /** Elements that were given up, and wait to be written to the dead letters. */
    long getUnburied();

    /** Elements that were given up; 0 for a queue in memory. */
    long getDeadLetters();

    /** Elements that were put and are not dealt with. */
    long getUnfinished();

    /** Handles that are attached, of all processes. */
    long getMembers();

    /** About what the queue occupies, in memory or on disk. */
    long getStorageBytes();

    /** Whether it is shut down. */
    boolean isShutdown();
}
