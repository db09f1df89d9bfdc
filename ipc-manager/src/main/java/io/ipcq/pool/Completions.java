// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** Has the futures of tasks completed, by whoever may be kept waiting by that. Thread-safe. */
final class Completions {

    private final Callbacks callbacks;
    private final IntConsumer afterwards;

    /** {@code afterwards} hears how many tasks have ended, once that was told or is about to be, and throws nothing. */
    Completions(Callbacks callbacks, IntConsumer afterwards) {
        this.callbacks = callbacks;
        this.afterwards = afterwards;
    }

    /** What is done with a task's answer, where that may take long. */
    static Completion answer(PoolTask<?> task, byte kind, MessageReader in, String worker) {
        return switch (kind) {
            case MessageKind.RESULT -> new Completion(task, () -> task.succeed(in, worker));
            case MessageKind.FAILURE ->
                new Completion(task, () -> {
                    RemoteFailure failure = RemoteFailure.read(in);
                    task.fail(new RemoteTaskException(
                            task.describe(),
                            worker,
                            failure,
                            failure.rebuild(task.function().loader())));
                });
            default ->
                failure(
                        task,
                        () -> new UnreadableResultException(
                                task.describe(), worker, new OutOfMemoryError("it is too large for the heap")));
        };
    }

    /** Fails a task for a reason that is made where that may take long. */
    static Completion failure(PoolTask<?> task, Supplier<? extends Throwable> reason) {
        return new Completion(task, () -> task.fail(reason.get()));
    }

    /** The end of a task, to be told. */
    record Completion(PoolTask<?> task, Runnable how) implements Callbacks.Callback {

        @Override
        public boolean mayBlock() {
            return task.getNumberOfDependents() > 0;
        }

        @Override
        public void run() {
            try {
                how.run();
            } catch (Throwable failure) {
                failed(failure);
            }
        }

        @Override
        public void failed(Throwable failure) {
            task.failInAnyCase(failure);
        }
    }

    /**
     * By those who wait for them in apply, or else by a thread that may be kept waiting. Whoever calls this has a
     * reserve of stack.
     */
    void completeAll(List<Completion> ended) {
        int tasks = ended.size();
        try {
            ended.removeIf(completion -> completion.task.leaveToCaller(completion::run));
            if (!ended.isEmpty()) {
                callbacks.addAll(ended);
            }
        } catch (Throwable failed) {
            for (int i = 0; i < ended.size(); i++) {
                complete(ended.get(i)); // perhaps for the second time, which does no harm
            }
        }
        afterwards.accept(tasks);
    }

    /** The same for one, whatever becomes of the others. */
    private void complete(Completion completion) {
        try {
            if (!completion.task.leaveToCaller(completion::run)) {
                callbacks.add(completion);
            }
        } catch (Throwable failed) {
            completion.task.failInAnyCase(failed);
        }
    }
}
