// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Has the futures of tasks completed by threads that may be blocked by that. Thread-safe. */
final class Completions {

    private final Callbacks callbacks;
    private final IntConsumer progress;

    /** {@code progress} is told how many tasks have ended, just before their futures complete. It throws nothing. */
    Completions(Callbacks callbacks, IntConsumer progress) {
        this.callbacks = callbacks;
        this.progress = progress;
    }

    /** Completes a task with its answer, in a thread in which this may take long. */
    static Completion answer(PoolTask<?> task, byte[] answer, String worker) {
        return switch (MessageKind.of(answer)) {
            case MessageKind.RESULT ->
                new Completion(
                        task,
                        answer.length <= MessageKind.MAX_BYTES && Values.arePlain(answer, MessageKind.ANSWER_OFFSET),
                        () -> task.succeed(reader(answer), worker));
            case MessageKind.FAILURE ->
                new Completion(task, false, () -> {
                    RemoteFailure failure = RemoteFailure.read(reader(answer));
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

    /** A new reader for each call, because the answer may be read twice. */
    private static MessageReader reader(byte[] answer) {
        return new MessageReader(answer, MessageKind.ANSWER_OFFSET);
    }

    /** Fails a task. The reason is made in a thread in which this may take long. */
    static Completion failure(PoolTask<?> task, Supplier<? extends Throwable> reason) {
        return new Completion(task, false, () -> task.fail(reason.get()));
    }

    /**
     * The completion of a task's future. It may be run again, also by two threads at the same time.
     *
     * @param isPlain whether the answer can be decoded quickly, without code of the program
     */
    record Completion(PoolTask<?> task, boolean isPlain, Runnable how) implements Callbacks.Callback {

        @Override
        public boolean mayBlock() {
            return task.mayBlock();
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

    /** A thread that completes futures itself. If it is blocked, another thread takes over its work. */
    interface Completer {

        /** Called before the thread completes some of these. False if it must not. The list is not changed any more. */
        boolean begin(List<Completion> some);

        /** Called after that. False if the thread was blocked, and the completions were left to others. */
        boolean end(List<Completion> some);
    }

    /**
     * Completes futures. A thread that waits in {@code apply} completes its own. The calling thread completes those
     * that cannot block it. A callback thread completes the others. The caller needs a reserve of stack.
     *
     * @param here the calling thread; null if it must complete nothing
     */
    void completeAll(List<Completion> ended, @Nullable Completer here) {
        try {
            progress.accept(ended.size()); // first, because code that depends on one of them may never return
            ended.removeIf(completion -> completion.task.leaveToCaller(completion::run));
            List<Completion> left =
                    here != null && !ended.isEmpty() && here.begin(ended) ? completeHere(ended, here) : ended;
            if (!left.isEmpty()) {
                callbacks.addAll(left);
            }
        } catch (Throwable failed) {
            for (int i = 0; i < ended.size(); i++) {
                complete(ended.get(i)); // perhaps a second time, which does no harm
            }
        }
    }

    /**
     * Completes the futures that have no dependents. Returns the others. Code may begin to depend on a future in
     * between, and block this thread.
     */
    private static List<Completion> completeHere(List<Completion> ended, Completer here) {
        List<Completion> left = new ArrayList<>();
        for (Completion completion : ended) {
            if (completion.isPlain && !completion.mayBlock()) {
                completion.run();
            } else {
                left.add(completion);
            }
        }
        return here.end(ended) ? left : List.of();
    }

    /** Completes one future, so that a failure does not affect the others. */
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
