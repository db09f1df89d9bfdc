// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.process.CannotTravelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The results of {@code imap}. Elements are read and submitted as results are taken, so no more than a window of them
 * is in memory. For one thread.
 */
@SuppressWarnings("UndefinedEquals") // futures are compared by identity
final class LazyResults<T extends @Nullable Object, R extends @Nullable Object> implements Iterator<R> {

    private static final long LOOK_AGAIN_MILLIS = 100;

    private final Dispatcher dispatcher;
    private final Iterator<? extends T> elements;
    private final Function<List<T>, PoolTask<@Nullable Object[]>> call;
    private final int chunkSize;
    private final int window;
    private final boolean ordered;

    /** The chunks in flight, in the order of submission. */
    private final ArrayDeque<CompletableFuture<@Nullable Object[]>> inOrder = new ArrayDeque<>();

    private final Set<CompletableFuture<@Nullable Object[]>> unordered = new LinkedHashSet<>();
    private final LinkedBlockingQueue<CompletableFuture<@Nullable Object[]>> ended = new LinkedBlockingQueue<>();

    private @Nullable Object[] current = {};
    private int next;
    private boolean isExhausted;

    /** Why the source failed. Thrown once, after the results of all elements before the failure. */
    private @Nullable Throwable failure;

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
        inFlight().forEach(task -> task.cancel(false));
    }

    @Override
    public boolean hasNext() {
        return next < current.length || !inFlight().isEmpty() || hasElement() || failure != null;
    }

    /**
     * Whether the source has another element. False once it has failed. The failure is thrown after the results of the
     * elements before it.
     */
    private boolean hasElement() {
        if (isExhausted) {
            return false;
        }
        try {
            isExhausted = !elements.hasNext();
        } catch (Throwable broken) {
            end(broken);
        }
        return !isExhausted;
    }

    private void end(Throwable broken) {
        isExhausted = true;
        failure = broken;
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
        if (inFlight().isEmpty()) {
            Throwable broken = failure;
            failure = null;
            if (broken != null) {
                throw asItself(broken);
            }
            throw new NoSuchElementException("there are no more results");
        }
        try {
            CompletableFuture<@Nullable Object[]> task = ordered ? awaitFirst() : awaitAny();
            fill(); // before the caller uses this result
            return task.join();
        } catch (CompletionException failed) {
            throw ProcessPool.thrownHere(failed);
        } catch (InterruptedException interrupted) {
            close();
            Thread.currentThread().interrupt();
            throw (CancellationException)
                    new CancellationException("interrupted while waiting for a result").initCause(interrupted);
        }
    }

    /**
     * The exception of an iterator, unchecked. An iterator throws no checked exceptions, unless it was compiled by
     * other rules.
     */
    private static RuntimeException asItself(Throwable broken) {
        if (broken instanceof Error error) {
            throw error;
        }
        return broken instanceof RuntimeException runtime ? runtime : new IllegalStateException(broken);
    }

    private CompletableFuture<@Nullable Object[]> awaitFirst() throws InterruptedException {
        if (inOrder.element() instanceof PoolTask<?> first && !first.isDone()) {
            first.await();
        }
        return inOrder.remove();
    }

    private CompletableFuture<@Nullable Object[]> awaitAny() throws InterruptedException {
        CompletableFuture<@Nullable Object[]> any = null;
        while (any == null || !unordered.remove(any)) {
            any = ended.poll(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        }
        return any;
    }

    private void fill() {
        while (inFlight().size() < window && hasElement()) {
            List<T> chunk = nextChunk();
            if (!chunk.isEmpty()) {
                submit(chunk);
            }
        }
    }

    /** The next elements. Fewer, or none, if the source fails. */
    private List<T> nextChunk() {
        List<T> chunk = new ArrayList<>(chunkSize);
        try {
            while (chunk.size() < chunkSize && hasElement()) {
                chunk.add(elements.next());
            }
        } catch (Throwable broken) {
            end(broken);
        }
        return chunk;
    }

    private void submit(List<T> chunk) {
        CompletableFuture<@Nullable Object[]> last = null;
        try {
            PoolTask<@Nullable Object[]> task = call.apply(chunk);
            last = task;
            if (!ordered) {
                task.whenDone(() -> ended.add(task));
            }
            inFlight().add(task);
            dispatcher.submit(task);
        } catch (CannotTravelException refused) {
            CompletableFuture<@Nullable Object[]> failed = CompletableFuture.failedFuture(refused);
            inFlight().add(failed);
            if (!ordered) {
                ended.add(failed);
            }
        } catch (Throwable shutDown) {
            if (last != null) {
                inFlight().remove(last);
            }
            end(shutDown);
        }
    }

    private Collection<CompletableFuture<@Nullable Object[]>> inFlight() {
        return ordered ? inOrder : unordered;
    }
}
