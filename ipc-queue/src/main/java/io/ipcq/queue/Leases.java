// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.queue.JournalLayout.*;

import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.Members;
import java.time.Duration;
import java.util.BitSet;
import java.util.function.IntConsumer;

/** The elements that are out: a table of slots in the control file. Everything here wants the consumers' mutex. */
final class Leases {

    /*
     * Idea. A slot says which element is out, to whom and for how long. Every change is made under the consumers' mutex, so a
     * check and the store that follows it belong together; a holder that is merely slow keeps the mutex, however long.
     *
     *   FREE -> LEASED      received; then `taken` moves over the element
     *   LEASED -> RETURNED  given back, or its owner died, or its time ran out
     *   RETURNED -> LEASED  delivered again
     *   RETURNED -> FREE    taken by `get`
     *   LEASED -> SETTLED   acknowledged; then the count of acknowledged elements is raised, then -> FREE
     *   LEASED -> GIVEN_UP  too many attempts: its owner writes it to the dead letters, then -> SETTLED
     *
     * The fence is raised at each delivery, so that an acknowledgement of an earlier one is told from a valid one.
     *
     * Crash. Fields come first, the state last. `repair` runs after a death inside the mutex: a slot for an element that `taken`
     * has not passed was never delivered, a SETTLED one holds the count that it was to raise, and how many are out is counted
     * anew. The slots of a dead owner are found by `reap`, which somebody calls only while an element is counted as waiting or
     * as out: so at every instant an element counts at least as one of them, if need be as both.
     */

    static final int FREE = 0;
    static final int LEASED_OUT = 1;
    static final int RETURNED_TO_QUEUE = 2;
    static final int SETTLED = 3;
    static final int GIVEN_UP = 4;

    static final int NONE = -1;

    private final JournalControl control;
    private final MappedRegion region;
    private final Members members;
    private final int slots;
    private final long timeoutNanos;
    private int nextSlot;

    Leases(JournalControl control, Members members) {
        this.control = control;
        this.region = control.region();
        this.members = members;
        this.slots = control.options().maxLeases();
        Duration timeout = control.options().leaseTimeout();
        this.timeoutNanos = timeout == null ? 0 : Durations.toNanos(timeout);
    }

    int findFree() {
        for (int i = 0; i < slots; i++) {
            int slot = (nextSlot + i) % slots;
            if (state(slot) == FREE) {
                nextSlot = slot + 1;
                return slot;
            }
        }
        return NONE;
    }

    /** The slot of the oldest element that was returned. */
    int findReturned() {
        int oldest = NONE;
        for (int slot = 0; slot < slots; slot++) {
            if (state(slot) == RETURNED_TO_QUEUE && (oldest == NONE || number(slot) < number(oldest))) {
                oldest = slot;
            }
        }
        return oldest;
    }

    /** Leases an element that was never out. It counts once {@code taken} has moved over it. */
    void begin(int slot, long number, long index) {
        region.putLong(at(slot, LEASE_NUMBER), number);
        region.putLong(at(slot, LEASE_INDEX), index);
        region.putInt(at(slot, LEASE_ATTEMPTS), 0);
        deliver(slot);
    }

    void countBegun() {
        control.leasedRelease(control.leasedVolatile() + 1);
    }

    /** Leases an element that was returned. */
    void deliverAgain(int slot) {
        control.leasedRelease(control.leasedVolatile() + 1);
        deliver(slot);
        control.returnedRelease(control.returnedVolatile() - 1);
    }

    private void deliver(int slot) {
        region.putInt(at(slot, LEASE_ATTEMPTS), attempts(slot) + 1);
        region.putLong(at(slot, LEASE_FENCE), fence(slot) + 1);
        region.putLong(
                at(slot, LEASE_DEADLINE_NANOS), timeoutNanos == 0 ? Long.MAX_VALUE : Durations.deadline(timeoutNanos));
        region.putIntRelease(at(slot, LEASE_OWNER), members.number());
        region.putIntRelease(at(slot, LEASE_STATE), LEASED_OUT);
    }

    /** Frees the slot of a returned element that {@code get} takes. */
    void takeReturned(int slot) {
        region.putIntRelease(at(slot, LEASE_STATE), FREE);
        control.returnedRelease(control.returnedVolatile() - 1);
    }

    /** Whether this is still the delivery that has the slot. */
    boolean isCurrent(int slot, long fence) {
        return state(slot) == LEASED_OUT && fence(slot) == fence;
    }

    void giveBack(int slot) {
        region.putIntRelease(at(slot, LEASE_STATE), RETURNED_TO_QUEUE);
        control.returnedRelease(control.returnedVolatile() + 1);
        control.leasedRelease(control.leasedVolatile() - 1);
    }

    /** Makes this member the one that writes the element to the dead letters. */
    void giveUp(int slot) {
        region.putLong(at(slot, LEASE_FENCE), fence(slot) + 1);
        region.putIntRelease(at(slot, LEASE_OWNER), members.number());
        region.putIntRelease(at(slot, LEASE_STATE), GIVEN_UP);
    }

    boolean isGivenUpByMe(int slot, long fence) {
        return state(slot) == GIVEN_UP && fence(slot) == fence;
    }

    /** Ends the lease of an element that has been dealt with. */
    void settle(int slot) {
        region.putLongRelease(at(slot, LEASE_ACKNOWLEDGED), control.acknowledgedVolatile() + 1);
        region.putIntRelease(at(slot, LEASE_STATE), SETTLED);
        finishSettling(slot);
        control.leasedRelease(control.leasedVolatile() - 1);
    }

    private void finishSettling(int slot) {
        control.acknowledgedRelease(
                Math.max(control.acknowledgedVolatile(), region.getLong(at(slot, LEASE_ACKNOWLEDGED))));
        region.putIntRelease(at(slot, LEASE_STATE), FREE);
    }

    /**
     * Takes back what the dead hold and what has been out too long; elements that were delivered too often are given up, and
     * their slots handed to {@code givenUp}. True if anything changed.
     */
    boolean reap(IntConsumer givenUp) {
        BitSet dead = new BitSet();
        BitSet alive = new BitSet();
        boolean changed = false;
        for (int slot = 0; slot < slots; slot++) {
            int state = state(slot);
            if (state != LEASED_OUT && state != GIVEN_UP) {
                continue;
            }
            boolean late = state == LEASED_OUT && Durations.hasPassed(region.getLong(at(slot, LEASE_DEADLINE_NANOS)));
            if (late || isDead(region.getIntVolatile(at(slot, LEASE_OWNER)), dead, alive)) {
                takeBack(slot, state, givenUp);
                changed = true;
            }
        }
        return changed;
    }

    private boolean isDead(int owner, BitSet dead, BitSet alive) {
        if (!alive.get(owner) && !dead.get(owner)) {
            (members.isAlive(owner) ? alive : dead).set(owner);
        }
        return dead.get(owner);
    }

    private void takeBack(int slot, int state, IntConsumer givenUp) {
        if (state == GIVEN_UP || attempts(slot) >= control.options().maxAttempts()) {
            giveUp(slot);
            givenUp.accept(slot);
        } else {
            giveBack(slot);
        }
    }

    /**
     * Makes the table consistent after a death inside the mutex, or of the machine: an element in a segment that was removed
     * had been dealt with.
     */
    void repair(long startOfFirstSegment) {
        long taken = control.takenVolatile();
        int leased = 0;
        int returned = 0;
        for (int slot = 0; slot < slots; slot++) {
            if (state(slot) == SETTLED) {
                finishSettling(slot);
            } else if (state(slot) != FREE && number(slot) >= taken) {
                region.putIntRelease(at(slot, LEASE_STATE), FREE);
            } else if (state(slot) != FREE && index(slot) < startOfFirstSegment) {
                region.putIntRelease(at(slot, LEASE_STATE), FREE);
                control.acknowledgedRelease(control.acknowledgedVolatile() + 1);
            }
            switch (state(slot)) {
                case LEASED_OUT, GIVEN_UP -> leased++;
                case RETURNED_TO_QUEUE -> returned++;
                default -> {}
            }
        }
        control.leasedRelease(leased);
        control.returnedRelease(returned);
    }

    /** The lowest index of a document that holds an element which is out; {@link Long#MAX_VALUE} if there is none. */
    long lowestIndex() {
        long lowest = Long.MAX_VALUE;
        if (control.leasedVolatile() + control.returnedVolatile() > 0) {
            for (int slot = 0; slot < slots; slot++) {
                if (state(slot) != FREE) {
                    lowest = Math.min(lowest, index(slot));
                }
            }
        }
        return lowest;
    }

    /** The numbers and indexes of the returned elements, for a snapshot. */
    void forEachReturned(IntConsumer action) {
        for (int slot = 0; slot < slots; slot++) {
            if (state(slot) == RETURNED_TO_QUEUE) {
                action.accept(slot);
            }
        }
    }

    int state(int slot) {
        return region.getIntVolatile(at(slot, LEASE_STATE));
    }

    int attempts(int slot) {
        return region.getInt(at(slot, LEASE_ATTEMPTS));
    }

    long fence(int slot) {
        return region.getLong(at(slot, LEASE_FENCE));
    }

    long number(int slot) {
        return region.getLong(at(slot, LEASE_NUMBER));
    }

    long index(int slot) {
        return region.getLong(at(slot, LEASE_INDEX));
    }

    private static int at(int slot, int field) {
        return LEASES + slot * LEASE_BYTES + field;
    }
}
