// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.server.Session.Handed;
import io.ipcq.manager.wire.HeapSize;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.Receipt;
import io.ipcq.manager.wire.RpcException;
import io.ipcq.queue.QueueShutdownException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a call takes from a queue for one answer: no more than fits into the answer, and nothing behind an element that
 * cannot be decoded.
 */
final class Batch<T> implements Handed {

    /** About what an element takes besides its content. */
    static final long ELEMENT_BYTES = 64;

    /** The next thing; null if none came. */
    interface Source<T> {
        @Nullable
        T next() throws InterruptedException;
    }

    /**
     * How a queue gives things and takes them back.
     *
     * @param size the size of a thing, in bytes
     * @param wire what is sent for a thing; the reading is told how large that is
     * @param had what happens to a thing that arrived
     * @param back what happens to one that did not arrive, because the client is gone
     * @param refused what happens to each one that the client did not want; the last one comes first
     * @param undecoded what happens to one that cannot be sent, or that the client cannot decode
     * @param later what happens to one that cannot be sent now, because others come before it or the client has no
     *     memory left; it will be the first of the next answer
     */
    record Way<T>(
            ToLongFunction<T> size,
            BiFunction<T, Session.Reading, @Nullable Object> wire,
            Consumer<T> had,
            Consumer<T> back,
            Consumer<T> refused,
            Consumer<T> undecoded,
            Consumer<T> later) {}

    private final List<T> things = new ArrayList<>();
    private final Way<T> way;
    private final AnswerSize size;

    /** How much of the heap its things take. */
    private long heapBytes;

    private Batch(Way<T> way, AnswerSize size) {
        this.way = way;
        this.size = size;
    }

    /**
     * Takes one thing after the other, and adds to {@code wire} what is sent for it. If that fails, all are given back.
     */
    static <T> Batch<T> take(
            int max,
            AnswerSize size,
            Source<T> source,
            Way<T> way,
            Session.Reading reading,
            List<@Nullable Object> wire)
            throws InterruptedException {
        Batch<T> batch = new Batch<>(way, size);
        try {
            batch.fill(max, source, reading, wire);
        } catch (QueueShutdownException drained) {
            if (batch.isEmpty()) {
                throw drained;
            }
        } catch (InterruptedException woken) {
            if (batch.isEmpty()) {
                throw woken;
            }
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            batch.lost();
            throw e;
        }
        return batch;
    }

    private void fill(int max, Source<T> source, Session.Reading reading, List<@Nullable Object> wire)
            throws InterruptedException {
        while (things.size() < max && !size.isFull()) {
            T next = source.next();
            if (next == null) {
                return;
            }
            boolean kept;
            try {
                kept = isKept(next);
            } catch (Throwable e) {
                things.remove(next);
                way.back.accept(next);
                throw e;
            }
            if (!kept) {
                return;
            }
            try {
                wire.add(way.wire.apply(next, reading));
            } catch (RpcException e) {
                boolean alone = things.size() == 1;
                (alone && e.code() != Protocol.LIMIT ? way.undecoded : way.later).accept(next);
                things.remove(things.size() - 1); // last, so that a failure above puts it back with the others
                if (alone) {
                    throw e;
                }
                return;
            }
        }
    }

    /** False if it is left for the next answer. */
    private boolean isKept(T next) {
        long bytes = way.size.applyAsLong(next);
        if (size.add(ELEMENT_BYTES + bytes)) {
            heapBytes += ELEMENT_BYTES + HeapSize.array(bytes);
            return things.add(next);
        }
        way.later.accept(next);
        return false;
    }

    boolean isEmpty() {
        return things.isEmpty();
    }

    T first() {
        return things.get(0);
    }

    @Override
    public long bytes() {
        return heapBytes;
    }

    /** From the last one on: what is left has kept its place, if this fails and is done once more. */
    @Override
    public void arrived(Receipt receipt) {
        Consumer<Integer> settling = place -> settle(place, receipt);
        while (!things.isEmpty()) {
            int last = things.size() - 1;
            Failures.insist("what a client has received", settling, last);
            things.remove(last);
        }
    }

    private void settle(int place, Receipt receipt) {
        Consumer<T> end =
                !receipt.isTaken(place) ? way.refused : receipt.isUndecodable(place) ? way.undecoded : way.had;
        end.accept(things.get(place));
    }

    @Override
    public void lost() {
        Failures.giveBack(things, way.back);
    }
}
