// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.Log;
import io.ipcq.memory.Deadline;
import io.ipcq.memory.StackReserve;
import io.ipcq.process.ChildLogs;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueShutdownException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The state of a pool: the tasks that wait, and the workers with the tasks that they were handed. */
final class Dispatcher implements PoolTask.Pool {
    /*
     * Idea. One lock guards which worker has which task. A thread that submits a task hands it to an idle worker
     * itself. A thread that reads a worker's results hands that worker new tasks. It is the thread of the slot or a
     * caller of apply. So no third thread is needed.
     *
     * A worker that ran short tasks is handed some in advance (PoolWorker.depth). When a worker has nothing to do, such
     * a task is taken back from another worker's ring for it. So no task waits behind a long one while a worker is
     * idle. This matters because tasks may wait for each other.
     *
     * Every task is in one place: the backlog, or one worker's `held` or `takenBack`. It leaves `held` when its result
     * arrives, when it is taken back, or when its worker is buried. Futures are completed after the lock is released.
     * The thread of the slot completes a future if nothing depends on it and no code of the program has to decode its
     * result, so that a short task wakes no other thread. Callback threads complete the other futures, because code
     * that depends on them may block. If code comes to depend on a future in the instant in which it is completed, it
     * may block the thread of the slot. The board's thread notices that, and has another thread keep the worker
     * (WorkerSlot).
     *
     * Crash. See PoolWorker. The future of a task that a dead worker held fails, unless retries were asked for.
     *
     * Errors. Any call may throw an Error. So a task moves from one place to another in one step (TaskList). Other
     * interrupted work is repeated by the thread of a slot, which checks now and then, or the worker is killed. Then it
     * is known again which tasks the worker held. Futures are completed one by one, with a reserve of stack, even if
     * others fail.
     */

    private static final int MAX_WAITING_LOGS = 100_000;
    private static final int MAX_WAITING_PROGRESS = 1_000_000;
    /** How often a slot without a worker checks that a thread runs the callbacks. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Others have the lock for some microseconds, or for longer if they get no processor. */
    private static final long LOCK_AT_END_MILLIS = 1_000;

    private final String name;
    private final ProcessPoolOptions options;
    private final byte @Nullable [] initializer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicLong taskNumbers = new AtomicLong();
    private final Instant made = Instant.now();
    private final Callbacks callbacks;
    private final Callbacks.Lane logs;
    private final Callbacks.Lane listener;
    private final Completions completions;
    private final @Nullable EndOfProgram endOfProgram;
    private final PoolBoard board;
    private volatile boolean isWatched;

    // ---- guarded by the lock ----------------------------------------------------------------------------------------

    private final Tally tally = new Tally();
    private final LastCrashes lastCrashes = new LastCrashes();
    private final UsualTimes usualTimes = new UsualTimes();
    private final Backlog backlog = new Backlog(tally);
    private final ArrayDeque<PoolWorker> idle = new ArrayDeque<>();
    private final List<WorkerSlot> slots = new ArrayList<>();
    private final List<PoolWorker> workers = new ArrayList<>();

    /**
     * Former threads of slots. Another thread replaced each of them, because code that depends on a future blocked it.
     */
    private final Set<Thread> replaced = new LinkedHashSet<>();

    private int slotNumbers;
    private boolean shutdown;
    private boolean stopped;

    Dispatcher(String name, ProcessPoolOptions options, byte @Nullable [] initializer) {
        this.name = name;
        this.options = options;
        this.initializer = initializer;
        this.callbacks = new Callbacks(name);
        this.logs = callbacks.new Lane(MAX_WAITING_LOGS, "the log of the workers");
        this.listener = callbacks.new Lane(MAX_WAITING_PROGRESS, "a progress listener");
        this.completions = new Completions(callbacks, this::tellProgress);
        this.endOfProgram = options.endAtExit()
                ? new EndOfProgram(this::describeUnfinished, options.endGrace(), this::shutdownNow)
                : null;
        this.board = PoolBoard.add(this);
        try {
            resize(options.workers());
        } catch (Throwable failed) {
            shutdownNow();
            board.remove();
            if (endOfProgram != null && isTerminated()) {
                endOfProgram.withdraw(); // no slot is left that would do this at its end
            }
            throw failed;
        }
    }

    ProcessPoolOptions options() {
        return options;
    }

    String name() {
        return name;
    }

    @Override
    public long nextNumber() {
        return taskNumbers.incrementAndGet();
    }

    // ---- submitting -------------------------------------------------------------------------------------------------

    void submit(PoolTask<?> task) {
        PoolWorker woken;
        lock.lock();
        try {
            woken = accept(task);
        } finally {
            lock.unlock();
        }
        if (woken != null) {
            woken.slot.wake();
        }
    }

    /**
     * Submits and waits. If a worker is idle, this thread reads its results, so no thread of this JVM has to be woken.
     */
    void submitAndAwait(PoolTask<?> task) throws InterruptedException {
        StackReserve.require(); // for giveBackReading
        PoolWorker mine = null;
        try {
            try {
                lock.lock();
                try {
                    PoolWorker woken = accept(task);
                    if (woken != null && woken.claimForCaller()) {
                        mine = woken;
                    } else if (woken != null) {
                        woken.slot.wake();
                    }
                } finally {
                    lock.unlock();
                }
                if (mine != null) {
                    read(mine, task);
                }
            } finally {
                if (mine != null) {
                    giveBackReading(mine);
                }
            }
            task.await();
        } catch (Throwable failed) {
            task.cancel(true);
            throw failed;
        }
    }

    private void read(PoolWorker worker, PoolTask<?> task) throws InterruptedException {
        try {
            boolean over = false;
            while (!over && !task.isDecided()) {
                List<byte[]> messages = worker.receive(worker.patience(LONGEST_WAIT_NANOS));
                handle(worker, messages, null);
                over = messages.isEmpty() && worker.isOver();
            }
        } catch (QueueShutdownException | QueueClosedException ended) {
            // the thread of the slot gets the same exception, and buries the worker
        } catch (RuntimeException | Error damaged) {
            worker.kill(); // the task waits until the worker is buried
            log(() -> Log.of(Dispatcher.class)
                    .warn("a worker is given up: worker=" + worker.child().name(), damaged));
        }
    }

    /**
     * Gives the reading back to the slot, and repeats that until it succeeds. Otherwise nobody would read the messages
     * of the worker.
     */
    private void giveBackReading(PoolWorker worker) {
        boolean givenBack = false;
        while (!givenBack) {
            try {
                lock.lock();
                try {
                    if (worker.endReading()) {
                        worker.slot.wake();
                    }
                } finally {
                    lock.unlock();
                }
                givenBack = true;
            } catch (Throwable again) {
                // the next attempt may succeed
            }
        }
    }

    /** Accepts a task. Returns the idle worker that was handed it; null if none was idle. */
    private @Nullable PoolWorker accept(PoolTask<?> task) {
        if (shutdown) {
            throw new RejectedExecutionException("the pool is shut down and takes no more tasks: pool=" + name);
        }
        tally.submit(task);
        try {
            backlog.addLast(task);
            PoolWorker woken = handOutToIdle();
            if (!backlog.isEmpty()) {
                handOutAhead();
                changed.signalAll(); // a slot may wait for a reason to try a start again
            }
            return woken;
        } catch (Throwable failed) {
            if (task.list == null || backlog.contains(task)) { // otherwise a worker has it
                backlog.remove(task);
                tally.withdraw(task);
            }
            throw failed;
        }
    }

    /**
     * Hands waiting tasks to idle workers. Returns the last one of these workers. The slots of the others are woken.
     */
    private @Nullable PoolWorker handOutToIdle() {
        PoolWorker last = null;
        PoolTask<?> task = backlog.next();
        while (task != null && !idle.isEmpty()) {
            PoolWorker worker = idle.element();
            boolean handed = worker.handWhileIdle(task);
            idle.remove();
            if (handed) {
                if (last != null) {
                    last.slot.wake();
                }
                last = worker;
                task = backlog.next();
            } else {
                backlog.putBack(task);
                worker.slot.wake(); // it has just died
            }
        }
        return last;
    }

    /** Hands the next task, in advance, to the busy worker with the fewest tasks, among those that have room for it. */
    private void handOutAhead() {
        PoolTask<?> task = backlog.next();
        if (task == null) {
            return;
        }
        PoolWorker best = null;
        for (PoolWorker worker : workers) {
            if (!worker.held.isEmpty()
                    && (best == null || worker.held.size() < best.held.size())
                    && worker.takesTasks()
                    && worker.hasRoomFor(task)) {
                best = worker;
            }
        }
        if (best != null && !best.hand(task)) {
            backlog.putBack(task);
        }
    }

    // ---- results ----------------------------------------------------------------------------------------------------

    /** Whether the thread of a slot has to read now. If not, nobody reads, or a caller of apply does. */
    boolean claimReading(PoolWorker worker, boolean look) {
        lock.lock();
        try {
            return worker.claimForSlot(look);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Handles the messages of a worker, hands it more tasks, and has the futures completed.
     *
     * @param here the calling thread, if it may complete some of the futures itself
     */
    void handle(PoolWorker worker, List<byte[]> messages, Completions.@Nullable Completer here) {
        StackReserve.require(); // for completing the futures
        List<Completions.Completion> ended = new ArrayList<>(messages.size() + 1);
        try {
            lock.lock();
            try {
                for (byte[] message : messages) {
                    note(worker, message, ended);
                }
                if (worker.isDue()) {
                    timeOut(worker, ended);
                }
                if (worker.isToBeKilled()) {
                    worker.kill();
                }
                refill(worker);
            } finally {
                lock.unlock();
            }
        } finally {
            completions.completeAll(ended, here);
        }
    }

    private void note(PoolWorker worker, byte[] message, List<Completions.Completion> ended) {
        switch (MessageKind.of(message)) {
            case MessageKind.RESULT, MessageKind.FAILURE, MessageKind.TOO_LARGE -> {
                PoolTask<?> task = worker.answered(MessageKind.task(message));
                if (!worker.isCondemned(task) || !task.counted) { // otherwise another thread completes it
                    ended.add(Completions.answer(task, message, worker.child().name()));
                    boolean good = MessageKind.of(message) == MessageKind.RESULT;
                    tally.end(task, good); // last, because nobody else completes a counted task
                }
                worker.done(task, MessageKind.nanos(message));
                usualTimes.note(task.function().name(), MessageKind.nanos(message));
            }
            case MessageKind.UNKNOWN_FUNCTION -> {
                PoolTask<?> task = worker.answered(MessageKind.task(message));
                backlog.putBack(task);
                worker.done(task, 0);
                worker.forgetFunction(task);
            }
            case MessageKind.READY -> {
                worker.becomeReady();
                worker.slot.restarts.succeeded();
            }
            case MessageKind.START_FAILED -> {
                MessageReader in = new MessageReader(message);
                in.getByte();
                worker.failToStart(RemoteFailure.read(in));
            }
            case MessageKind.LOG -> {
                String workerName = worker.child().name();
                MessageReader in = new MessageReader(message);
                in.getByte();
                byte[] entry = Objects.requireNonNull(in.getBytes());
                log(() -> ChildLogs.receive(workerName, entry));
            }
            default ->
                throw new IllegalStateException("a worker sent what it should not: worker="
                        + worker.child().name() + ", kind=" + MessageKind.of(message));
        }
    }

    /** Calls a logger in a thread that nobody waits for. Any thread may call this, whatever locks it holds. */
    void log(Runnable record) {
        logs.add(record);
    }

    /** Runs a callback, which may block or call the pool, in a thread that nobody waits for. */
    void callBack(Callbacks.Callback callback) {
        callbacks.add(callback);
    }

    /** The same for several callbacks. */
    void callBack(List<? extends Callbacks.Callback> several) {
        callbacks.addAll(several);
    }

    private void tellProgress(int tasks) {
        try {
            ProgressListener told = options.progress().orElse(null);
            if (told == null) {
                return;
            }
            for (int i = 0; i < tasks; i++) {
                listener.add(() -> told.onProgress(progressNow()));
            }
        } catch (Throwable failed) {
            // the next call reports this progress, too
        }
    }

    private Progress progressNow() {
        lock.lock();
        try {
            return tally.progress();
        } finally {
            lock.unlock();
        }
    }

    private void refill(PoolWorker worker) {
        backlog.putBack(worker.takenBack); // an error may have left some there
        if (!worker.takesTasks()) {
            if (worker.isSpent()) {
                worker.stop(); // it has done its maximum of tasks
                worker.slot.wake();
            }
            return;
        }
        if (worker.slot.retiring) {
            if (worker.held.isEmpty()) {
                worker.stop();
            }
            return;
        }
        PoolTask<?> task = backlog.next();
        while (task != null && worker.takesTasks() && worker.hasRoomFor(task)) {
            if (!worker.hand(task)) {
                backlog.putBack(task);
            }
            task = backlog.next();
        }
        if (worker.held.isEmpty() && !worker.isGone()) {
            stealFor(worker);
        }
        if (worker.held.isEmpty() && !worker.isGone()) {
            rest(worker);
        }
    }

    private void stealFor(PoolWorker worker) {
        for (PoolWorker other : workers) {
            if (other != worker && other.held.size() > 1) {
                PoolTask<?> task = other.takeBack();
                if (task != null && !task.isDone()) {
                    if (!worker.hand(task)) {
                        backlog.putBack(task);
                    }
                    return;
                }
                backlog.putBack(other.takenBack);
            }
        }
    }

    private void rest(PoolWorker worker) {
        if (shutdown && backlog.isEmpty()) {
            worker.stop();
        } else if (!worker.isIdle()) {
            idle.push(worker);
            worker.rest();
        }
    }

    // ---- cancelling -------------------------------------------------------------------------------------------------

    @Override
    public void cancelled(PoolTask<?> task, boolean interrupt) {
        PoolWorker woken = null;
        lock.lock();
        try {
            tally.cancel(task);
            for (PoolWorker worker : workers) {
                if (worker.held.contains(task)) {
                    woken = withdraw(worker, task, interrupt);
                    break;
                }
            }
        } finally {
            lock.unlock();
        }
        if (woken != null) {
            woken.slot.wake();
        }
        tellProgress(1);
    }

    private @Nullable PoolWorker withdraw(PoolWorker worker, PoolTask<?> task, boolean interrupt) {
        takeBackWaiting(worker);
        if (interrupt && worker.held.contains(task) && !worker.isCondemned()) {
            worker.condemn(task, Deadline.nanos(options.killAfter()));
        } else if (!interrupt) {
            refill(worker);
        }
        return handOutToIdle();
    }

    /**
     * Takes back the tasks that a worker has not begun, and puts those that are still wanted at the front of the
     * backlog.
     */
    private void takeBackWaiting(PoolWorker worker) {
        PoolTask<?> task = worker.takeBack();
        while (task != null) {
            task = worker.takeBack();
        }
        backlog.putBack(worker.takenBack);
    }

    private void timeOut(PoolWorker worker, List<Completions.Completion> ended) {
        takeBackWaiting(worker);
        PoolTask<?> task = worker.held.first();
        if (task == null) {
            return; // the task had not begun
        }
        worker.condemn(task, Deadline.nanos(options.killAfter()));
        if (!task.isDone()) {
            Duration timeout = options.taskTimeout().orElse(Duration.ZERO);
            String workerName = worker.child().name();
            ended.add(Completions.failure(task, () -> new TaskTimeoutException(task.describe(), timeout, workerName)));
            tally.end(task, false); // last, as in note
        }
        PoolWorker woken = handOutToIdle();
        if (woken != null) {
            woken.slot.wake();
        }
    }

    // ---- slots ------------------------------------------------------------------------------------------------------

    void resize(int size) {
        List<WorkerSlot> added = new ArrayList<>();
        int begun = 0;
        try {
            resize(size, added);
            for (; begun < added.size(); begun++) {
                added.get(begun).begin();
            }
        } catch (Throwable failed) {
            added.subList(begun, added.size()).forEach(this::ended); // else close would wait for them
            throw failed;
        }
    }

    private void resize(int size, List<WorkerSlot> added) {
        lock.lock();
        try {
            if (shutdown) {
                throw new RejectedExecutionException("the pool is shut down: pool=" + name);
            }
            List<WorkerSlot> staying = new ArrayList<>(
                    slots.stream().filter(slot -> !slot.retiring).toList());
            while (staying.size() + added.size() < size) {
                WorkerSlot slot = new WorkerSlot(this, name + "-worker-" + ++slotNumbers, restarts());
                added.add(slot);
            }
            slots.addAll(added);
            while (staying.size() > size) {
                retire(staying.remove(staying.size() - 1));
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private Restarts restarts() {
        return new Restarts(options.restartBackOff(), options.maxRestartBackOff());
    }

    private void retire(WorkerSlot slot) {
        PoolWorker worker = slot.worker;
        if (worker == null || !worker.isIdle()) {
            slot.retiring = true;
            return;
        }
        worker.stop(); // first, because nothing has been changed if it fails
        slot.retiring = true;
        idle.remove(worker);
        slot.wake();
    }

    /** Waits until a slot has to start a worker. False if the slot has to end. */
    boolean awaitNeed(WorkerSlot slot) throws InterruptedException {
        lock.lock();
        try {
            long notBefore = Deadline.in(slot.restarts.pauseNanos());
            while (true) {
                if (slot.retiring || stopped || (shutdown && backlog.isEmpty())) {
                    return false;
                }
                long pause = Deadline.remainingNanos(notBefore);
                if (pause > 0) {
                    changed.awaitNanos(Math.min(pause, LOOK_NANOS));
                    callbacks.lookQuietly();
                } else if (slot.restarts.isHopeless() && backlog.isEmpty()) {
                    changed.awaitNanos(LOOK_NANOS);
                    callbacks.lookQuietly();
                } else {
                    return true;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    PoolWorker start(WorkerSlot slot) throws IOException {
        PoolWorker worker = PoolWorker.start(slot, options, initializer);
        try {
            lock.lock();
            try {
                workers.add(worker);
                slot.worker = worker;
                tally.startWorker();
                if (stopped) {
                    worker.kill();
                }
            } finally {
                lock.unlock();
            }
            return worker;
        } catch (Throwable failed) {
            giveUp(worker);
            throw failed;
        }
    }

    /** Ends a worker that has just been started and was handed no task. */
    private void giveUp(PoolWorker worker) {
        worker.kill();
        lock.lock();
        try {
            workers.remove(worker);
            worker.slot.worker = null;
        } finally {
            lock.unlock();
        }
        worker.close();
    }

    /** Called after the end of a worker, when all its messages were read. Can be repeated if it failed. */
    void bury(WorkerSlot slot, PoolWorker worker) {
        Obituary obituary = Obituary.of(worker.child(), worker.started(), options.directory());
        boolean failedToStart = telling(ended -> bury(slot, worker, obituary, ended));
        if (failedToStart) {
            RemoteFailure failure = worker.startFailure();
            startFailed(
                    slot,
                    obituary.exitCode() < 0,
                    failure == null ? obituary.describe() : "its initializer failed: " + failure.text(),
                    () -> failure == null ? null : failure.rebuild(null));
        }
    }

    /** Buries a worker under the lock. True if the worker could not start. */
    private boolean bury(WorkerSlot slot, PoolWorker worker, Obituary obituary, List<Completions.Completion> ended) {
        workers.remove(worker);
        idle.remove(worker);
        worker.takeBackAll();
        backlog.putBack(worker.takenBack);
        slot.crashes += worker.held.isEmpty() ? 0 : 1;
        for (PoolTask<?> task = worker.held.first(); task != null; task = worker.held.first()) {
            boolean lost = lose(task, obituary, ended);
            worker.held.remove(task); // no effect if it is in the backlog
            if (lost) {
                PoolEvents.crash(name, obituary.worker(), obituary.pid(), obituary.exitDescription(), task.describe());
            }
        }
        PoolWorker woken = handOutToIdle();
        if (woken != null) {
            woken.slot.wake();
        }
        if (shutdown && backlog.isEmpty()) {
            stopIdle();
        }
        boolean failedToStart = worker.hasFailedToStart() && !stopped && slot.worker == worker;
        if (!stopped && worker.endedUntold()) {
            lastCrashes.add(System.currentTimeMillis(), obituary.exitCode()); // at the end, or it may be noted twice
        }
        slot.worker = null;
        return failedToStart;
    }

    /** Does some work under the lock, and then completes the futures of the tasks that ended by it. */
    private <T> T telling(Function<List<Completions.Completion>, T> work) {
        StackReserve.require();
        List<Completions.Completion> ended = new ArrayList<>();
        try {
            lock.lock();
            try {
                return work.apply(ended);
            } finally {
                lock.unlock();
            }
        } finally {
            completions.completeAll(ended, null);
        }
    }

    /** Fails a task that a dead worker held, or puts it back to run again. False if nobody waits for it any more. */
    private boolean lose(PoolTask<?> task, Obituary obituary, List<Completions.Completion> ended) {
        if (task.counted || task.isDone()) { // or it has timed out, and its future is being completed
            tally.end(
                    task,
                    !task.isCompletedExceptionally()); // else cancelled or timed out: the worker was killed for it
            return false;
        }
        int crashes = task.crashes + 1;
        boolean again = crashes <= options.retries() && crashes < options.maxCrashesPerTask() && !stopped;
        if (again) {
            backlog.putBack(task);
        } else {
            ended.add(Completions.failure(task, () -> new WorkerCrashedException(task.describe(), crashes, obituary)));
            tally.end(task, false);
        }
        task.crashes = crashes;
        tally.crashed++;
        return true;
    }

    /**
     * Counts a start that failed. If no start is expected to succeed any more, gives up the waiting tasks.
     *
     * @param cause called without the lock, because it may run code of the program
     */
    void startFailed(WorkerSlot slot, boolean killed, String reason, Supplier<@Nullable Throwable> cause) {
        telling(givenUp -> {
            if (killed) {
                slot.restarts.killed();
            } else {
                slot.restarts.failed();
            }
            boolean anyWorks = workers.stream().anyMatch(PoolWorker::isReady);
            if (!anyWorks && slot.restarts.isHopeless()) {
                giveUpBacklog(givenUp, false, task -> cannotStart(task, reason, cause.get()));
            }
            changed.signalAll();
            return true;
        });
        log(() -> Log.of(Dispatcher.class)
                .warn("a worker cannot start: worker=" + slot.name() + ", reason=" + reason, cause.get()));
    }

    private WorkerStartException cannotStart(PoolTask<?> task, String reason, @Nullable Throwable cause) {
        return new WorkerStartException(
                "no worker can start, so the task was given up: reason=" + reason + ", pool=" + name + ", task="
                        + task.describe(),
                cause);
    }

    /** Called at the end of a slot. Can be repeated if it failed. */
    void ended(WorkerSlot slot) {
        boolean terminated = telling(givenUp -> {
            slots.remove(slot);
            changed.signalAll();
            if (isTerminated()) {
                giveUpBacklog(givenUp, true, task -> shutDown()); // no slot is left to run them
            }
            return isTerminated();
        });
        if (terminated) {
            if (endOfProgram != null) {
                endOfProgram.withdraw();
            }
            board.remove();
            callbacks.close();
        }
    }

    private CancellationException shutDown() {
        return new CancellationException("the pool was shut down: pool=" + name);
    }

    private void giveUpBacklog(
            List<Completions.Completion> givenUp, boolean cancel, Function<PoolTask<?>, ? extends Throwable> reason) {
        for (PoolTask<?> task = backlog.next(); task != null; task = backlog.next()) {
            PoolTask<?> given = task;
            givenUp.add(Completions.failure(given, () -> reason.apply(given)));
            if (cancel) {
                tally.cancel(given);
            } else {
                tally.end(given, false);
            }
            backlog.remove(given);
        }
    }

    /** For the thread of a slot: checks that a thread runs the callbacks. */
    void look() {
        callbacks.look();
    }

    /**
     * Called when another thread has become the thread of a slot. The former one, {@code keeper}, ends when the code
     * ends that depends on the futures that it has completed.
     */
    void replaced(Thread keeper) {
        lock.lock();
        try {
            replaced.removeIf(other -> !other.isAlive());
            replaced.add(keeper);
        } finally {
            lock.unlock();
        }
    }

    /** For the thread of the board: if the thread of a slot is blocked, another thread takes its place. */
    void watch() {
        isWatched = true;
        List<WorkerSlot> all;
        lock.lock();
        try {
            all = List.copyOf(slots);
        } finally {
            lock.unlock();
        }
        all.forEach(WorkerSlot::watch);
    }

    /** Whether a thread calls {@link #watch} now and then, as long as the pool lives. */
    boolean isWatched() {
        return isWatched;
    }

    /**
     * For the thread of a slot that has ended, which nobody waits for. It waits for the callbacks, so that futures
     * complete even if nobody waits for the end of the pool.
     */
    void seeOutCallbacks() throws InterruptedException {
        if (isTerminated()) {
            callbacks.awaitQuiet(Deadline.NEVER);
        }
    }

    // ---- the end ----------------------------------------------------------------------------------------------------

    void shutdown() {
        lock.lock();
        try {
            shutdown = true;
            changed.signalAll();
            if (backlog.isEmpty()) {
                stopIdle();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Called when the pool is unreachable, so that nobody can close it any more. */
    void dropped() {
        if (!isShutdown()) {
            Log.of(Dispatcher.class)
                    .warn("a pool was dropped without being closed, and ends once its tasks are done: pool=" + name);
            shutdown();
        }
    }

    /** Ends the workers that have nothing to do, and those that are only starting. */
    private void stopIdle() {
        idle.clear();
        for (PoolWorker worker : workers) {
            worker.stopUnlessBusy();
            worker.slot.wake();
        }
    }

    /**
     * Cancels the waiting tasks, and returns them. Interrupts the running tasks, and kills the workers of those that do
     * not end because of the interrupt.
     */
    List<Runnable> shutdownNow() {
        List<PoolTask<?>> waiting = telling(givenUp -> {
            shutdown = true;
            stopped = true;
            for (PoolWorker worker : workers) {
                takeBackWaiting(worker);
                PoolTask<?> task = worker.held.first();
                if (task != null && !worker.isCondemned()) {
                    worker.condemn(task, Deadline.nanos(options.killAfter()));
                }
            }
            giveUpBacklog(givenUp, true, task -> shutDown());
            changed.signalAll();
            stopIdle();
            return givenUp.stream()
                    .<PoolTask<?>>map(Completions.Completion::task)
                    .toList();
        });
        return waiting.stream().map(PoolTask::here).toList();
    }

    boolean isShutdown() {
        lock.lock();
        try {
            return shutdown;
        } finally {
            lock.unlock();
        }
    }

    boolean isTerminated() {
        lock.lock();
        try {
            return shutdown && slots.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for the end of all slots, and of the code that depends on their tasks. If such code calls this itself, it
     * does not wait for such code. It would wait for itself, or for other callbacks that may wait for it.
     */
    boolean awaitTermination(long deadlineNanos) throws InterruptedException {
        List<Thread> others;
        lock.lock();
        try {
            while (!isTerminated()) {
                long left = Deadline.remainingNanos(deadlineNanos);
                if (left <= 0) {
                    return false;
                }
                changed.awaitNanos(left);
            }
            others = List.copyOf(replaced);
        } finally {
            lock.unlock();
        }
        if (RunsDependents.isHere()) {
            return true;
        }
        for (Thread other : others) {
            if (!hasEnded(other, deadlineNanos)) {
                return false;
            }
        }
        return callbacks.awaitQuiet(deadlineNanos);
    }

    private static boolean hasEnded(Thread thread, long deadlineNanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.timedJoin(thread, Deadline.remainingNanos(deadlineNanos));
        return !thread.isAlive();
    }

    PoolStats stats() {
        lock.lock();
        try {
            int ready = (int) workers.stream().filter(PoolWorker::isReady).count();
            int busy = (int)
                    workers.stream().filter(worker -> !worker.held.isEmpty()).count();
            long handed =
                    workers.stream().mapToLong(worker -> worker.held.size()).sum();
            return tally.stats(slots.size(), ready, busy, backlog.size() + handed - busy);
        } finally {
            lock.unlock();
        }
    }

    /** What others were shown last. */
    PoolView shown() {
        PoolView shown = board.shown();
        return shown == null ? view() : shown;
    }

    /** The state that other programs are shown. */
    PoolView view() {
        lock.lock();
        try {
            List<PoolView.Worker> shown = new ArrayList<>();
            for (WorkerSlot slot : slots) {
                PoolWorker worker = slot.worker;
                if (worker != null) {
                    shown.add(worker.view(usualTimes));
                }
            }
            long pid = ProcessHandle.current().pid();
            return new PoolView(pid, name, made, Instant.now(), shutdown, stats(), shown, lastCrashes.list());
        } finally {
            lock.unlock();
        }
    }

    Set<Long> pids() {
        lock.lock();
        try {
            Set<Long> pids = new LinkedHashSet<>();
            for (WorkerSlot slot : slots) {
                PoolWorker worker = slot.worker;
                if (worker != null) {
                    pids.add(worker.child().pid());
                }
            }
            return pids;
        } finally {
            lock.unlock();
        }
    }

    /** Describes the tasks that are lost if the JVM ends now; null if there are none. */
    private @Nullable String describeUnfinished() {
        if (!isLockedAtEnd()) {
            return "the program ends: pool=" + name;
        }
        try {
            long unfinished = tally.unfinished();
            return unfinished == 0 ? null : "the program ends: pool=" + name + ", tasks unfinished=" + unfinished;
        } finally {
            lock.unlock();
        }
    }

    /** Locks. Gives up after a while, because a thread that ends the JVM while it holds the lock never unlocks. */
    private boolean isLockedAtEnd() {
        try {
            return lock.tryLock(LOCK_AT_END_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
