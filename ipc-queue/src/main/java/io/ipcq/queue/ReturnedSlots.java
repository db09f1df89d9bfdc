// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.queue.JournalLayout.*;

import io.ipcq.memory.MappedRegion;

/**
 * The slots of elements that are to be delivered again, the next one first: a binary heap in the control file, ordered
 * by the slots' deadlines. Everything here wants the consumers' mutex.
 *
 * <p>An element that may be delivered at once has a deadline that is long past, the longer the lower its number is: of
 * those the oldest comes first, and before all whose time has only just come.
 */
final class ReturnedSlots {

    private final JournalControl control;
    private final MappedRegion region;

    ReturnedSlots(JournalControl control) {
        this.control = control;
        this.region = control.region();
    }

    /** The deadline of an element that may be delivered at once. */
    static long atOnce(long number) {
        return Long.MIN_VALUE + number;
    }

    /** The slot that comes first, due or not; {@link Leases#NONE} if there is none. */
    int first() {
        return control.returnedVolatile() == 0 ? Leases.NONE : slot(0);
    }

    void add(int slot) {
        int place = control.returnedVolatile();
        for (int parent = (place - 1) / 2; place > 0 && comesBefore(slot, slot(parent)); parent = (place - 1) / 2) {
            place(place, slot(parent));
            place = parent;
        }
        place(place, slot);
        control.returnedRelease(control.returnedVolatile() + 1);
        noteNext();
    }

    void removeFirst() {
        int size = control.returnedVolatile() - 1;
        int last = slot(size);
        int place = 0;
        for (int child = firstChild(place, size); child < size; child = firstChild(place, size)) {
            if (!comesBefore(slot(child), last)) {
                break;
            }
            place(place, slot(child));
            place = child;
        }
        place(place, last);
        control.returnedRelease(size);
        noteNext();
    }

    private int firstChild(int place, int size) {
        int left = 2 * place + 1;
        return left + 1 < size && comesBefore(slot(left + 1), slot(left)) ? left + 1 : left;
    }

    void clear() {
        control.returnedRelease(0);
        noteNext();
    }

    /** For those who wait, and look without the mutex. */
    private void noteNext() {
        control.nextDueNanos(control.returnedVolatile() == 0 ? Long.MAX_VALUE : deadline(slot(0)));
    }

    private boolean comesBefore(int one, int other) {
        return deadline(one) < deadline(other);
    }

    private int slot(int place) {
        return region.getInt(Leases.at(place, LEASE_PLACE));
    }

    private void place(int place, int slot) {
        region.putInt(Leases.at(place, LEASE_PLACE), slot);
    }

    private long deadline(int slot) {
        return region.getLong(Leases.at(slot, LEASE_DEADLINE_NANOS));
    }
}
