// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The future that an {@link java.util.concurrent.ExecutorCompletionService} gives out for a task of a pool.
 *
 * <p>The service wraps it into a task of its own, which it has executed, and which runs this one and then puts it into
 * the queue of what has ended. Neither can travel. So the call itself is sent to a worker, and what the service wants
 * executed runs here once the result is there, and waits for nothing.
 */
final class CompletionBridge<T> extends FutureTask<T> {

    private static final String WRAPPER = "java.util.concurrent.ExecutorCompletionService$QueueingFuture";

    /** The service makes both in one call: the bridge, and what it wants executed. */
    private static final ThreadLocal<CompletionBridge<?>> MADE = new ThreadLocal<>();

    private final PoolTask<T> task;

    private CompletionBridge(PoolTask<T> task, Callable<T> result) {
        super(result);
        this.task = task;
    }

    static <T> CompletionBridge<T> of(PoolTask<T> task) {
        CompletionBridge<T> bridge = new CompletionBridge<>(task, () -> result(task));
        MADE.set(bridge);
        return bridge;
    }

    private static <T> T result(PoolTask<T> ended) throws Exception {
        try {
            return ended.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof Error error) {
                throw error;
            }
            throw failed.getCause() instanceof Exception reason ? reason : failed;
        }
    }

    /** Submits the task that belongs to what a service wants executed; false if this is something else. */
    static boolean submit(Runnable wanted, Dispatcher dispatcher) {
        CompletionBridge<?> bridge = MADE.get();
        MADE.remove();
        if (bridge == null || !wanted.getClass().getName().equals(WRAPPER)) {
            return false;
        }
        bridge.task.whenDone(wanted); // again, if it fails: the service waits for it
        dispatcher.submit(bridge.task);
        return true;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        task.cancel(mayInterruptIfRunning);
        return cancelled;
    }
}
