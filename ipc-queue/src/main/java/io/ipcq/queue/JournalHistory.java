// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Looks at what is in a journal without taking anything. A look that is not gone on with keeps nothing open. */
final class JournalHistory<E> {

    private final JournalQueue<E> queue;

    JournalHistory(JournalQueue<E> queue) {
        this.queue = queue;
    }

    /** The elements that can be taken: first those that were returned, then those never taken. */
    Stream<E> waiting(List<long[]> returned) {
        Stream<E> again = returned.stream()
                .flatMap(place -> new Scan(place[1], place[0], place[0] + 1).stream())
                .map(Replayed::value);
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
        return new Scan(
                        JournalLookup.UNKNOWN,
                        Math.max(0, number),
                        queue.control().appendedVolatile())
                .stream();
    }

    /** Steps through the documents from an index on; shows the elements from a number up to another. */
    private final class Scan extends Spliterators.AbstractSpliterator<Replayed<E>> {

        private static final int MOST_DOCUMENTS = 256;

        private final long end;
        private final Deque<JournalDocument> ahead = new ArrayDeque<>(1);
        private long index;
        private long next;
        private int documents = 1;

        Scan(long index, long from, long end) {
            super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
            this.index = index;
            this.next = from;
            this.end = end;
        }

        Stream<Replayed<E>> stream() {
            return StreamSupport.stream(this, false);
        }

        @Override
        public boolean tryAdvance(Consumer<? super Replayed<E>> action) {
            JournalDocument current = next < end ? documentWithNext() : null;
            if (current == null) {
                next = end;
                return false;
            }
            long number = next++;
            action.accept(new Replayed<>(number, queue.decode(number, current.element(number))));
            return true;
        }

        private @Nullable JournalDocument documentWithNext() {
            while (!ahead.isEmpty() && ahead.element().end() <= next) {
                ahead.remove();
            }
            if (ahead.isEmpty()) {
                readAhead();
            }
            JournalDocument current = ahead.peek();
            if (current == null) {
                return null;
            }
            // what stood before was consumed and removed
            next = Math.max(next, current.first());
            return next < end ? current : null;
        }

        /** One document for who looks at one, and more for who goes on. */
        private void readAhead() {
            ahead.addAll(queue.look(lookup -> lookup.from(index, next, documents)));
            documents = Math.min(2 * documents, MOST_DOCUMENTS);
            if (!ahead.isEmpty()) {
                index = ahead.getLast().index();
            }
        }
    }
}
