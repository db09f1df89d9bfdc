// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.manager.wire.Operation;
import io.ipcq.manager.wire.Page;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects the pages of a collection of a manager. */
final class Pages {

    private static final int LOOKS = 100;

    private Pages() {}

    /**
     * All items as they were at one time, in one page.
     *
     * @throws ConcurrentModificationException if the collection is larger than a page, and changed during each of many
     *     looks
     */
    static Page all(Reference reference, Operation page) {
        return range(reference, page, 0, null);
    }

    /** The same for the items from one place to before another; null stands for the end. */
    static Page range(Reference reference, Operation page, int from, @Nullable Integer to) {
        for (int look = 0; look < LOOKS; look++) {
            Page first = Page.read(reference.call(page, from, to));
            List<Object> items = new ArrayList<>(first.items());
            Page next = first;
            while (from + items.size() < first.size()
                    && next.version() == first.version()
                    && !next.items().isEmpty()) {
                next = Page.read(reference.call(page, from + items.size(), to));
                items.addAll(next.items());
            }
            if (next.version() == first.version()) {
                return new Page(first.version(), first.size(), items);
            }
        }
        throw new ConcurrentModificationException(
                reference + " is larger than an answer, and changed during each of so many looks: looks=" + LOOKS);
    }
}
