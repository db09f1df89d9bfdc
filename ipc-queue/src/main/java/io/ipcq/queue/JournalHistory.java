// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Looks at what is in a journal without taking anything; each look has a reader of its own. */
final class JournalHistory<E> {

    private final JournalQueue<E> queue;

    JournalHistory(JournalQueue<E> queue) {
        this.queue = queue;
    }

    /** The elements that can be taken: first those that were returned, then those never taken. */
    Stream<E> waiting(List<long[]> returned) {
        Stream<E> again = returned.stream().flatMap(place -> {
            Scan scan = new Scan(place[1], place[0], place[0] + 1);
            return scan.stream().map(Replayed::value);
        });
        JournalControl control = queue.control();
        long taken = control.takenVolatile();
        long appended = control.appendedVolatile();
        if (taken >= appended) {
            return again;
        }
        return Stream.concat(
                again, new Scan(control.readIndex(), taken, appended).stream().map(Replayed::value));
    }

    /** Everything that the files still hold, from a number on. */
    Stream<Replayed<E>> from(long number) {
        return new Scan(0, Math.max(0, number), queue.control().appendedVolatile()).stream();
    }

    /** Steps through the documents from an index on; shows the elements from a number up to another. */
    private final class Scan extends Spliterators.AbstractSpliterator<Replayed<E>> {

        private final long index;
        private final long end;
        private long next;
        private ChronicleJournal.@Nullable Reader reader;
        private @Nullable JournalDocument document;

        Scan(long index, long from, long end) {
            super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
            this.index = index;
            this.next = from;
            this.end = end;
        }

        Stream<Replayed<E>> stream() {
            return StreamSupport.stream(this, false).onClose(this::close);
        }

        @Override
        public boolean tryAdvance(Consumer<? super Replayed<E>> action) {
            JournalDocument current = next < end ? documentWithNext() : null;
            if (current == null) {
                close();
                return false;
            }
            long number = next++;
            action.accept(new Replayed<>(number, queue.decode(number, current.element(number))));
            return true;
        }

        private @Nullable JournalDocument documentWithNext() {
            if (document == null || !document.holds(next)) {
                document = queue.look(this::read);
            }
            return document;
        }

        private @Nullable JournalDocument read() {
            if (reader == null) {
                reader = queue.journal().reader();
                if (index == 0 || !reader.moveTo(index)) {
                    reader.moveToStart();
                }
            }
            for (byte[] bytes = reader.next(); bytes != null; bytes = reader.next()) {
                JournalDocument found = JournalScan.parse(queue, reader, bytes);
                if (found.end() > next) {
                    // what stood before was consumed and removed
                    next = Math.max(next, found.first());
                    return next < end ? found : null;
                }
            }
            return null;
        }

        private void close() {
            if (reader != null) {
                ChronicleJournal.Reader open = reader;
                reader = null;
                queue.look(() -> {
                    open.close();
                    return true;
                });
            }
        }
    }
}
