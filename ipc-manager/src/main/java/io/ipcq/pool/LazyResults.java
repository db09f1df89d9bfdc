// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The results of {@code imap}: elements are read and submitted as results are taken, so no more than a window of them is in
 * memory. For one thread.
 */
final class LazyResults<T extends @Nullable Object, R extends @Nullable Object> implements Iterator<R> {

    private static final long LOOK_AGAIN_MILLIS = 100;

    private final Dispatcher dispatcher;
    private final Iterator<? extends T> elements;
    private final Function<List<T>, PoolTask<@Nullable Object[]>> call;
    private final int chunkSize;
    private final int window;
    private final boolean ordered;

    /** In the order of submission. */
    private final ArrayDeque<PoolTask<@Nullable Object[]>> inFlight = new ArrayDeque<>();

    private final Set<PoolTask<@Nullable Object[]>> unordered = Collections.synchronizedSet(new LinkedHashSet<>());
    private final LinkedBlockingQueue<PoolTask<@Nullable Object[]>> ended = new LinkedBlockingQueue<>();

    private @Nullable Object[] current = {};
    private int next;

    LazyResults(
            Dispatcher dispatcher,
            Iterator<? extends T> elements,
            Function<List<T>, PoolTask<@Nullable Object[]>> call,
            int chunkSize,
            int window,
            boolean ordered) {
        this.dispatcher = dispatcher;
        this.elements = elements;
        this.call = call;
        this.chunkSize = chunkSize;
        this.window = window;
        this.ordered = ordered;
    }

    Stream<R> stream() {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, ordered ? Spliterator.ORDERED : 0), false)
                .onClose(this::close);
    }

    private void close() {
        inFlight.forEach(task -> task.cancel(false));
        List.copyOf(unordered).forEach(task -> task.cancel(false));
    }

    @Override
    public boolean hasNext() {
        return next < current.length || inFlightCount() > 0 || elements.hasNext();
    }

    private int inFlightCount() {
        return ordered ? inFlight.size() : unordered.size();
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // a function may return null
    public R next() {
        while (next >= current.length) {
            current = awaitChunk();
            next = 0;
        }
        R result = (R) current[next];
        current[next++] = null; // it may be large
        return result;
    }

    private @Nullable Object[] awaitChunk() {
        fill();
        if (inFlightCount() == 0) {
            throw new NoSuchElementException("there are no more results");
        }
        try {
            PoolTask<@Nullable Object[]> task = ordered ? awaitFirst() : awaitAny();
            fill(); // before the caller works on this one
            return task.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        } catch (InterruptedException interrupted) {
            close();
            Thread.currentThread().interrupt();
            throw (CancellationException)
                    new CancellationException("interrupted while waiting for a result").initCause(interrupted);
        }
    }

    private PoolTask<@Nullable Object[]> awaitFirst() throws InterruptedException {
        PoolTask<@Nullable Object[]> first = inFlight.element();
        if (!first.isDone()) {
            first.await();
        }
        return inFlight.remove();
    }

    private PoolTask<@Nullable Object[]> awaitAny() throws InterruptedException {
        PoolTask<@Nullable Object[]> any = null;
        while (any == null) {
            any = ended.poll(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        }
        unordered.remove(any);
        return any;
    }

    private void fill() {
        while (inFlightCount() < window && elements.hasNext()) {
            List<T> chunk = new ArrayList<>(chunkSize);
            while (chunk.size() < chunkSize && elements.hasNext()) {
                chunk.add(elements.next());
            }
            PoolTask<@Nullable Object[]> task = call.apply(chunk);
            if (ordered) {
                inFlight.add(task);
            } else {
                unordered.add(task);
                task.whenDone(() -> ended.add(task));
            }
            dispatcher.submit(task);
        }
    }
}
