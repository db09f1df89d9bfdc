// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.Log;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One call that a pool was given: the bytes that are sent, and the future of its result.
 *
 * @param <R> the type of the result; an array for a task that stands for many elements
 */
final class PoolTask<R extends @Nullable Object> extends CompletableFuture<R> {

    /** Who gets the result. */
    enum Use {
        /** The code that has the future. */
        FUTURE,
        /** The one thread that waits in {@code apply}. Nobody else has the future. This thread decodes the result. */
        CALLER,
        /** The pool itself. The task is a part of something larger. */
        PART
    }

    /**
     * How often a waiting thread checks the future. Code outside the pool may complete the future, and does not wake
     * the thread.
     */
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** The size of a message before function and arguments. */
    private static final int HEADER_BYTES = 3 + Long.BYTES + 3 * Integer.BYTES;

    /** The pool that a task was given to. */
    interface Pool {

        /** A number that no other task of the pool has. */
        long nextNumber();

        /** The future of a task was cancelled. */
        void cancelled(PoolTask<?> task, boolean interrupt);
    }

    private final Pool pool;
    private final long number;
    private final Invocation invocation;
    private final TravelingFunction function;
    private final byte[] arguments;
    private final byte @Nullable [] logContext;
    private final byte @Nullable [] traceContext;
    private final int elements;
    private final Use use;
    private volatile @Nullable Thread waiter;

    /** The completion that is left to the thread that waits in {@code apply}. */
    private volatile @Nullable Runnable left;

    private volatile @Nullable Runnable whenDone;

    /**
     * The list that this is in, and its neighbours there. Guarded by the dispatcher. Only {@link TaskList} changes
     * them.
     */
    @Nullable
    TaskList list;

    @Nullable
    PoolTask<?> previous;

    @Nullable
    PoolTask<?> next;

    /** How many workers ended while they held this; guarded by the dispatcher. */
    int crashes;

    /**
     * Whether the statistics need not count its end, because it was counted already, or was not submitted. Guarded by
     * the dispatcher.
     */
    boolean counted = true;

    /** Whether the task comes from {@code execute}, so that nobody looks at its future. */
    boolean unattended;

    PoolTask(
            Pool pool,
            Use use,
            Invocation invocation,
            TravelingFunction function,
            @Nullable Object[] arguments,
            int elements) {
        this.pool = pool;
        this.use = use;
        this.number = pool.nextNumber();
        this.invocation = invocation;
        this.function = function;
        this.arguments = TravelingFunctions.encodeArguments(function, arguments);
        this.logContext = LogContext.capture();
        this.traceContext = TraceContext.capture();
        this.elements = elements;
    }

    long number() {
        return number;
    }

    TravelingFunction function() {
        return function;
    }

    int elements() {
        return elements;
    }

    /** For messages: {@code 7, Letters.write}. */
    String describe() {
        return number + ", " + function.name();
    }

    /** The message that is put into a worker's ring. */
    byte[] message(boolean withFunction) {
        MessageWriter out = new MessageWriter(MessageKind.TASK, messageBytes(withFunction))
                .putLong(number)
                .putInt(function.number())
                .putByte(withFunction ? 1 : 0)
                .putByte(invocation.code())
                .putBytes(logContext)
                .putBytes(traceContext);
        if (withFunction) {
            out.putByte(function.stateless() ? 1 : 0).putBytes(function.bytes());
        }
        out.write(arguments, 0, arguments.length);
        return out.toBytes();
    }

    /** The size of the message at most. */
    int messageBytes() {
        return messageBytes(true);
    }

    private int messageBytes(boolean withFunction) {
        int contextBytes =
                (logContext == null ? 0 : logContext.length) + (traceContext == null ? 0 : traceContext.length);
        int functionBytes = withFunction ? 1 + Integer.BYTES + function.bytes().length : 0;
        return HEADER_BYTES + contextBytes + functionBytes + arguments.length;
    }

    /** Decodes the values and completes the future with them. Runs code of the program. */
    @SuppressWarnings({"unchecked", "NullAway"}) // a function may return null
    void succeed(MessageReader in, String worker) {
        @Nullable Object[] values;
        try {
            values = Values.read(in, () -> new Handles(function.loader()));
        } catch (Throwable unreadable) {
            fail(new UnreadableResultException(describe(), worker, unreadable));
            return;
        }
        complete(invocation.isForMany() ? (R) values : (R) values[0]);
        after();
    }

    /**
     * Completes the future with a failure. If code outside the pool has the future, it gets the exception that the task
     * threw itself.
     */
    void fail(Throwable reason) {
        boolean asItself = use == Use.FUTURE && reason instanceof RemoteTaskException;
        completeExceptionally(asItself ? ((RemoteTaskException) reason).original() : reason);
        after();
    }

    /**
     * Completes the future with a failure if {@link #succeed} and {@link #fail} could not do so, and repeats that until
     * it succeeds. There may have been too little memory for it.
     */
    void failInAnyCase(Throwable reason) {
        failInAnyCase(this, reason, this::after);
    }

    static void failInAnyCase(CompletableFuture<?> future, Throwable reason, Runnable then) {
        boolean completed = false;
        while (!completed) {
            try {
                future.completeExceptionally(reason);
                then.run();
                completed = true;
            } catch (Throwable again) {
                LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            }
        }
    }

    /** Lets the thread that waits in {@code apply} complete this, if there is one. */
    boolean leaveToCaller(Runnable completion) {
        if (use != Use.CALLER) {
            return false;
        }
        left = completion;
        LockSupport.unpark(waiter);
        return true;
    }

    /** Whether completing this runs code of the program that may take long. */
    boolean mayBlock() {
        return getNumberOfDependents() > 0 || (whenDone != null && use != Use.PART);
    }

    /** Whether no more messages have to be read for this task. */
    boolean isDecided() {
        return left != null || isDone();
    }

    private void after() {
        LockSupport.unpark(waiter);
        Runnable then = whenDone;
        if (then != null) {
            then.run();
        }
        if (unattended && isCompletedExceptionally() && !isCancelled()) {
            Log.of(PoolTask.class).warn("a task failed that nobody waits for", reason(this));
        }
    }

    /** Why a future failed. */
    static Throwable reason(CompletableFuture<?> failed) {
        try {
            failed.join();
            return new IllegalStateException("it has not failed: future=" + failed);
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            return cause == null ? e : cause;
        } catch (RuntimeException cancelled) {
            return cancelled;
        }
    }

    /**
     * Sets an action of the pool that runs after the end, in any thread, perhaps twice. To be set before the task is
     * submitted.
     */
    void whenDone(Runnable then) {
        whenDone = then;
    }

    /** Waits for the end. Unlike {@code get}, this adds no dependent to the future. Only one thread may wait so. */
    void await() throws InterruptedException {
        waiter = Thread.currentThread();
        ForkJoinPool.managedBlock(new ForkJoinPool.ManagedBlocker() {
            @Override
            public boolean block() throws InterruptedException {
                while (!isDecided()) {
                    LockSupport.parkNanos(PoolTask.this, LOOK_AGAIN_NANOS);
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                }
                return true;
            }

            @Override
            public boolean isReleasable() {
                return isDecided();
            }
        });
        Runnable completion = left;
        if (completion != null && !isDone()) {
            completion.run();
        }
    }

    /**
     * Cancels the task. If it has not begun, it never will. With {@code true}, a running task is interrupted, and its
     * worker is killed if the interrupt does not end the task.
     */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean wasDone = isDone();
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        if (cancelled && !wasDone) {
            after();
            pool.cancelled(this, mayInterruptIfRunning);
        }
        return cancelled;
    }

    /** Futures that depend on this one are plain ones. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }

    /** The call as a {@link Runnable} for this JVM. {@code shutdownNow} returns it. */
    Runnable here() {
        return () -> {
            Handles handles = new Handles();
            try {
                Object callable = handles.read(
                        new ByteArrayInputStream(function.bytes()), function.bytes().length, Serializable.class);
                invocation.invoke(
                        Objects.requireNonNull(callable), Values.read(new MessageReader(arguments), () -> handles));
            } catch (IOException | ClassNotFoundException impossible) {
                throw new IllegalStateException("a task cannot be read: task=" + describe(), impossible);
            } catch (RuntimeException thrown) {
                throw thrown;
            } catch (Exception thrown) {
                throw new IllegalStateException("a task failed: task=" + describe(), thrown);
            }
        };
    }

    @Override
    public String toString() {
        return "PoolTask[" + describe() + ", " + (isDone() ? isCompletedExceptionally() ? "failed" : "done" : "open")
                + "]";
    }
}
