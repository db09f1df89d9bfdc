// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The future that an {@link java.util.concurrent.ExecutorCompletionService} gives out for a task of a pool.
 *
 * <p>The service wraps this future into a task of its own, and passes that task to {@code execute}. The task runs this
 * future and then puts it into the queue of ended tasks. Neither can travel. So only the call is sent to a worker. The
 * service's task runs in this JVM once the result has arrived, and does not wait.
 */
final class CompletionBridge<T> extends FutureTask<T> {

    private static final String WRAPPER = "java.util.concurrent.ExecutorCompletionService$QueueingFuture";

    /** The bridge of the current call. The service makes the bridge and its own task in one call. */
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

    /** Submits the call that belongs to a service's task. False if {@code wanted} is no such task. */
    static boolean submit(Runnable wanted, Dispatcher dispatcher) {
        CompletionBridge<?> bridge = MADE.get();
        MADE.remove();
        if (bridge == null || !wanted.getClass().getName().equals(WRAPPER)) {
            return false;
        }
        bridge.task.whenDone(wanted); // repeated if it fails, because the service waits for it
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
