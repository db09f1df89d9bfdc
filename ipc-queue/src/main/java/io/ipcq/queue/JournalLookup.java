// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds documents anywhere in a journal, for redelivery and for those who only look. One user at a time.
 *
 * <p>All share one reader, which is kept open, because opening one costs more than reading a hundred documents. So a
 * look holds nothing but documents, and may be abandoned. One segment stays open.
 */
final class JournalLookup {

    /*
     * Idea. A document is found by its index, which has the segment and the place in it, or by the number of an
     * element. Numbers grow with the index. So a binary search finds the segment, by the number that each segment
     * begins with, and another one finds the place in it. There are at most as many documents as elements. So the
     * number minus the segment's first number is the last place that is possible, and the right one if elements were
     * put one by one.
     */

    /** No index: the document is found by number. */
    static final long UNKNOWN = -1;

    /** How much is read ahead at most for a look that goes on. */
    private static final int ENOUGH_BYTES = 64 << 10;

    private final JournalStore store;
    private ChronicleJournal.@Nullable Reader reader;
    /** Behind which the reader stands. */
    private @Nullable JournalDocument last;

    JournalLookup(JournalStore store) {
        this.store = store;
    }

    /** The document that holds an element, at or behind an index. */
    JournalDocument holding(long number, long index) {
        List<JournalDocument> found = from(index, number, 1);
        if (found.isEmpty() || !found.get(0).holds(number)) {
            throw store.damaged(index, "element " + number + " is missing");
        }
        return found.get(0);
    }

    /**
     * The documents with elements from a number on, in order; at least one, if there is any.
     *
     * @param index of a document at or before them; 0 for the first there is; {@link #UNKNOWN}
     * @param most documents to return
     */
    List<JournalDocument> from(long index, long number, int most) {
        JournalDocument current = last;
        if (most == 1 && current != null && current.holds(number)) {
            return List.of(current);
        }
        boolean whole = false;
        try {
            List<JournalDocument> found = read(index, number, most);
            if (found.isEmpty()) {
                // a reader that stood at the end of a segment while its successor was made can have missed it for good
                close();
                store.journal().refresh();
                found = read(index, number, most);
            }
            whole = true;
            return found;
        } finally {
            if (!whole) {
                close();
            }
        }
    }

    private List<JournalDocument> read(long index, long number, int most) {
        ChronicleJournal.Reader open = reader();
        if (last == null || last.index() != index || last.end() > number) {
            last = null;
            if (index == 0) {
                open.moveToStart();
            } else if (index == UNKNOWN || !open.moveTo(index)) {
                moveTo(open, number);
            }
        }
        List<JournalDocument> found = new ArrayList<>(1);
        int bytesRead = 0;
        while (found.size() < most && bytesRead < ENOUGH_BYTES) {
            byte[] bytes = open.next();
            if (bytes == null) {
                break;
            }
            last = JournalScan.parse(store, open, bytes);
            if (last.end() > number) {
                found.add(last);
                bytesRead += bytes.length;
            }
        }
        return found;
    }

    /**
     * Moves to the document that holds an element, or to one before it; to the first that there is if all come after
     * it.
     */
    private void moveTo(ChronicleJournal.Reader open, long number) {
        ChronicleJournal journal = store.journal();
        int[] segments = segments(journal);
        int found = -1;
        long first = 0;
        for (int low = 0, high = segments.length - 1; low <= high; ) {
            int middle = (low + high) >>> 1;
            JournalDocument beginning = documentAt(open, journal.indexOf(segments[middle], 0));
            if (beginning == null ? !journal.hasSegment(segments[middle]) : beginning.first() <= number) {
                low = middle + 1; // a segment that has been removed meanwhile was before all others
                found = beginning == null ? found : middle;
                first = beginning == null ? first : beginning.first();
            } else {
                high = middle - 1;
            }
        }
        if (found < 0) {
            open.moveToStart();
        } else {
            open.moveTo(
                    journal.indexOf(segments[found], place(open, journal, segments[found], number, number - first)));
        }
    }

    /** The place of the last document in a segment that begins at or before a number. */
    private long place(ChronicleJournal.Reader open, ChronicleJournal journal, int segment, long number, long last) {
        long low = 0;
        long high = Math.min(last, ChronicleJournal.MAX_DOCUMENTS_PER_SEGMENT - 1);
        for (long guess = high; low < high; guess = (low + high + 1) >>> 1) {
            JournalDocument document = documentAt(open, journal.indexOf(segment, guess));
            if (document == null || document.first() > number) {
                high = guess - 1;
            } else {
                low = guess;
            }
        }
        return low;
    }

    private @Nullable JournalDocument documentAt(ChronicleJournal.Reader open, long index) {
        byte[] bytes = open.moveTo(index) ? open.next() : null;
        return bytes == null || open.index() != index ? null : JournalScan.parse(store, open, bytes);
    }

    private int[] segments(ChronicleJournal journal) {
        try {
            return journal.segmentNumbers();
        } catch (IOException e) {
            throw store.storageFailed("the segments could not be listed", e);
        }
    }

    private ChronicleJournal.Reader reader() {
        if (reader == null) {
            reader = store.journal().reader();
        }
        return reader;
    }

    /** Lets go of a segment that has been removed. */
    void leaveSegmentsBelow(int segment) {
        JournalDocument current = last;
        if (reader != null && (current == null || store.journal().segmentOf(current.index()) < segment)) {
            close();
        }
    }

    void close() {
        ChronicleJournal.Reader open = reader;
        reader = null;
        last = null;
        if (open != null) {
            open.close();
        }
    }
}
