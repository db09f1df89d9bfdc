// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.queue.JournalConsumer.Place;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Looks at what is in a journal without taking anything. An abandoned look keeps nothing open. */
final class JournalHistory<E> {

    private final JournalSource<E> source;
    private final JournalControl control;

    JournalHistory(JournalSource<E> source) {
        this.source = source;
        this.control = source.store().control();
    }

    /**
     * The elements that can be taken: first those that were returned, then those never taken. There is none only if
     * there was none at some instant.
     */
    Stream<E> waiting() {
        return StreamSupport.stream(new Waiting(), false);
    }

    /** Everything that the files still hold, from a number on. */
    Stream<Replayed<E>> from(long number) {
        return new Scan(JournalLookup.UNKNOWN, Math.max(0, number), control.appendedVolatile()).stream();
    }

    /** What can be taken at one instant. */
    private record Sight(List<Place> returned, long taken, long appended) {}

    /** Steps through what can be taken; through what there is then, if all was taken before the first could be read. */
    private final class Waiting extends Spliterators.AbstractSpliterator<E> {

        private Sight sight;
        private Spliterator<E> elements;
        private boolean hasSeenSome;

        Waiting() {
            super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
            this.sight = sight();
            this.elements = elements();
        }

        private Sight sight() {
            List<Place> returned = source.returned();
            return new Sight(returned, control.takenVolatile(), control.appendedVolatile());
        }

        private Spliterator<E> elements() {
            Stream<Replayed<E>> again = sight.returned.stream()
                    .flatMap(place -> new Scan(place.index(), place.number(), place.number() + 1).stream());
            Stream<Replayed<E>> first = sight.taken >= sight.appended
                    ? Stream.empty()
                    : new Scan(control.readIndex(), sight.taken, sight.appended).stream();
            return Stream.concat(again, first).map(Replayed::value).spliterator();
        }

        @Override
        public boolean tryAdvance(Consumer<? super E> action) {
            boolean over = false;
            try {
                do {
                    over = !elements.tryAdvance(action);
                } while (over && !hasSeenSome && looksAgain());
            } finally {
                hasSeenSome |= !over; // one that cannot be decoded, too
            }
            return !over;
        }

        /** Not if nothing has changed, as it has not where the files are damaged. */
        private boolean looksAgain() {
            Sight seen = sight;
            sight = sight();
            elements = elements();
            return control.size() > 0 && !sight.equals(seen);
        }
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
            action.accept(new Replayed<>(number, source.decode(number, current.element(number))));
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

        /** One document for a single look, and more for a look that goes on. */
        private void readAhead() {
            ahead.addAll(source.look(lookup -> lookup.from(index, next, documents)));
            documents = Math.min(2 * documents, MOST_DOCUMENTS);
            if (!ahead.isEmpty()) {
                index = ahead.getLast().index();
            }
        }
    }
}
