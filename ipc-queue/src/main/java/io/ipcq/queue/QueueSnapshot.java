// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the control file of a queue says at one moment, to somebody who is no member. Counts are exact, each by itself.
 *
 * <p>Thread-safe: immutable. Process-safe: it can be made of any queue, also of one whose processes are all dead.
 *
 * @param nanoTime when that was, on the clock of {@link System#nanoTime}
 * @param shutdown whether the queue is shut down
 * @param deleted whether the queue has been deleted, and its files are about to go
 * @param times when it was used, and since when its oldest element waits
 * @param size elements that consumers can take
 * @param maxSize the bound on {@code size}; {@link Long#MAX_VALUE} if there is none
 * @param full whether there is no room for another element as large as the last one
 * @param put elements put since the queue was created
 * @param taken elements handed out since then, each once however often it was redelivered
 * @param acknowledged those of them that were acknowledged, or buried; 0 for a queue in memory
 * @param unburied elements that were given up and wait to be written to the dead letters
 * @param unfinished elements put for which {@code taskDone} was not called
 * @param maxLeases how many elements can be leased at a time; 0 for a queue in memory
 * @param leaseTimeoutNanos how long a lease lasts; 0 if it lasts as long as its owner
 * @param storageBytes about what the queue occupies, in memory or on disk
 * @param neededBytes what it may ask of its volume for the next element
 * @param freeBytes what the volume has left; -1 if it does not say
 * @param holders the mutexes that are held, each with the number of the member that holds it; {@link #ABANDONED} if an
 *     exception ended its holder's work
 * @param sleepers on what somebody sleeps, or slept until a moment ago
 * @param leases the elements that are leased, in no order
 */
public record QueueSnapshot(
        long nanoTime,
        boolean shutdown,
        boolean deleted,
        QueueTimes times,
        long size,
        long maxSize,
        boolean full,
        long put,
        long taken,
        long acknowledged,
        int unburied,
        long unfinished,
        int maxLeases,
        long leaseTimeoutNanos,
        long storageBytes,
        long neededBytes,
        long freeBytes,
        Map<QueueWord, Integer> holders,
        Set<QueueWord> sleepers,
        List<Lease> leases) {

    /** A holder that counts as dead: its work was ended by an exception, and the next one repairs what it left. */
    public static final int ABANDONED = Integer.MAX_VALUE;

    public QueueSnapshot {
        holders = Map.copyOf(holders);
        sleepers = Set.copyOf(sleepers);
        leases = List.copyOf(leases);
    }

    /**
     * An element that is out.
     *
     * @param number of the element, in the order of commitment
     * @param member number of the member that has it
     * @param attempts how often it was delivered
     * @param ageNanos how long it has been out; -1 if that is not known, as after a restart of the machine
     */
    public record Lease(long number, int member, int attempts, long ageNanos) {}
}
