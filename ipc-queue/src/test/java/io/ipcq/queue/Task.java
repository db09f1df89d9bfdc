// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.Patience;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Something that a test does in another thread; waits for it end in a failure that says where the thread stands. */
final class Task<T> {

    private static final long PATIENCE_SECONDS = Patience.LIMIT.toSeconds();
    private static final long LONG_ENOUGH_TO_WAIT_MILLIS = 80;

    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final Thread thread;

    private Task(Callable<T> action) {
        thread = new Thread(() -> run(action), "task");
        thread.setDaemon(true);
        thread.start();
    }

    static <T> Task<T> start(Callable<T> action) {
        return new Task<>(action);
    }

    /** An action without a result. */
    interface Action {
        void run() throws Exception;
    }

    static Task<Boolean> run(Action action) {
        return new Task<>(() -> {
            action.run();
            return true;
        });
    }

    private void run(Callable<T> action) {
        try {
            result.complete(action.call());
        } catch (Throwable e) {
            result.completeExceptionally(e);
        }
    }

    /** Gives the task time to come to where it waits; fails if it ends instead. */
    Task<T> expectToWait() throws InterruptedException {
        Thread.sleep(LONG_ENOUGH_TO_WAIT_MILLIS);
        if (result.isDone()) {
            throw new AssertionError("does not wait, but ended: " + result);
        }
        return this;
    }

    void interrupt() {
        thread.interrupt();
    }

    T await() throws InterruptedException {
        try {
            return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("the task failed", e.getCause());
        } catch (TimeoutException e) {
            throw hangs();
        }
    }

    /** What the task threw. */
    Throwable awaitFailure() throws InterruptedException {
        try {
            T value = result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            throw new AssertionError("the task did not fail, but returned " + value);
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (TimeoutException e) {
            throw hangs();
        }
    }

    private AssertionError hangs() {
        return new AssertionError("the task hangs at\n    "
                + String.join(
                        "\n    ",
                        Arrays.stream(thread.getStackTrace())
                                .map(String::valueOf)
                                .toList()));
    }
}
