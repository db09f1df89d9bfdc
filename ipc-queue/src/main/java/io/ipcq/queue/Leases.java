// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.queue.JournalLayout.*;

import io.ipcq.memory.Deadline;
import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.Members;
import io.ipcq.queue.JournalConsumer.Claim;
import io.ipcq.queue.JournalConsumer.Place;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntConsumer;

/** The elements that are out: a table of slots in the control file. Everything here wants the consumers' mutex. */
final class Leases {

    /*
     * Idea. A slot says which element is out, to whom and for how long. Every change is made under the consumers'
     * mutex, so a check and the store that follows it belong together; a holder that is merely slow keeps the mutex,
     * however long.
     *
     *   FREE -> LEASED      received; then `taken` moves over the element
     *   FREE -> RETURNED    taken by `get`, which could not hand it out
     *   FREE -> GIVEN_UP    taken by `get`, which could not decode it
     *   LEASED -> RETURNED  given back, or its owner died, or its time ran out
     *   LEASED -> FREE      taken for good after all
     *   RETURNED -> LEASED  delivered again
     *   RETURNED -> FREE    taken by `get`
     *   LEASED -> SETTLED   acknowledged; then the count of acknowledged elements is raised, then -> FREE
     *   LEASED -> GIVEN_UP  too many attempts
     *   GIVEN_UP -> SETTLED written to the dead letters by its owner; without an owner it waits for one
     *
     * The fence is raised at each delivery, so that an acknowledgement of an earlier one is told from a valid one.
     *
     * No slot is searched for. The `place` words are an array as long as the table, which belongs to no slot: from its
     * front on it holds the slots of returned elements (ReturnedSlots), from its end on those that were used and are
     * free. What lies behind the used slots was never touched, so that what looks at all slots looks at as many as were
     * ever out at a time.
     *
     * Crash. Fields come first, the state last. `repair` runs after a death inside the mutex: a slot for an element
     * that `taken` has not passed was never delivered, a SETTLED one holds the count that it was to raise, and all
     * counts and places are made anew from the states. The slots of a dead owner are found by `reap`, which somebody
     * calls only while an element is counted as waiting or as out: so at every instant an element counts at least as
     * one of them, if need be as both.
     */

    static final int FREE = 0;
    static final int LEASED_OUT = 1;
    static final int RETURNED_TO_QUEUE = 2;
    static final int SETTLED = 3;
    static final int GIVEN_UP = 4;

    static final int NONE = -1;

    /** As often somebody looks for an element that others take meanwhile. */
    private static final int ATTEMPTS = 8;

    private static final long NONE_THERE = Long.MAX_VALUE;

    /** Owner of what was given up and waits for somebody who writes it to the dead letters. */
    private static final int NOBODY = 0;

    private final JournalControl control;
    private final MappedRegion region;
    private final Members members;
    private final ReturnedSlots returned;
    private final int slots;
    private final int maxLeases;

    Leases(JournalControl control, Members members) {
        this.control = control;
        this.region = control.region();
        this.members = members;
        this.returned = new ReturnedSlots(control);
        this.maxLeases = control.maxLeases();
        this.slots = JournalLayout.slots(maxLeases);
    }

    // ---- free slots -------------------------------------------------------------------------------------------------

    /** How many new elements may be leased, or taken for good: what was taken may want a slot, too, to come back. */
    int room(boolean lease) {
        return Math.max(0, (lease ? maxLeases : slots) - control.occupiedSlots());
    }

    private int acquire() {
        int freed = control.freedSlots();
        if (freed > 0) {
            int slot = region.getInt(place(slots - freed));
            control.freedSlots(freed - 1);
            return slot;
        }
        int used = control.usedSlots();
        if (used == slots) {
            return NONE;
        }
        control.usedSlots(used + 1);
        return used;
    }

    private void free(int slot) {
        int freed = control.freedSlots() + 1;
        region.putIntRelease(at(slot, LEASE_STATE), FREE);
        region.putInt(place(slots - freed), slot);
        control.freedSlots(freed);
    }

    // ---- out and back -----------------------------------------------------------------------------------------------

    /**
     * Leases an element that was never out, in the slot that is returned. It counts once {@code taken} has moved over
     * it.
     */
    int begin(long number, long index) {
        int slot = acquire();
        fill(slot, number, index);
        region.putInt(at(slot, LEASE_ATTEMPTS), 0);
        deliver(slot);
        return slot;
    }

    private void fill(int slot, long number, long index) {
        region.putLong(at(slot, LEASE_NUMBER), number);
        region.putLong(at(slot, LEASE_INDEX), index);
    }

    void countBegun(int count) {
        control.leasedRelease(control.leasedVolatile() + count);
    }

    /** The slot of the element that is to be delivered again next; {@link #NONE} if none is, or not yet. */
    int nextReturned() {
        return control.hasDue() ? returned.first() : NONE;
    }

    /** Leases the element that {@link #nextReturned} has found. */
    void deliverAgain(int slot) {
        control.leasedRelease(control.leasedVolatile() + 1);
        deliver(slot);
        returned.removeFirst();
    }

    private void deliver(int slot) {
        region.putInt(at(slot, LEASE_ATTEMPTS), attempts(slot) + 1);
        region.putLong(at(slot, LEASE_FENCE), fence(slot) + 1);
        region.putLong(at(slot, LEASE_DEADLINE_NANOS), endOfLease());
        region.putIntRelease(at(slot, LEASE_OWNER), members.number());
        region.putIntRelease(at(slot, LEASE_STATE), LEASED_OUT);
        // not before: until then it is the delay of one that was returned, by which a repair knows when it is due
        region.putLongRelease(at(slot, LEASE_DETAIL), System.nanoTime());
    }

    /** Frees the slot that {@link #nextReturned} has found, for {@code get}, which takes the element. */
    void takeReturned(int slot) {
        returned.removeFirst();
        free(slot);
    }

    // ---- claims -----------------------------------------------------------------------------------------------------

    /** Ends the lease of an element that has been dealt with. False if it had ended before, as for all that follow. */
    boolean acknowledge(Claim claim) {
        return end(claim, this::settle);
    }

    /**
     * Ends the lease of an element that is taken for good, as if by {@code get}: it is a task that somebody has yet to
     * do.
     */
    boolean take(Claim claim) {
        return end(claim, this::free);
    }

    private boolean end(Claim claim, IntConsumer how) {
        boolean current = isCurrent(claim);
        if (current) {
            how.accept(claim.slot());
            control.leasedRelease(control.leasedVolatile() - 1);
        }
        return current;
    }

    /** Gives a lease with a time limit its whole time again. */
    boolean renew(Claim claim) {
        boolean current = isCurrent(claim);
        if (current) {
            region.putLongRelease(at(claim.slot(), LEASE_DEADLINE_NANOS), endOfLease());
        }
        return current;
    }

    private long endOfLease() {
        long timeoutNanos = control.leaseTimeoutNanos();
        return timeoutNanos == 0 ? Long.MAX_VALUE : Deadline.in(timeoutNanos);
    }

    /**
     * Lets an element be delivered again, with a number of attempts behind it; one that was taken for good gets a slot.
     */
    boolean giveBack(Claim claim, int attempts, long delayNanos) {
        return leave(claim, slot -> {
            region.putInt(at(slot, LEASE_ATTEMPTS), attempts);
            returnToQueue(slot, delayNanos);
        });
    }

    /** Leaves an element to whoever {@linkplain #bury buries} it; one that was taken for good gets a slot. */
    boolean giveUp(Claim claim, GivenUp why) {
        return leave(claim, slot -> {
            region.putInt(at(slot, LEASE_ATTEMPTS), claim.attempts());
            giveUp(slot, why);
        });
    }

    /** False as well if there is no slot for what was taken for good. */
    private boolean leave(Claim claim, IntConsumer how) {
        boolean leased = claim.slot() != NONE;
        if (leased && !isCurrent(claim)) {
            return false;
        }
        int slot = leased ? claim.slot() : acquire();
        if (slot == NONE) {
            return false;
        }
        fill(slot, claim.number(), claim.index());
        how.accept(slot);
        if (leased) {
            control.leasedRelease(control.leasedVolatile() - 1);
        }
        return true;
    }

    /** Whether this is still the delivery that has the slot. */
    private boolean isCurrent(Claim claim) {
        return state(claim.slot()) == LEASED_OUT && fence(claim.slot()) == claim.fence();
    }

    /** Whether an element has not been given back, or up. */
    boolean isHeld(Claim claim) {
        return claim.slot() == NONE ? !contains(claim.number()) : isCurrent(claim);
    }

    private boolean contains(long number) {
        int used = control.usedSlots();
        for (int slot = 0; slot < used; slot++) {
            if (state(slot) != FREE && number(slot) == number) {
                return true;
            }
        }
        return false;
    }

    /** Lets somebody find that the lease has ended. A last resort, which wants no mutex: this is one store. */
    void expire(Claim claim) {
        if (isCurrent(claim)) {
            region.putLongRelease(at(claim.slot(), LEASE_DEADLINE_NANOS), System.nanoTime());
        }
    }

    private void returnToQueue(int slot, long delayNanos) {
        long due = delayNanos == 0 ? ReturnedSlots.atOnce(number(slot)) : Deadline.in(delayNanos);
        region.putLong(at(slot, LEASE_DEADLINE_NANOS), due);
        region.putLong(at(slot, LEASE_DETAIL), delayNanos);
        region.putIntRelease(at(slot, LEASE_STATE), RETURNED_TO_QUEUE);
        returned.add(slot);
    }

    /** Counts an element as dealt with that was never leased. */
    void countAcknowledged() {
        control.acknowledgedRelease(control.acknowledgedVolatile() + 1);
    }

    private void settle(int slot) {
        region.putLongRelease(at(slot, LEASE_ACKNOWLEDGED), control.acknowledgedVolatile() + 1);
        region.putIntRelease(at(slot, LEASE_STATE), SETTLED);
        control.acknowledgedRelease(region.getLong(at(slot, LEASE_ACKNOWLEDGED)));
        free(slot);
    }

    // ---- given up ---------------------------------------------------------------------------------------------------

    private void giveUp(int slot, GivenUp why) {
        region.putLong(at(slot, LEASE_DETAIL), why.code);
        region.putLong(at(slot, LEASE_DEADLINE_NANOS), ReturnedSlots.atOnce(number(slot)));
        region.putIntRelease(at(slot, LEASE_OWNER), NOBODY);
        region.putIntRelease(at(slot, LEASE_STATE), GIVEN_UP);
        control.unburiedRelease(control.unburiedVolatile() + 1);
    }

    /** Says what is about to be buried, and by which fence whoever does so is known. */
    @FunctionalInterface
    interface Digging {
        void dig(int slot, long fence);
    }

    /**
     * Gives {@code digging} up to {@code max} slots of elements that nobody else writes to the dead letters, and whose
     * time has come.
     */
    void bury(int max, Digging digging) {
        int found = 0;
        int used = control.usedSlots();
        for (int slot = 0; slot < used && found < max && control.unburiedVolatile() > 0; slot++) {
            if (state(slot) == GIVEN_UP && isToBury(slot)) {
                long fence = fence(slot) + 1;
                digging.dig(slot, fence); // first: an Error there leaves the slot to others
                region.putLong(at(slot, LEASE_FENCE), fence);
                region.putIntRelease(at(slot, LEASE_OWNER), members.number());
                found++;
            }
        }
    }

    /** A burial of this member's that is not under way any more was given up halfway. */
    private boolean isToBury(int slot) {
        int owner = owner(slot);
        return owner == members.number() || (owner == NOBODY && JournalControl.isDue(deadline(slot)));
    }

    /** Whether nobody has taken the burial over. */
    boolean isMineToBury(int slot, long fence) {
        return state(slot) == GIVEN_UP && fence(slot) == fence;
    }

    /** Notes that an element is in the dead letters. */
    void settleBuried(int slot) {
        settle(slot);
        control.unburiedRelease(control.unburiedVolatile() - 1);
    }

    /** Leaves it to somebody, later, to write the element to the dead letters. */
    void buryLater(int slot, long nanos) {
        region.putLong(at(slot, LEASE_DEADLINE_NANOS), Deadline.in(nanos));
        region.putIntRelease(at(slot, LEASE_OWNER), NOBODY);
    }

    // ---- the dead ---------------------------------------------------------------------------------------------------

    /**
     * Takes back what the dead hold and what has been out too long; elements that were delivered too often are given
     * up.
     *
     * @return whether there is something to bury now
     */
    boolean reap() {
        BitSet dead = new BitSet();
        BitSet alive = new BitSet();
        boolean toBury = false;
        int used = control.usedSlots();
        for (int slot = 0; slot < used; slot++) {
            int state = state(slot);
            if (state == LEASED_OUT) {
                if (Deadline.hasPassed(deadline(slot)) || isDead(owner(slot), dead, alive)) {
                    takeBack(slot);
                }
            } else if (state == GIVEN_UP && owner(slot) != NOBODY && isDead(owner(slot), dead, alive)) {
                buryLater(slot, 0);
            }
            toBury |= state(slot) == GIVEN_UP && isToBury(slot);
        }
        return toBury;
    }

    private boolean isDead(int owner, BitSet dead, BitSet alive) {
        if (!alive.get(owner) && !dead.get(owner)) {
            (members.isAlive(owner) ? alive : dead).set(owner);
        }
        return dead.get(owner);
    }

    private void takeBack(int slot) {
        if (attempts(slot) < control.maxAttempts()) {
            returnToQueue(slot, 0);
        } else {
            giveUp(slot, GivenUp.NEVER_ACKNOWLEDGED);
        }
        control.leasedRelease(control.leasedVolatile() - 1);
    }

    // ---- repair -----------------------------------------------------------------------------------------------------

    /**
     * Makes the table consistent after a death inside the mutex, or of the machine: an element in a segment that was
     * removed had been dealt with.
     */
    void repair(long startOfFirstSegment) {
        long taken = control.takenVolatile();
        for (int slot = 0; slot < slots; slot++) {
            int state = state(slot);
            if (state == SETTLED) {
                control.acknowledgedRelease(
                        Math.max(control.acknowledgedVolatile(), region.getLong(at(slot, LEASE_ACKNOWLEDGED))));
                region.putIntRelease(at(slot, LEASE_STATE), FREE);
            } else if (state != FREE && number(slot) >= taken) {
                region.putIntRelease(at(slot, LEASE_STATE), FREE);
            } else if (state != FREE && index(slot) < startOfFirstSegment) {
                region.putIntRelease(at(slot, LEASE_STATE), FREE);
                control.acknowledgedRelease(control.acknowledgedVolatile() + 1);
            }
        }
        recount();
    }

    /** Makes the counts and the places anew. */
    private void recount() {
        int leased = 0;
        int unburied = 0;
        int used = 0;
        for (int slot = 0; slot < slots; slot++) {
            int state = state(slot);
            leased += state == LEASED_OUT ? 1 : 0;
            unburied += state == GIVEN_UP ? 1 : 0;
            used = state == FREE ? used : slot + 1;
        }
        control.leasedRelease(leased);
        control.unburiedRelease(unburied);
        control.usedSlots(used);
        control.freedSlots(0);
        returned.clear();
        for (int slot = 0; slot < used; slot++) {
            switch (state(slot)) {
                case FREE -> free(slot);
                case RETURNED_TO_QUEUE -> {
                    returnNotLaterThanMeant(slot);
                    returned.add(slot);
                }
                default -> {}
            }
        }
    }

    /** The clock begins anew with the machine. */
    private void returnNotLaterThanMeant(int slot) {
        long latest = Deadline.in(region.getLong(at(slot, LEASE_DETAIL)));
        region.putLong(at(slot, LEASE_DEADLINE_NANOS), Math.min(deadline(slot), latest));
    }

    // ---- look -------------------------------------------------------------------------------------------------------

    /** The lowest index of a document that holds an element which is out; {@link Long#MAX_VALUE} if there is none. */
    long lowestIndex() {
        long lowest = Long.MAX_VALUE;
        int used = control.occupiedSlots() == 0 ? 0 : control.usedSlots();
        for (int slot = 0; slot < used; slot++) {
            if (state(slot) != FREE) {
                lowest = Math.min(lowest, index(slot));
            }
        }
        return lowest;
    }

    /**
     * The elements that are to be delivered again, oldest first; who has no mutex may see some that are not any more.
     */
    static List<Place> returned(JournalControl control) {
        MappedRegion region = control.region();
        List<Place> places = new ArrayList<>();
        int used = control.returnedVolatile() == 0 ? 0 : control.usedSlots();
        for (int slot = 0; slot < used; slot++) {
            if (region.getIntVolatile(at(slot, LEASE_STATE)) == RETURNED_TO_QUEUE) {
                places.add(new Place(region.getLong(at(slot, LEASE_NUMBER)), region.getLong(at(slot, LEASE_INDEX))));
            }
        }
        places.sort(Comparator.comparingLong(Place::number));
        return places;
    }

    /** When the first of the elements that can be taken was put; 0 if there is none, or that is not known. */
    static long oldestMillis(JournalControl control) {
        long time = 0;
        for (int attempt = 1; time == 0 && attempt <= ATTEMPTS; attempt++) {
            long number = lowestThere(control);
            if (number == NONE_THERE) {
                return 0;
            }
            time = control.times().timeOf(number);
        }
        return time;
    }

    private static long lowestThere(JournalControl control) {
        long taken = control.takenVolatile();
        long lowest = taken < control.appendedVolatile() ? taken : NONE_THERE;
        for (Place returned : returned(control)) {
            lowest = Math.min(lowest, returned.number());
        }
        return lowest;
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

    /** Why an element was given up. */
    GivenUp why(int slot) {
        return GivenUp.of(region.getLong(at(slot, LEASE_DETAIL)));
    }

    private long deadline(int slot) {
        return region.getLong(at(slot, LEASE_DEADLINE_NANOS));
    }

    private int owner(int slot) {
        return region.getIntVolatile(at(slot, LEASE_OWNER));
    }

    private static long place(int position) {
        return at(position, LEASE_PLACE);
    }

    static int at(int slot, int field) {
        return LEASES + slot * LEASE_BYTES + field;
    }
}
