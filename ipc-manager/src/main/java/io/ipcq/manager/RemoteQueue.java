// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import io.ipcq.manager.wire.EncodedElements;
import io.ipcq.manager.wire.HeapSize;
import io.ipcq.manager.wire.Json;
import io.ipcq.manager.wire.Operation.OfQueue;
import io.ipcq.manager.wire.Receipt;
import io.ipcq.manager.wire.WireTime;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueStats;
import io.ipcq.queue.QueueStorageException;
import io.ipcq.queue.QueueTimes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A queue whose elements pass through the server. */
class RemoteQueue<E> extends ManagedQueue<E> {

    private static final long serialVersionUID = 1L;

    private static final int BATCH = 256;

    /**
     * How much of the heap a batch may take. As JSON it is at most six times as large, which still fits into a frame.
     */
    private static final long BATCH_BYTES = 1 << 20;

    /** The last element at which the codec failed with an {@code Error}. */
    private transient volatile @Nullable Object failed;

    RemoteQueue(Reference reference, Codec<E> codec) {
        super(reference, codec);
    }

    private @Nullable Object wire(E element) {
        return EncodedElements.wire(codec, element);
    }

    final @Nullable E value(@Nullable Object wire) {
        return EncodedElements.value(codec, wire);
    }

    @Override
    boolean putWithin(E element, @Nullable Duration timeout) throws InterruptedException {
        Long millis = WireTime.millis(timeout);
        return Boolean.TRUE.equals(reference.await(millis, OfQueue.PUT, wire(element), millis));
    }

    @Override
    boolean offerNow(E element) {
        return reference.flag(OfQueue.PUT, wire(element), 0);
    }

    @Override
    public void putAll(Collection<? extends E> elements) throws InterruptedException {
        List<@Nullable Object> wire = new ArrayList<>();
        List.copyOf(elements).forEach(element -> wire.add(wire(element)));
        Link.requireNoInterrupt();
        int from = 0;
        while (from < wire.size()) {
            List<@Nullable Object> batch = wire.subList(from, endOfBatch(wire, from));
            try {
                int put = (int) reference.number(OfQueue.PUT_ALL, batch);
                from += put;
                if (put < batch.size()) {
                    reference.await(null, OfQueue.PUT, wire.get(from), null); // waits for room
                    from++;
                }
            } catch (QueueStorageException e) {
                throw QueueStorageException.inTheMiddle(from, wire.size(), e);
            }
        }
    }

    /** As many as fit into a call, and at least one. */
    private static int endOfBatch(List<@Nullable Object> wire, int from) {
        int end = from + 1;
        long bytes = HeapSize.of(wire.get(from));
        while (end < wire.size() && end - from < BATCH) {
            bytes += HeapSize.of(wire.get(end));
            if (bytes > BATCH_BYTES) {
                return end;
            }
            end++;
        }
        return end;
    }

    @Override
    @Nullable
    E takeWithin(@Nullable Duration timeout) throws InterruptedException {
        Long millis = WireTime.millis(timeout);
        return reference.take(millis, this::receive, OfQueue.GET, millis, true);
    }

    @Override
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        Long millis = WireTime.millis(Objects.requireNonNull(timeout, "timeout"));
        try {
            return Boolean.TRUE.equals(reference.await(millis, OfQueue.READY, millis));
        } catch (QueueClosedException | ManagerGoneException over) {
            return true;
        }
    }

    @Override
    public @Nullable E getNow() {
        return reference.takeNow(this::receive, OfQueue.GET, 0, true);
    }

    private @Nullable E receive(Object wire, Receipt receipt) {
        receipt.takenOnly(0); // if the codec fails with an error
        try {
            E element = taken(wire);
            receipt.takenAll();
            return element;
        } catch (CodecException e) {
            receipt.takenAll();
            receipt.undecodable(0);
            throw e;
        }
    }

    /** Decodes an element. An {@code Error} is not the fault of the element, unless it comes again. */
    private E taken(Object wire) {
        try {
            return Objects.requireNonNull(value(wire));
        } catch (CodecException e) {
            throw e;
        } catch (Throwable e) {
            if (wire.equals(failed)) {
                failed = null;
                throw EncodedElements.failedTwice(codec, wire, e);
            }
            failed = wire;
            throw e;
        }
    }

    /**
     * After an element that cannot be decoded, it goes on to the end of the batch. It goes no further, or it might get
     * the same element again.
     */
    @Override
    int takeInto(Collection<? super E> target, int max) {
        Drain drain = new Drain(target);
        try {
            do {
                drain.came = 0;
                reference.takeNow(drain, OfQueue.DRAIN, Math.min(BATCH, Math.max(0, max - drain.all)), true);
            } while (drain.came > 0 && drain.all < max && drain.bad.isEmpty());
        } catch (Throwable e) {
            drain.bad.forEach(e::addSuppressed);
            throw e;
        }
        return drain.drained();
    }

    /** Takes batches for a target. What the target does not take, the server gets back. */
    private final class Drain implements Link.Receiver<Object> {
        private final Collection<? super E> target;
        private final List<CodecException> bad = new ArrayList<>();
        private int came;
        private int all;

        Drain(Collection<? super E> target) {
            this.target = target;
        }

        @Override
        public @Nullable Object receive(Object wire, Receipt receipt) {
            receipt.takenOnly(0);
            for (Object element : (List<?>) wire) {
                add(element, receipt);
                all++;
                receipt.takenOnly(++came);
            }
            receipt.takenAll();
            return null;
        }

        private void add(Object wire, Receipt receipt) {
            E element;
            try {
                element = taken(wire);
            } catch (CodecException e) {
                receipt.undecodable(came);
                bad.add(e);
                return;
            }
            target.add(element);
        }

        /** How many elements the target has. Throws if any could not be decoded. */
        int drained() {
            if (bad.isEmpty()) {
                return all;
            }
            CodecException first = bad.remove(0);
            bad.forEach(first::addSuppressed);
            throw first;
        }
    }

    @Override
    public @Nullable E peek() {
        return reference.call(OfQueue.ITEMS, 1) instanceof List<?> first && !first.isEmpty()
                ? value(first.get(0))
                : null;
    }

    @Override
    public Iterator<E> iterator() {
        return new Look();
    }

    /**
     * The elements, a page at a time. An element that the server cannot send fails one {@code next}, like one that
     * cannot be decoded here.
     */
    private final class Look implements Iterator<E> {
        private Iterator<?> page = List.of().iterator();

        /** Why the element behind the page cannot be shown; null if there is no such element. */
        private @Nullable Map<?, ?> refused;

        private @Nullable Object next;

        Look() {
            turn();
        }

        private void turn() {
            Map<?, ?> answer = reference.call(OfQueue.LOOK, next) instanceof Map<?, ?> map ? map : Map.of();
            page = answer.get("elements") instanceof List<?> elements ? elements.iterator() : page;
            refused = answer.get("refused") instanceof Map<?, ?> error ? error : null;
            next = answer.get("next");
        }

        @Override
        public boolean hasNext() {
            while (!page.hasNext() && refused == null && next != null) {
                turn();
            }
            return page.hasNext() || refused != null;
        }

        @Override
        public E next() {
            if (!hasNext()) {
                throw new NoSuchElementException("there are no more elements");
            }
            Map<?, ?> refusal = refused;
            if (!page.hasNext() && refusal != null) {
                refused = null;
                throw Link.exception(refusal);
            }
            return Objects.requireNonNull(value(page.next()));
        }
    }

    @Override
    public boolean full() {
        return reference.flag(OfQueue.FULL);
    }

    @Override
    public long qsize() {
        return reference.number(OfQueue.SIZE);
    }

    @Override
    public void taskDone() {
        reference.call(OfQueue.TASK_DONE);
    }

    @Override
    boolean joinWithin(@Nullable Duration timeout) throws InterruptedException {
        Long millis = WireTime.millis(timeout);
        return Boolean.TRUE.equals(reference.await(millis, OfQueue.JOIN, millis));
    }

    @Override
    public void shutdown() {
        reference.call(OfQueue.SHUTDOWN);
    }

    @Override
    public boolean isShutdown() {
        return reference.flag(OfQueue.IS_SHUTDOWN);
    }

    @Override
    public QueueStats stats() {
        Map<?, ?> stats = reference.call(OfQueue.STATS) instanceof Map<?, ?> map ? map : Map.of();
        return new QueueStats(
                Json.number(stats, "size"),
                Json.number(stats, "maxSize"),
                Json.number(stats, "put"),
                Json.number(stats, "taken"),
                Json.number(stats, "leased"),
                Json.number(stats, "unburied"),
                Json.number(stats, "unfinished"),
                (int) Json.number(stats, "members"),
                Json.number(stats, "storageBytes"),
                Boolean.TRUE.equals(stats.get("shutdown")),
                times(stats.get("ages") instanceof Map<?, ?> ages ? ages : Map.of()));
    }

    /** Of a server that does not say, nothing is known. */
    private static QueueTimes times(Map<?, ?> ages) {
        Instant now = Instant.ofEpochMilli(System.currentTimeMillis());
        return new QueueTimes(
                before(now, ages.get("created")),
                before(now, ages.get("oldest")),
                before(now, ages.get("lastPut")),
                before(now, ages.get("lastTake")));
    }

    private static @Nullable Instant before(Instant now, @Nullable Object millis) {
        return millis instanceof Number age ? now.minusMillis(age.longValue()) : null;
    }

    @Override
    public void delete() {
        reference.call(OfQueue.DELETE);
        close();
    }

    @Override
    public boolean isClosed() {
        return reference.isOver();
    }

    @Override
    public void close() {
        reference.close();
    }
}
