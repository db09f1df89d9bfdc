// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import org.jspecify.annotations.Nullable;

/** Steps through a journal to the document that holds an element. */
final class JournalScan {

    private JournalScan() {}

    /** The next document that holds the element; null if the journal ends before it. */
    static @Nullable JournalDocument find(JournalStore store, ChronicleJournal.Reader reader, long number) {
        for (byte[] bytes = reader.next(); bytes != null; bytes = reader.next()) {
            JournalDocument document = parse(store, reader, bytes);
            if (document.holds(number)) {
                return document;
            }
            if (document.first() > number) {
                throw store.damaged(reader.index(), "element " + number + " is missing before " + document.first());
            }
        }
        return null;
    }

    static JournalDocument parse(JournalStore store, ChronicleJournal.Reader reader, byte[] bytes) {
        try {
            return JournalDocument.parse(bytes, reader.index());
        } catch (JournalDocument.DamagedException e) {
            throw store.damaged(reader.index(), String.valueOf(e.getMessage()));
        }
    }
}
