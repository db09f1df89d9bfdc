// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.codec.Codec;
import io.ipcq.memory.Deadline;
import io.ipcq.process.ChildLogs;
import io.ipcq.process.ChildProcess;
import io.ipcq.process.ChildProcessBuilder;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.QueueStorageException;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The parent's end of one worker: its JVM, its rings, and the tasks that it was handed. All but the reading is guarded
 * by the dispatcher's lock; reading is for the one thread that {@link #reader} names.
 */
final class PoolWorker {
    /*
     * Idea. The worker takes one task at a time from its ring, runs it, and puts the result before it takes the next.
     * So at any time at most one task is out of the ring and without a result: the one that the worker holds. Tasks
     * that are still in the ring have not begun, however the worker ended, and the parent may take them back: the ring
     * has more than one consumer. That is what allows to hand out small tasks in advance.
     *
     * Crash. When the JVM has ended, both rings are shut down. The reader gets the results that are left, then a
     * QueueShutdownException: from then on nothing more can come, and what is not in the task ring was held.
     */

    private static final int RING_BYTES = 1 << 20;
    private static final int CONTROL_BYTES = 1 << 12;

    /** Leaves the task ring room enough that a put into it never waits. */
    private static final int MAX_BYTES_AHEAD = RING_BYTES / 4;

    private static final int MAX_TASKS_AHEAD = 128;

    /** Tasks that take longer than this are handed out one at a time. */
    private static final long WORK_AHEAD_NANOS = TimeUnit.MICROSECONDS.toNanos(1000);

    private static final int WEIGHT_OF_PAST = 7;
    private static final int FUNCTIONS = 500;
    private static final int BATCH = 256;

    /** Who reads the results. */
    private enum Reader {
        /** Nobody: the worker is idle. */
        NONE,
        /** The thread of the slot. */
        SLOT,
        /** A thread in {@code apply}, so nobody has to wake it. */
        CALLER
    }

    /**
     * How far it has come in its life.
     *
     * <pre>{@code
     *   STARTING          -> READY <-> IDLE
     *   READY, IDLE       -> GONE
     *   READY, IDLE, GONE -> STOPPING
     *   STARTING          -> DISCARDED
     * }</pre>
     */
    private enum State {
        /** Its JVM starts, or its initializer runs. */
        STARTING,
        /** It may be handed tasks. */
        READY,
        /** The same; it has nothing to do, and is among those that are handed what comes. */
        IDLE,
        /** It takes no more tasks: it has ended, or was killed when handing it one failed. */
        GONE,
        /** It was told to end when it is done with what it has. */
        STOPPING,
        /** It was killed before it was ready, as nobody needs it any more. */
        DISCARDED
    }

    private static final long STOP_GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);

    final WorkerSlot slot;
    private final Instant started;
    private final ChildProcess child;
    private final SharedQueue<byte[]> tasks;
    private final SharedQueue<byte[]> results;
    private final SharedQueue<byte[]> control;
    private final Chunks chunks = new Chunks();

    /** In the order of the ring. */
    final TaskList held = new TaskList();

    /** What was held and taken back, in the same order, until it is somewhere else. */
    final TaskList takenBack = new TaskList();

    private final Map<Integer, Integer> functions = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Integer> eldest) {
            return size() > FUNCTIONS;
        }
    };

    /** The function that was used last, and so is known there; 0 for none. */
    private int lastFunction;

    private Reader reader = Reader.NONE;
    private State state = State.STARTING;
    private int assigned;

    /** A task that is too large for the ring; the thread of the slot sends it. */
    private byte @Nullable [] unsent;

    /** How much of it was sent; for that thread. */
    private int sent;

    private boolean large;

    /** The task whose end was demanded; the worker is killed if that does not come. */
    private @Nullable PoolTask<?> condemned;

    private @Nullable RemoteFailure startFailure;

    /** When the worker is killed; {@link Deadline#NEVER} for never. Read without the lock. */
    private volatile long killAt = Deadline.NEVER;

    /** When the task that runs has to be done. Read without the lock. */
    private volatile long dueAt = Deadline.NEVER;

    private final long timeoutNanos;
    private final int maxTasks;
    private long bytesAhead;
    private long averageNanos = WORK_AHEAD_NANOS;

    private PoolWorker(
            WorkerSlot slot,
            Instant started,
            ChildProcess child,
            SharedQueue<byte[]> tasks,
            SharedQueue<byte[]> results,
            SharedQueue<byte[]> control,
            ProcessPoolOptions options) {
        this.slot = slot;
        this.started = started;
        this.child = child;
        this.tasks = tasks;
        this.results = results;
        this.control = control;
        this.timeoutNanos = options.taskTimeout().map(Deadline::nanos).orElse(Deadline.NEVER);
        this.maxTasks = options.maxTasksPerWorker();
    }

    static PoolWorker start(WorkerSlot slot, ProcessPoolOptions options, byte @Nullable [] initializer)
            throws IOException {
        // variables and not a list: between the making of a ring and the next step no call can fail
        SharedQueue<byte[]> tasks = null;
        SharedQueue<byte[]> results = null;
        SharedQueue<byte[]> control = null;
        ChildProcess child = null;
        try {
            tasks = ring(RING_BYTES);
            results = ring(RING_BYTES);
            control = ring(CONTROL_BYTES);
            Instant started = Instant.now();
            child = configure(serving(tasks, results, control, options, initializer), slot.name(), options)
                    .start();
            PoolWorker worker = new PoolWorker(slot, started, child, tasks, results, control, options);
            var unused = child.onExit().thenRun(() -> {
                worker.ended();
                slot.wake();
            });
            return worker;
        } catch (Throwable failed) {
            if (child != null) {
                child.kill();
            }
            for (SharedQueue<byte[]> ring : Arrays.asList(tasks, results, control)) {
                if (ring != null) {
                    ring.close();
                }
            }
            throw failed;
        }
    }

    private static SharedQueue<byte[]> ring(int bytes) throws IOException {
        return SharedQueue.builder(Codec.bytes()).capacityBytes(bytes).create();
    }

    /** Of plain values, unless there is an initializer: so the worker needs no Java serialization to start. */
    private static ChildProcessBuilder serving(
            SharedQueue<byte[]> tasks,
            SharedQueue<byte[]> results,
            SharedQueue<byte[]> control,
            ProcessPoolOptions options,
            byte @Nullable [] initializer) {
        String level = options.logLevel().name();
        return ChildProcess.builder(() -> WorkerMain.serve(tasks, results, control, level, initializer));
    }

    private static ChildProcessBuilder configure(ChildProcessBuilder builder, String name, ProcessPoolOptions options) {
        builder.name(name)
                .output(options.output())
                .classPath(options.classPath())
                // hooks of the program may still wait for results; an orphan ends by itself
                .endAtExit(false)
                .environment(options.environment())
                // the cheapest in memory and threads; a worker has one thread that works
                .yieldingOptions("-XX:+UseSerialGC")
                // its records come with its results, in their order
                .logLevel(System.Logger.Level.OFF)
                .jvmOptions(ChildLogs.jvmOptions().toArray(String[]::new));
        options.maxWorkerHeap().ifPresent(builder::heap);
        options.java().ifPresent(builder::java);
        options.debugPort().ifPresent(builder::debug);
        options.directory().ifPresent(builder::directory);
        options.program().ifPresent(builder::program);
        return builder.jvmOptions(options.jvmOptions().toArray(String[]::new));
    }

    private void ended() {
        for (SharedQueue<byte[]> ring : List.of(tasks, results)) {
            try {
                ring.shutdown();
            } catch (RuntimeException closed) {
                // the pool has given up this worker, or somebody has cut the ring short
            }
        }
    }

    ChildProcess child() {
        return child;
    }

    Instant started() {
        return started;
    }

    // ---- its life ---------------------------------------------------------------------------------------------------

    /** Whether its JVM and its initializer have started, whatever came after that. */
    boolean isReady() {
        return state != State.STARTING && state != State.DISCARDED;
    }

    boolean isIdle() {
        return state == State.IDLE;
    }

    boolean isGone() {
        return state == State.GONE;
    }

    /** Whether it may be handed tasks, as far as that does not depend on which. */
    boolean takesTasks() {
        return (state == State.READY || state == State.IDLE) && condemned == null && assigned < maxTasks;
    }

    /** Whether it has to be told to end, as it is done with all that it may be handed. */
    boolean isSpent() {
        return (state == State.READY || state == State.IDLE || state == State.GONE)
                && held.isEmpty()
                && condemned == null;
    }

    /** Whether it has not become ready, though it could. */
    boolean hasFailedToStart() {
        return state == State.STARTING;
    }

    void becomeReady() {
        if (state == State.STARTING) {
            state = State.READY;
        }
    }

    void failToStart(RemoteFailure failure) {
        startFailure = failure;
    }

    /** What its initializer threw; null if that is not why it could not start. */
    @Nullable
    RemoteFailure startFailure() {
        return startFailure;
    }

    /** It is among those that have nothing to do. */
    void rest() {
        if (state == State.READY) {
            state = State.IDLE;
        }
    }

    /** Ends it if it has nothing to do, or is only starting; nobody is idle from now on. May be called again. */
    void stopUnlessBusy() {
        if (state == State.IDLE) {
            state = State.READY;
        }
        if (state == State.STARTING) {
            kill();
            state = State.DISCARDED;
        } else if (held.isEmpty() && (state == State.READY || state == State.GONE)) {
            stop();
        }
    }

    /** If it throws, it may be called again. */
    void stop() {
        long deadline = Deadline.in(STOP_GRACE_NANOS);
        tell(tasks, new byte[] {MessageKind.STOP});
        state = State.STOPPING; // not before: nobody stops one that is stopping
        killAt = deadline;
    }

    void kill() {
        child.kill();
    }

    /** Interrupts the task that runs, and kills the worker if it does not end within {@code graceNanos}. */
    void condemn(PoolTask<?> task, long graceNanos) {
        condemned = task;
        dueAt = Deadline.NEVER;
        killAt = Deadline.in(graceNanos);
        tell(
                control,
                new MessageWriter(MessageKind.INTERRUPT).putLong(task.number()).toBytes());
    }

    boolean isCondemned() {
        return condemned != null;
    }

    boolean isCondemned(PoolTask<?> task) {
        return task == condemned;
    }

    // ---- what others see --------------------------------------------------------------------------------------------

    PoolView.Worker view() {
        PoolTask<?> task = held.first();
        return new PoolView.Worker(
                slot.name(),
                child.pid(),
                stateShown(),
                started,
                assigned - held.size(),
                slot.crashes,
                task == null ? 0 : task.number(),
                task == null ? "" : task.function().name(),
                Instant.now(),
                Duration.ofNanos(averageNanos));
    }

    private PoolView.Worker.State stateShown() {
        return switch (state) {
            case STARTING -> PoolView.Worker.State.STARTING;
            case READY, IDLE -> held.isEmpty() ? PoolView.Worker.State.IDLE : PoolView.Worker.State.BUSY;
            case STOPPING, GONE, DISCARDED -> PoolView.Worker.State.ENDING;
        };
    }

    // ---- handing out ------------------------------------------------------------------------------------------------

    /** Whether the worker can be handed one more, in advance if it has some. */
    boolean hasRoomFor(PoolTask<?> task) {
        if (held.isEmpty()) {
            return true;
        }
        return !large
                && held.size() < depth()
                && task.messageBytes() <= MessageKind.MAX_BYTES
                && bytesAhead + task.messageBytes() <= MAX_BYTES_AHEAD;
    }

    private int depth() {
        return (int) Math.min(MAX_TASKS_AHEAD, WORK_AHEAD_NANOS / Math.max(1, averageNanos));
    }

    /**
     * Hands a task out, which leaves the list that it is in; false if the worker has just ended, and the task has yet
     * to be put into another list. If it throws, it is not known whether the worker has the task, and the worker is
     * killed.
     */
    boolean hand(PoolTask<?> task) {
        int function = task.function().number();
        boolean withFunction = function != lastFunction && functions.get(function) == null;
        byte[] message = task.message(withFunction);
        int bytes = task.messageBytes();
        if (withFunction) {
            functions.put(function, 0);
        }
        lastFunction = function;
        try {
            boolean first = held.isEmpty();
            held.addLast(task);
            if (state == State.GONE) {
                return false;
            }
            if (message.length > MessageKind.MAX_BYTES) {
                sent = 0;
                unsent = message;
                large = true;
            } else if (!offerTask(message)) {
                return false;
            }
            assigned++;
            bytesAhead += bytes;
            if (first) {
                begin();
            }
            return true;
        } catch (Throwable unsure) {
            state = State.GONE; // or it would be handed the next one, which would end with it
            kill();
            throw unsure;
        }
    }

    /**
     * The same of a worker that is idle, and is not any more when it was handed the task or turns out to have ended.
     */
    boolean handWhileIdle(PoolTask<?> task) {
        boolean handed = hand(task);
        if (state == State.IDLE) { // a call could fail between the two
            state = State.READY;
        }
        return handed;
    }

    private boolean offer(SharedQueue<byte[]> ring, byte[] message) {
        try {
            return state != State.GONE && ring.offer(message);
        } catch (QueueShutdownException | QueueClosedException ended) {
            if (state == State.READY || state == State.IDLE) {
                state = State.GONE;
            }
            return false;
        }
    }

    /** True also if the ring was cut short: the worker may have the task then, which is buried with it. */
    private boolean offerTask(byte[] message) {
        try {
            return offer(tasks, message);
        } catch (QueueStorageException cutShort) {
            state = State.GONE;
            kill();
            return true;
        }
    }

    /** Says something to the worker; if that cannot be said, it has to end. */
    private void tell(SharedQueue<byte[]> ring, byte[] message) {
        try {
            var unused = offer(ring, message);
        } catch (QueueStorageException cutShort) {
            kill();
        }
    }

    /** The next task has its turn. */
    private void begin() {
        dueAt = held.isEmpty() ? Deadline.NEVER : Deadline.in(timeoutNanos);
    }

    /** Whether the thread of the slot has to send a large task. */
    boolean hasUnsent() {
        return unsent != null;
    }

    /**
     * Sends what the ring has room for within {@code nanos}: a worker that takes nothing may have to be killed. For the
     * thread of the slot, without the lock.
     */
    void sendLarge(long nanos) throws InterruptedException {
        byte[] message = unsent;
        if (message == null) {
            return;
        }
        long deadline = Deadline.in(nanos);
        int before;
        do {
            before = sent;
            sent = Chunks.putPiece(tasks, message, before, deadline); // what was sent is known if the next one fails
        } while (sent > before && sent < message.length && !Deadline.hasPassed(deadline));
        if (sent == message.length) {
            unsent = null;
        }
    }

    // ---- taking back ------------------------------------------------------------------------------------------------

    /** The oldest task that the worker has not begun, {@link #takenBack} from it. Null if there is none. */
    @Nullable
    PoolTask<?> takeBack() {
        if (large || state == State.STOPPING || state == State.DISCARDED) {
            return null;
        }
        byte[] message;
        try {
            message = tasks.getNow();
        } catch (QueueShutdownException | QueueClosedException ended) {
            return null;
        } catch (QueueStorageException cutShort) {
            kill(); // nobody can tell any more what it has not begun
            return null;
        }
        if (message == null) {
            return null;
        }
        try {
            PoolTask<?> task = held(MessageKind.task(message));
            if (task != null) {
                int bytes = task.messageBytes();
                forget(task.function());
                takenBack.addLast(task);
                bytesAhead -= bytes;
                assigned--;
            }
            return task;
        } catch (Throwable unfinished) {
            kill(); // or it would be waited for what nobody has any more
            throw unfinished;
        }
    }

    private @Nullable PoolTask<?> held(long number) {
        PoolTask<?> task = held.first();
        while (task != null && task.number() != number) {
            task = task.next;
        }
        return task;
    }

    /** After the end: takes back what had not begun. What is {@link #held} then was held by the worker when it died. */
    void takeBackAll() {
        if (large && hasTakenNothing()) {
            takenBack.addAll(held);
        }
        while (!large && takeBack() != null) {
            // there may be more
        }
    }

    /** Whether all that was sent of a large task is still there. A worker that took some may have died of its size. */
    private boolean hasTakenNothing() {
        try {
            return tasks.qsize() >= Chunks.pieces(sent);
        } catch (QueueStorageException cutShort) {
            return false; // nobody can tell any more
        }
    }

    // ---- reading ----------------------------------------------------------------------------------------------------

    /** Whether something is to be expected from the worker. */
    boolean isAwaited() {
        return !isReady()
                || state == State.STOPPING
                || !held.isEmpty()
                || !takenBack.isEmpty()
                || killAt != Deadline.NEVER;
    }

    /**
     * Has the thread of the slot read, unless another one does, or there is nothing to be expected; says whether it has
     * to.
     */
    boolean claimForSlot(boolean look) {
        if (reader == Reader.CALLER) {
            return false;
        }
        boolean awaited = isAwaited() || hasUnsent() || look || isGone();
        reader = awaited ? Reader.SLOT : Reader.NONE;
        return awaited;
    }

    /** Has this thread read, unless another one does or has to send; says whether it may. */
    boolean claimForCaller() {
        boolean free = reader == Reader.NONE && unsent == null;
        if (free) {
            reader = Reader.CALLER;
        }
        return free;
    }

    /** The caller reads no more; says whether the thread of the slot has to. */
    boolean endReading() {
        reader = Reader.NONE;
        return isAwaited() || isGone() || !child.isAlive();
    }

    /** How long to wait for a message until a deadline has to be looked at. */
    long patience(long most) {
        long next = Math.min(Deadline.remainingNanos(killAt), Deadline.remainingNanos(dueAt));
        return Math.max(0, Math.min(most, next));
    }

    boolean isDue() {
        return Deadline.hasPassed(dueAt);
    }

    boolean isToBeKilled() {
        return Deadline.hasPassed(killAt);
    }

    /**
     * The messages that are there, waiting for the first of them.
     *
     * @throws QueueShutdownException if the worker has ended and everything that it put was read
     */
    List<byte[]> receive(long nanos) throws InterruptedException {
        byte[] first = results.get(Duration.ofNanos(nanos));
        if (first == null) {
            return List.of();
        }
        List<byte[]> elements = new ArrayList<>();
        elements.add(first);
        results.drainTo(elements, BATCH);
        List<byte[]> messages = new ArrayList<>(elements.size());
        for (byte[] element : elements) {
            byte[] whole = chunks.add(element);
            if (whole != null) {
                messages.add(whole);
            }
        }
        return messages;
    }

    /** The task that an answer is for: the oldest of those that the worker has. */
    PoolTask<?> answered(long number) {
        PoolTask<?> task = held.first();
        if (task == null || task.number() != number) {
            throw new IllegalStateException("a worker answered out of turn: worker=" + child.name() + ", task=" + number
                    + ", expected=" + (task == null ? "none" : task.describe()));
        }
        return task;
    }

    /** The worker is done with the oldest of its tasks, after so many nanoseconds. */
    void done(PoolTask<?> task, long nanos) {
        bytesAhead -= task.messageBytes();
        held.remove(task);
        large = false;
        averageNanos = (WEIGHT_OF_PAST * averageNanos + nanos) / (WEIGHT_OF_PAST + 1);
        if (task == condemned) {
            condemned = null;
            killAt = Deadline.NEVER;
        }
        begin();
    }

    /** Whether it has ended and everything that it sent was read. Also where its rings could not be shut down. */
    boolean isOver() {
        return !child.isAlive() && results.empty();
    }

    private void forget(TravelingFunction function) {
        functions.remove(function.number());
        lastFunction = 0;
    }

    /** The worker has no such function (any more). */
    void forgetFunction(PoolTask<?> task) {
        forget(task.function());
        assigned--;
    }

    /** Gives the rings back; for the thread of the slot, when the worker has ended. */
    void close() {
        tasks.close();
        results.close();
        control.close();
    }
}
