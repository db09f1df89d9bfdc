// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static java.util.Objects.requireNonNull;

import io.ipcq.Excerpt;
import io.ipcq.codec.Codec;
import io.ipcq.manager.wire.EncodedElements;
import io.ipcq.manager.wire.Operation.OfList;
import io.ipcq.manager.wire.Page;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.List;
import java.util.ListIterator;
import java.util.Spliterator;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A list of a manager. Each call is atomic. An iterator shows a snapshot. It changes the list unless another client has
 * done so meanwhile. Changes that depend on all elements, such as {@code sort} or {@code removeIf}, are worked out
 * here, and tried again if another client came between.
 */
final class RemoteList<E> extends AbstractList<E> implements ProxyEnd, Serializable {

    private static final long serialVersionUID = 1L;

    private final transient Reference reference;
    private final transient Codec<E> codec;

    RemoteList(Reference reference, Codec<E> codec) {
        this.reference = reference;
        this.codec = requireNonNull(codec, "codec");
    }

    private Object wire(E element) {
        return requireNonNull(
                EncodedElements.wire(codec, requireNonNull(element, "element")), "an element that is null in JSON");
    }

    private E at(OfList operation, int index, @Nullable Object... arguments) {
        @Nullable Object[] all = new @Nullable Object[arguments.length + 1];
        all[0] = index;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        try {
            return requireNonNull(EncodedElements.value(codec, reference.call(operation, all)));
        } catch (IllegalArgumentException e) {
            throw new IndexOutOfBoundsException(e.getMessage());
        }
    }

    @Override
    public E get(int index) {
        return at(OfList.GET, index);
    }

    @Override
    public E set(int index, E element) {
        return at(OfList.SET, index, wire(element));
    }

    @Override
    public boolean add(E element) {
        reference.call(OfList.APPEND, wire(element));
        return true;
    }

    @Override
    public void add(int index, E element) {
        try {
            reference.call(OfList.INSERT, index, wire(element));
        } catch (IllegalArgumentException e) {
            throw new IndexOutOfBoundsException(e.getMessage());
        }
    }

    @Override
    public E remove(int index) {
        return at(OfList.REMOVE, index);
    }

    @Override
    public int size() {
        return (int) reference.number(OfList.SIZE);
    }

    @Override
    public void clear() {
        reference.call(OfList.CLEAR);
    }

    @Override
    public boolean addAll(Collection<? extends E> elements) {
        return insertAll(null, elements);
    }

    @Override
    public boolean addAll(int index, Collection<? extends E> elements) {
        try {
            return insertAll(index, elements);
        } catch (IllegalArgumentException e) {
            throw new IndexOutOfBoundsException(e.getMessage());
        }
    }

    private boolean insertAll(@Nullable Integer index, Collection<? extends E> elements) {
        List<Object> items = new ArrayList<>();
        elements.forEach(element -> items.add(wire(element)));
        if (!items.isEmpty()) {
            reference.call(OfList.SPLICE, null, index, 0, items);
        }
        return !items.isEmpty();
    }

    @Override
    protected void removeRange(int from, int to) {
        reference.call(OfList.SPLICE, null, from, to - from, List.of());
    }

    // ---- what has to look at all elements ---------------------------------------------------------------------------

    /** An element, and what stands for it on the wire. */
    private record Item<E>(Object wire, E element) {}

    private List<Item<E>> items(Page page) {
        List<Item<E>> items = new ArrayList<>();
        for (Object wire : page.items()) {
            items.add(new Item<>(wire, requireNonNull(EncodedElements.value(codec, wire))));
        }
        return items;
    }

    private List<E> snapshot() {
        List<E> elements = new ArrayList<>();
        items(Pages.all(reference, OfList.PAGE)).forEach(item -> elements.add(item.element));
        return Collections.unmodifiableList(elements);
    }

    /**
     * Changes the list as a whole. Tries again as long as another thread comes between. Says whether that changed
     * anything.
     */
    private boolean edit(UnaryOperator<List<Item<E>>> change) {
        while (true) {
            Page page = Pages.all(reference, OfList.PAGE);
            List<Item<E>> before = items(page);
            List<Item<E>> after = change.apply(new ArrayList<>(before));
            int shorter = Math.min(before.size(), after.size());
            int same = 0;
            while (same < shorter && before.get(same).wire.equals(after.get(same).wire)) {
                same++;
            }
            int left = 0;
            while (left < shorter - same
                    && before.get(before.size() - 1 - left).wire.equals(after.get(after.size() - 1 - left).wire)) {
                left++;
            }
            int replaced = before.size() - same - left;
            List<Object> items = new ArrayList<>();
            after.subList(same, after.size() - left).forEach(item -> items.add(item.wire));
            if (replaced == 0 && items.isEmpty()) {
                return false;
            }
            if (reference.flag(OfList.SPLICE, page.version(), same, replaced, items)) {
                return true;
            }
        }
    }

    @Override
    public boolean remove(@Nullable Object element) {
        return edit(items -> {
            for (int i = 0; i < items.size(); i++) {
                if (items.get(i).element.equals(element)) {
                    items.remove(i);
                    break;
                }
            }
            return items;
        });
    }

    @Override
    public boolean removeIf(Predicate<? super E> filter) {
        requireNonNull(filter, "filter");
        return edit(items -> {
            items.removeIf(item -> filter.test(item.element));
            return items;
        });
    }

    @Override
    public boolean removeAll(Collection<?> elements) {
        requireNonNull(elements, "elements");
        return removeIf(elements::contains);
    }

    @Override
    public boolean retainAll(Collection<?> elements) {
        requireNonNull(elements, "elements");
        return removeIf(element -> !elements.contains(element));
    }

    @Override
    public void replaceAll(UnaryOperator<E> operator) {
        requireNonNull(operator, "operator");
        edit(items -> {
            items.replaceAll(item -> {
                E after = operator.apply(item.element);
                return new Item<>(wire(after), after);
            });
            return items;
        });
    }

    @Override
    @SuppressWarnings("unchecked") // without a comparator they have to be Comparable, or it throws
    public void sort(@Nullable Comparator<? super E> comparator) {
        Comparator<? super E> order = comparator == null ? (Comparator<E>) Comparator.naturalOrder() : comparator;
        edit(items -> {
            items.sort((one, other) -> order.compare(one.element, other.element));
            return items;
        });
    }

    @Override
    public int indexOf(@Nullable Object element) {
        return snapshot().indexOf(element);
    }

    @Override
    public int lastIndexOf(@Nullable Object element) {
        return snapshot().lastIndexOf(element);
    }

    @Override
    public boolean contains(@Nullable Object element) {
        return snapshot().contains(element);
    }

    @Override
    public boolean containsAll(Collection<?> elements) {
        return snapshot().containsAll(elements);
    }

    @Override
    public Iterator<E> iterator() {
        return listIterator();
    }

    @Override
    public ListIterator<E> listIterator(int index) {
        return new Cursor(Pages.all(reference, OfList.PAGE), index);
    }

    /** Shows the list as it was, and changes it as long as nobody else did. */
    private final class Cursor implements ListIterator<E> {

        private final List<E> elements = new ArrayList<>();
        private final ListIterator<E> here;
        private long version;
        private int last = -1;

        Cursor(Page page, int index) {
            items(page).forEach(item -> elements.add(item.element));
            here = elements.listIterator(index);
            version = page.version();
        }

        @Override
        public boolean hasNext() {
            return here.hasNext();
        }

        @Override
        public E next() {
            E element = here.next();
            last = here.previousIndex();
            return element;
        }

        @Override
        public boolean hasPrevious() {
            return here.hasPrevious();
        }

        @Override
        public E previous() {
            E element = here.previous();
            last = here.nextIndex();
            return element;
        }

        @Override
        public int nextIndex() {
            return here.nextIndex();
        }

        @Override
        public int previousIndex() {
            return here.previousIndex();
        }

        @Override
        public void remove() {
            splice(requireLast(), 1, List.of());
            here.remove();
            last = -1;
        }

        @Override
        public void set(E element) {
            splice(requireLast(), 1, List.of(wire(element)));
            here.set(element);
        }

        @Override
        public void add(E element) {
            splice(here.nextIndex(), 0, List.of(wire(element)));
            here.add(element);
            last = -1;
        }

        private int requireLast() {
            if (last < 0) {
                throw new IllegalStateException("there is no last element: next or previous comes first");
            }
            return last;
        }

        private void splice(int index, int count, List<Object> items) {
            if (!reference.flag(OfList.SPLICE, version, index, count, items)) {
                throw new ConcurrentModificationException(
                        "the list was changed since this iterator was made: " + reference);
            }
            version++;
        }
    }

    @Override
    public Spliterator<E> spliterator() {
        return snapshot().spliterator();
    }

    @Override
    public Object[] toArray() {
        return snapshot().toArray();
    }

    @Override
    public <T> T[] toArray(T[] array) {
        return snapshot().toArray(array);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other == this || snapshot().equals(other);
    }

    @Override
    public int hashCode() {
        return snapshot().hashCode();
    }

    @Override
    public String toString() {
        List<E> elements = snapshot();
        return Excerpt.of(elements.iterator(), elements.size());
    }

    @Override
    public Reference reference() {
        return reference;
    }

    private Object writeReplace() throws ObjectStreamException {
        return reference.handle(codec, null);
    }
}
