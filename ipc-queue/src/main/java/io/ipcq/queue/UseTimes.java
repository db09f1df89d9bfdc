// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.CoarseClock;
import io.ipcq.memory.MappedRegion;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When a queue was made and used, as its control file says, and since when elements are in it. The times are
 * milliseconds since 1970; 0 stands for none.
 *
 * <pre>
 *  one entry of the table of puts
 *   0       8      16
 *  +-------+------+
 *  | place | time |
 *  +-------+------+
 * </pre>
 *
 * <p>Who notes puts holds the producers' mutex; anybody else may do the rest.
 */
final class UseTimes {

    /*
     * Idea
     *   Elements have places that only grow: positions in a ring, numbers in a journal. An entry says at which
     *   time an element was put, and those behind it were put no sooner. So an element is as old as the newest
     *   entry at its place or before, at most. An entry is made when the last one is a quarter of a second old, by
     *   the coarse clock: all other puts compare two words that they have at hand, and write nothing. There is
     *   room for some. The new entry takes the place of one that nobody wants any more, because the elements
     *   before the next one are taken; the oldest of those, so that none is left that is older than one that is
     *   gone. If all are wanted, that one goes whose neighbours are closest, compared with how long ago they were.
     *   So what is known of an element that waits for days is less exact than of one that waits for seconds.
     *
     * Visibility
     *   The entry is there before the element is. Who looks reads `place`, `time`, and `place` again: it is set to none
     *   before `time` changes. An entry that changes meanwhile is that of a new element, or one that was not wanted.
     *
     * Crash
     *   A producer that dies in between leaves an entry with no place, or one for an element that never came; the next
     *   one at that place, or before, takes it out.
     */

    /** Entries of the table. */
    static final int ENTRIES = 56;

    static final int ENTRY_PLACE = 0;
    static final int ENTRY_TIME = ENTRY_PLACE + Long.BYTES;
    static final int ENTRY_BYTES = ENTRY_TIME + Long.BYTES;
    static final int BYTES = ENTRIES * ENTRY_BYTES;

    /** What comes sooner after the last one is not noted. */
    static final long RESOLUTION_MILLIS = CoarseClock.PERIOD_MILLIS;

    /** Less than that is how late other processes' clocks are; more, and somebody has set the machine's clock back. */
    private static final long SET_BACK_MILLIS = 60_000;

    /** A place before all others. */
    static final long NOWHERE = -1;

    private final MappedRegion region;
    private final int created;
    private final int lastPut;
    private final int lastTake;
    private final int table;

    /** @param created offset of the word of that name, as are the next ones */
    UseTimes(MappedRegion region, int created, int lastPut, int lastTake, int table) {
        this.region = region;
        this.created = created;
        this.lastPut = lastPut;
        this.lastTake = lastTake;
        this.table = table;
    }

    // ---- note -------------------------------------------------------------------------------------------------------

    void noteCreation() {
        region.putLong(created, System.currentTimeMillis());
    }

    /** Whether a put at this time is to be noted. Under the producers' mutex. */
    boolean isPutDue(long time) {
        return isDue(time, region.getLong(lastPut));
    }

    /** The same of a take, without a lock. */
    boolean isTakeDue(long time) {
        return isDue(time, region.getLongVolatile(lastTake));
    }

    private static boolean isDue(long time, long last) {
        long since = time - last;
        return since >= RESOLUTION_MILLIS || since < -SET_BACK_MILLIS;
    }

    /**
     * Notes that what comes to a place comes now; before it is there, and under the producers' mutex.
     *
     * @param lowest the place of the first element that somebody may still want; {@link #NOWHERE} if it is not known
     */
    void notePlace(long place, long lowest, long time) {
        int entry = at(replaceable(place, lowest, time));
        region.putLongRelease(entry + ENTRY_PLACE, 0);
        region.putLongRelease(entry + ENTRY_TIME, time);
        region.putLongRelease(entry + ENTRY_PLACE, place + 1);
    }

    /** Notes when an element was put last; under the producers' mutex. */
    void notePut(long time) {
        region.putLongRelease(lastPut, time);
    }

    /** Notes when an element was taken last. Who was stopped in here does not undo what others have noted since. */
    void noteTake(long time) {
        long last = region.getLongVolatile(lastTake);
        if (isDue(time, last)) {
            region.compareAndSetLong(lastTake, last, time);
        }
    }

    private int replaceable(long place, long lowest, long time) {
        long wanted = newest(lowest);
        int oldest = -1;
        for (int entry = 0; entry < ENTRIES; entry++) {
            if (place(entry) >= place) {
                region.putLongRelease(at(entry) + ENTRY_PLACE, 0); // of one that never came
            }
            boolean isWanted = place(entry) != NOWHERE && place(entry) >= wanted;
            if (!isWanted && (oldest < 0 || place(entry) < place(oldest))) {
                oldest = entry;
            }
        }
        return oldest >= 0 ? oldest : leastTelling(time);
    }

    /** The place of the newest entry that is at a place or before. */
    private long newest(long place) {
        long newest = NOWHERE;
        for (int entry = 0; entry < ENTRIES; entry++) {
            newest = place(entry) <= place ? Math.max(newest, place(entry)) : newest;
        }
        return newest;
    }

    /** Not the first one: nothing else says how old the oldest element is. */
    private int leastTelling(long time) {
        int[] entries = inOrder();
        int least = 1;
        double leastPart = Double.MAX_VALUE;
        for (int i = 1; i < ENTRIES; i++) {
            long before = time(entries[i - 1]);
            long after = i + 1 < ENTRIES ? time(entries[i + 1]) : time;
            double part = (double) Math.max(0, after - before) / Math.max(1, time - before);
            if (part < leastPart) {
                least = i;
                leastPart = part;
            }
        }
        return entries[least];
    }

    private int[] inOrder() {
        int[] entries = new int[ENTRIES];
        for (int entry = 0; entry < ENTRIES; entry++) {
            int i = entry;
            for (; i > 0 && place(entries[i - 1]) > place(entry); i--) {
                entries[i] = entries[i - 1];
            }
            entries[i] = entry;
        }
        return entries;
    }

    private int at(int entry) {
        return table + entry * ENTRY_BYTES;
    }

    private long place(int entry) {
        return region.getLongAcquire(at(entry) + ENTRY_PLACE) - 1;
    }

    private long time(int entry) {
        return region.getLongAcquire(at(entry) + ENTRY_TIME);
    }

    // ---- look -------------------------------------------------------------------------------------------------------

    /**
     * When what is at a place was put, or somewhat earlier; 0 if that is not known. Who looks while others take may
     * find that the place is given up, and nothing is known of it any more.
     */
    long timeOf(long place) {
        long newest = NOWHERE;
        long found = 0;
        for (int entry = 0; entry < ENTRIES; entry++) {
            long there = place(entry);
            long time = time(entry);
            if (there > newest && there <= place && place(entry) == there) {
                newest = there;
                found = time;
            }
        }
        return found;
    }

    /** @param oldest when the first element was put; 0 if there is none, or that is not known */
    QueueTimes times(long oldest) {
        return new QueueTimes(
                instant(region.getLongVolatile(created)),
                instant(oldest),
                instant(region.getLongVolatile(lastPut)),
                instant(region.getLongVolatile(lastTake)));
    }

    private static @Nullable Instant instant(long millis) {
        return millis > 0 ? Instant.ofEpochMilli(millis) : null;
    }
}
