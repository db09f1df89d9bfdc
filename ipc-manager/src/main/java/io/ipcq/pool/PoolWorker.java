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
 * The parent's end of one worker: its JVM, its rings, and the tasks that it was handed. The dispatcher's lock guards
 * all but the reading of results. Only the thread that {@link #reader} names reads results.
 */
final class PoolWorker {
    /*
     * Idea. The worker takes one task at a time from its ring, runs it, and puts the result before it takes the next.
     * So at any time at most one task is out of the ring and has no result: the one that the worker holds. Tasks that
     * are still in the ring have not begun, however the worker ended. The parent may take them back, because the ring
     * can have several consumers. So small tasks can be handed out in advance.
     *
     * Crash. When the JVM has ended, both rings are shut down. The reader gets the results that are left, and then a
     * QueueShutdownException. After that no more results can come, and the worker held each unanswered task that is not
     * in the task ring.
     */

    private static final int RING_BYTES = 1 << 20;
    private static final int CONTROL_BYTES = 1 << 12;

    /** Leaves enough room in the task ring that a put never waits. */
    private static final int MAX_BYTES_AHEAD = RING_BYTES / 4;

    private static final int MAX_TASKS_AHEAD = 128;

    /** Tasks that take longer than this are handed out one at a time. */
    private static final long WORK_AHEAD_NANOS = TimeUnit.MICROSECONDS.toNanos(1000);

    private static final int WEIGHT_OF_PAST = 7;
    private static final int FUNCTIONS = 500;
    private static final int BATCH = 256;

    /** Who reads the results. */
    private enum Reader {
        /** Nobody, because the worker is idle. */
        NONE,
        /** The thread of the slot. */
        SLOT,
        /** A thread in {@code apply}, so that nobody has to wake it. */
        CALLER
    }

    /**
     * The states in the life of a worker.
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
        /** It may be handed tasks, has nothing to do, and is in the dispatcher's list of idle workers. */
        IDLE,
        /** It takes no more tasks, because it has ended, or was killed after it could not be handed one. */
        GONE,
        /** It was told to end when it has done its tasks. */
        STOPPING,
        /** It was killed before it was ready, because nobody needs it any more. */
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

    /** The tasks that the worker has, in the order of the ring. */
    final TaskList held = new TaskList();

    /** Tasks that were held and taken back, in the same order, until they are moved to another list. */
    final TaskList takenBack = new TaskList();

    private final Map<Integer, Integer> functions = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Integer> eldest) {
            return size() > FUNCTIONS;
        }
    };

    /** The function that was used last, which the worker therefore knows; 0 for none. */
    private int lastFunction;

    private Reader reader = Reader.NONE;
    private State state = State.STARTING;
    private int assigned;

    /** A task that is too large for the ring. The thread of the slot sends it. */
    private byte @Nullable [] unsent;

    /** How many bytes of {@link #unsent} were sent. Only for the thread of the slot. */
    private int sent;

    private boolean large;

    /** The task that was told to end. If it does not end, the worker is killed. */
    private @Nullable PoolTask<?> condemned;

    private @Nullable RemoteFailure startFailure;

    /** When the worker is killed, or {@link Deadline#NEVER}. Read without the lock. */
    private volatile long killAt = Deadline.NEVER;

    /** When the running task has to be done. Read without the lock. */
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
        // variables and no list, because no call can fail between the making of a ring and its assignment
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

    /**
     * A call with plain values only, unless there is an initializer. So the worker needs no Java serialization to
     * start.
     */
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
                // its log records come in one ring with its results, in order
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

    /** Whether its JVM has started and its initializer has returned, whatever happened after that. */
    boolean isReady() {
        return state != State.STARTING && state != State.DISCARDED;
    }

    boolean isIdle() {
        return state == State.IDLE;
    }

    boolean isGone() {
        return state == State.GONE;
    }

    /** Whether it may be handed tasks at all. */
    boolean takesTasks() {
        return (state == State.READY || state == State.IDLE) && condemned == null && assigned < maxTasks;
    }

    /** Whether it has to be told to end, because it has done all tasks that it may be handed. */
    boolean isSpent() {
        return (state == State.READY || state == State.IDLE || state == State.GONE)
                && held.isEmpty()
                && condemned == null;
    }

    /** Whether it has not become ready, although nobody discarded it. */
    boolean hasFailedToStart() {
        return state == State.STARTING;
    }

    /** Whether it ended although the pool did not tell it to. For a worker that has ended. */
    boolean endedUntold() {
        return state != State.STOPPING && state != State.DISCARDED && condemned == null;
    }

    void becomeReady() {
        if (state == State.STARTING) {
            state = State.READY;
        }
    }

    void failToStart(RemoteFailure failure) {
        startFailure = failure;
    }

    /** The exception of its initializer; null if it did not fail for this reason. */
    @Nullable
    RemoteFailure startFailure() {
        return startFailure;
    }

    /** Notes that the worker is in the dispatcher's list of idle workers. */
    void rest() {
        if (state == State.READY) {
            state = State.IDLE;
        }
    }

    /**
     * Ends the worker if it has nothing to do, or is still starting. It does not count as idle any more. May be called
     * again.
     */
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

    /** Tells the worker to end. If this throws an exception, it may be called again. */
    void stop() {
        long deadline = Deadline.in(STOP_GRACE_NANOS);
        tell(tasks, new byte[] {MessageKind.STOP});
        state = State.STOPPING; // not before, because a worker that is stopping is not stopped again
        killAt = deadline;
    }

    void kill() {
        child.kill();
    }

    /** Interrupts the running task, and kills the worker if the task does not end within {@code graceNanos}. */
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

    PoolView.Worker view(UsualTimes usual) {
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
                Duration.ofNanos(task == null ? 0 : usual.nanos(task.function().name())));
    }

    private PoolView.Worker.State stateShown() {
        return switch (state) {
            case STARTING -> PoolView.Worker.State.STARTING;
            case READY, IDLE -> held.isEmpty() ? PoolView.Worker.State.IDLE : PoolView.Worker.State.BUSY;
            case STOPPING, GONE, DISCARDED -> PoolView.Worker.State.ENDING;
        };
    }

    // ---- handing out ------------------------------------------------------------------------------------------------

    /** Whether the worker can be handed one more task, in advance if it has tasks already. */
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
     * Hands a task to the worker. The task moves from its list to {@link #held}. False if the worker has just ended;
     * the caller then has to put the task into another list. If this throws an exception, it is not known whether the
     * worker has the task, and the worker is killed.
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
            state = State.GONE; // otherwise it would be handed the next task, which would be lost with it
            kill();
            throw unsure;
        }
    }

    /**
     * The same for a worker that is idle. It is not idle any more when it was handed the task, or has turned out to
     * have ended.
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

    /**
     * Puts a task into the ring. Also true if the ring was cut short. Then the worker may have the task, and the task
     * fails with the worker.
     */
    private boolean offerTask(byte[] message) {
        try {
            return offer(tasks, message);
        } catch (QueueStorageException cutShort) {
            state = State.GONE;
            kill();
            return true;
        }
    }

    /** Sends a message to the worker. If the message cannot be sent, the worker is killed. */
    private void tell(SharedQueue<byte[]> ring, byte[] message) {
        try {
            var unused = offer(ring, message);
        } catch (QueueStorageException cutShort) {
            kill();
        }
    }

    /** Sets the deadline of the next task, which begins now. */
    private void begin() {
        dueAt = held.isEmpty() ? Deadline.NEVER : Deadline.in(timeoutNanos);
    }

    /** Whether the thread of the slot has to send a large task. */
    boolean hasUnsent() {
        return unsent != null;
    }

    /**
     * Sends as many pieces of a large task as the ring has room for within {@code nanos}. The time is limited, because
     * a worker that takes nothing may have to be killed. For the thread of the slot, without the lock.
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
            sent = Chunks.putPiece(tasks, message, before, deadline); // now, so that it is right if the next one fails
        } while (sent > before && sent < message.length && !Deadline.hasPassed(deadline));
        if (sent == message.length) {
            unsent = null;
        }
    }

    // ---- taking back ------------------------------------------------------------------------------------------------

    /**
     * Takes the oldest task that the worker has not begun back from the ring, and moves it to {@link #takenBack}. Null
     * if there is none.
     */
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
            kill(); // it cannot be known any more which tasks it has not begun
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
            kill(); // otherwise the pool would wait for a task that nobody has
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

    /**
     * Called after the end of the worker: takes back the tasks that had not begun. The worker held those that are still
     * in {@link #held} when it died.
     */
    void takeBackAll() {
        if (large && hasTakenNothing()) {
            takenBack.addAll(held);
        }
        while (!large && takeBack() != null) {
            // there may be more
        }
    }

    /**
     * Whether all sent pieces of a large task are still in the ring. A worker that took some of them may have died
     * because of the size of the task.
     */
    private boolean hasTakenNothing() {
        try {
            return tasks.qsize() >= Chunks.pieces(sent);
        } catch (QueueStorageException cutShort) {
            return false; // it cannot be known any more
        }
    }

    // ---- reading ----------------------------------------------------------------------------------------------------

    /** Whether messages or a deadline of the worker have to be waited for. */
    boolean isAwaited() {
        return !isReady()
                || state == State.STOPPING
                || !held.isEmpty()
                || !takenBack.isEmpty()
                || killAt != Deadline.NEVER;
    }

    /**
     * Makes the thread of the slot the reader, unless a caller reads, or there is nothing to wait for. Returns whether
     * that thread has to read.
     */
    boolean claimForSlot(boolean look) {
        if (reader == Reader.CALLER) {
            return false;
        }
        boolean awaited = isAwaited() || hasUnsent() || look || isGone();
        reader = awaited ? Reader.SLOT : Reader.NONE;
        return awaited;
    }

    /**
     * Makes the calling thread the reader, unless another thread reads or has to send. Returns whether the calling
     * thread may read.
     */
    boolean claimForCaller() {
        boolean free = reader == Reader.NONE && unsent == null;
        if (free) {
            reader = Reader.CALLER;
        }
        return free;
    }

    /** Called when the caller reads no more. Returns whether the thread of the slot has to read. */
    boolean endReading() {
        reader = Reader.NONE;
        return isAwaited() || isGone() || !child.isAlive();
    }

    /** How long to wait for a message before the next deadline has to be checked. */
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
     * Waits for a message, and returns all messages that have arrived.
     *
     * @throws QueueShutdownException if the worker has ended and all its messages were read
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

    /** The task that an answer is for. It has to be the oldest task that the worker has. */
    PoolTask<?> answered(long number) {
        PoolTask<?> task = held.first();
        if (task == null || task.number() != number) {
            throw new IllegalStateException("a worker answered out of turn: worker=" + child.name() + ", task=" + number
                    + ", expected=" + (task == null ? "none" : task.describe()));
        }
        return task;
    }

    /** Called when the worker has done its oldest task. The task took {@code nanos}. */
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

    /**
     * Whether the worker has ended and all its messages were read. This holds even if its rings could not be shut down.
     */
    boolean isOver() {
        return !child.isAlive() && results.empty();
    }

    private void forget(TravelingFunction function) {
        functions.remove(function.number());
        lastFunction = 0;
    }

    /** Called when the worker does not know the function of a task, or not any more. */
    void forgetFunction(PoolTask<?> task) {
        forget(task.function());
        assigned--;
    }

    /** Closes the rings. For the thread of the slot, when the worker has ended. */
    void close() {
        tasks.close();
        results.close();
        control.close();
    }
}
