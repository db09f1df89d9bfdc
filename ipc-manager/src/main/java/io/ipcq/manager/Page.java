// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A part of a collection that fits into an answer, and the version of the collection it is of. Who collects all pages begins
 * again when the version is another one, so that what it has in the end was there at one time.
 */
record Page(long version, long size, List<?> items) {

    private static final int LOOKS = 100;

    /** The page from an index on, with one item at least if there is any. */
    static Page of(Call call, long version, int size, Iterator<?> from) {
        List<Object> items = new ArrayList<>();
        AnswerSize taken = call.session().answerSize();
        while (from.hasNext() && !taken.isFull()) {
            Object item = from.next();
            if (!taken.add(HeapSize.ITEM + HeapSize.of(item))) {
                break;
            }
            items.add(item);
        }
        return new Page(version, size, items);
    }

    Map<String, Object> wire() {
        return Map.of("version", version, "size", size, "items", items);
    }

    private static Page read(@Nullable Object wire) {
        Map<?, ?> page = (Map<?, ?>) Objects.requireNonNull(wire, "page");
        return new Page(RemoteQueue.number(page, "version"), RemoteQueue.number(page, "size"), (List<?>)
                Objects.requireNonNull(page.get("items"), "items"));
    }

    /**
     * All items as they were at one time, in one page.
     *
     * @throws ConcurrentModificationException if the collection is larger than a page, and changed during each of many looks
     */
    static Page all(Reference reference) {
        return range(reference, 0, null);
    }

    /** The same of those from one to before another, or the last. */
    static Page range(Reference reference, int from, @Nullable Integer to) {
        for (int look = 0; look < LOOKS; look++) {
            Page first = read(reference.call("page", from, to));
            List<Object> items = new ArrayList<>(first.items);
            Page next = first;
            while (from + items.size() < first.size && next.version == first.version && !next.items.isEmpty()) {
                next = read(reference.call("page", from + items.size(), to));
                items.addAll(next.items);
            }
            if (next.version == first.version) {
                return new Page(first.version, first.size, items);
            }
        }
        throw new ConcurrentModificationException(
                reference + " is larger than an answer, and changed during each of so many looks: looks=" + LOOKS);
    }
}
