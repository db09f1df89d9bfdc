// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Has the futures of tasks completed, by whoever may be kept waiting by that. Thread-safe. */
final class Completions {

    private final Callbacks callbacks;
    private final IntConsumer progress;

    /** {@code progress} hears how many tasks have ended, just before that is told, and throws nothing. */
    Completions(Callbacks callbacks, IntConsumer progress) {
        this.callbacks = callbacks;
        this.progress = progress;
    }

    /** What is done with a task's answer, where that may take long. */
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

    /** One for each time: it may be read twice. */
    private static MessageReader reader(byte[] answer) {
        return new MessageReader(answer, MessageKind.ANSWER_OFFSET);
    }

    /** Fails a task for a reason that is made where that may take long. */
    static Completion failure(PoolTask<?> task, Supplier<? extends Throwable> reason) {
        return new Completion(task, false, () -> task.fail(reason.get()));
    }

    /**
     * The end of a task, to be told. May be run again, also by two threads at a time.
     *
     * @param isPlain whether it takes no time to decode, and no code of the program's
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

    /**
     * A thread that completes futures itself, as somebody sees to it that nobody waits for it if it is kept waiting.
     */
    interface Completer {

        /** It completes some of these; false if it is not to. They are not changed any more. */
        boolean begin(List<Completion> some);

        /** It has done so; false if it was kept waiting, and they were left to others. */
        boolean end(List<Completion> some);
    }

    /**
     * By those who wait for them in apply, or by the calling thread what keeps it waiting for nobody, or else by a
     * thread that may be kept waiting. Whoever calls this has a reserve of stack.
     *
     * @param here the calling thread; null if it completes nothing
     */
    void completeAll(List<Completion> ended, @Nullable Completer here) {
        try {
            progress.accept(ended.size()); // first: what depends on one of them may never return
            ended.removeIf(completion -> completion.task.leaveToCaller(completion::run));
            List<Completion> left =
                    here != null && !ended.isEmpty() && here.begin(ended) ? completeHere(ended, here) : ended;
            if (!left.isEmpty()) {
                callbacks.addAll(left);
            }
        } catch (Throwable failed) {
            for (int i = 0; i < ended.size(); i++) {
                complete(ended.get(i)); // perhaps for the second time, which does no harm
            }
        }
    }

    /**
     * What nobody depends on; those that are left. Somebody may begin to depend on one in between, and keep this thread
     * waiting.
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
