// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The future of a {@code map}. It is done when all chunks are done, or when the first one has failed. */
final class MapResult<R extends @Nullable Object> extends CompletableFuture<List<R>> {

    private final Dispatcher dispatcher;
    private final boolean forCaller;
    private final List<PoolTask<@Nullable Object[]>> chunks = new ArrayList<>();
    private final Set<PoolTask<?>> open = ConcurrentHashMap.newKeySet();

    /** @param forCaller whether this belongs to the thread that waits in {@code map} */
    MapResult(Dispatcher dispatcher, boolean forCaller) {
        this.dispatcher = dispatcher;
        this.forCaller = forCaller;
    }

    /** Submits all chunks; to be called once. */
    MapResult<R> submit(List<PoolTask<@Nullable Object[]>> tasks) {
        chunks.addAll(tasks);
        open.addAll(tasks);
        if (tasks.isEmpty()) {
            complete(List.of());
        }
        boolean submitted = false;
        try {
            for (PoolTask<@Nullable Object[]> task : tasks) {
                task.whenDone(() -> noteEnd(task));
                dispatcher.submit(task);
            }
            submitted = true;
            return this;
        } finally {
            if (!submitted) {
                chunks.forEach(chunk -> chunk.cancel(false)); // nobody will get the future of them all
            }
        }
    }

    private void noteEnd(PoolTask<@Nullable Object[]> chunk) {
        open.remove(chunk);
        if (chunk.isCompletedExceptionally() || open.isEmpty()) {
            dispatcher.callBack(new Callbacks.Callback() {
                @Override
                public boolean mayBlock() {
                    return getNumberOfDependents() > 0;
                }

                @Override
                public void run() {
                    finish(chunk);
                }

                @Override
                public void failed(Throwable failure) {
                    PoolTask.failInAnyCase(MapResult.this, failure, () -> {});
                }
            });
        }
    }

    private void finish(PoolTask<@Nullable Object[]> last) {
        if (!last.isCompletedExceptionally()) {
            complete(results());
            return;
        }
        Throwable reason = PoolTask.reason(last);
        if (!forCaller && reason instanceof RemoteTaskException remote) {
            reason = remote.original();
        }
        if (completeExceptionally(reason)) {
            chunks.forEach(chunk -> chunk.cancel(false));
        }
    }

    @SuppressWarnings("unchecked")
    private List<R> results() {
        List<R> results = new ArrayList<>();
        for (PoolTask<@Nullable Object[]> chunk : chunks) {
            results.addAll((List<R>) Arrays.asList(chunk.join()));
        }
        return Collections.unmodifiableList(results);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        chunks.forEach(chunk -> chunk.cancel(mayInterruptIfRunning));
        return cancelled;
    }

    /** Futures that depend on this one are plain ones. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
