// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.IpcException;
import io.ipcq.memory.Deadline;
import io.ipcq.process.CurrentProcess;
import io.ipcq.process.SerializableBiConsumer;
import io.ipcq.process.SerializableBiFunction;
import io.ipcq.process.SerializableCallable;
import io.ipcq.process.SerializableConsumer;
import io.ipcq.process.SerializableFunction;
import io.ipcq.process.SerializableRunnable;
import io.ipcq.process.SerializableTriConsumer;
import io.ipcq.process.SerializableTriFunction;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An executor whose workers are JVMs, like Python's {@code multiprocessing.Pool}.
 *
 * <pre>{@code
 * try (ProcessPool pool = ProcessPool.create(3)) {
 *     int answer = pool.apply(Work::square, 7);                            // waits
 *     CompletableFuture<Integer> later = pool.applyAsync(Work::square, 8);
 *     List<Integer> squares = pool.map(Work::square, List.of(1, 2, 3));
 * }
 * }</pre>
 *
 * <p><b>What travels.</b> Functions and arguments are serialized when they are submitted, in the caller's thread. If
 * something cannot be serialized, {@link io.ipcq.process.CannotTravelException} is thrown there. It names the path to
 * the object. A function travels once to each worker. Queues and proxies of a manager may be arguments and may be
 * captured. All tasks of a worker share one object for the same queue or proxy, as long as one of them keeps it. A task
 * that closes it closes it for all of them. If no task has kept a queue or proxy, the worker detaches it when its
 * garbage collector finds that out, or when the worker has had no task for a second. Methods with {@code apply} in
 * their names are for functions that have a result. Methods with {@code run} in their names are for functions that have
 * none.
 *
 * SLF4J's MDC of the submitting thread travels with the task. Log records of the task have it, and still have it when
 * they arrive in the parent. If OpenTelemetry's API is on the class path, the span and the baggage that are current in
 * the submitting thread travel, too, and are current while the task runs.
 *
 * <p><b>What can happen to a task.</b> It returns. It throws: {@link RemoteTaskException}. Its worker ends while it
 * runs, whoever ends it: {@link WorkerCrashedException}, or the task runs again if there are
 * {@link ProcessPoolBuilder#retries}. The task takes too long: {@link TaskTimeoutException}. Workers cannot start:
 * {@link WorkerStartException}. The class of its result is unknown in the parent: {@link UnreadableResultException}.
 * Its future completes in each case. No other task is affected, and a worker that died is replaced. Only the task that
 * the worker had begun is lost with it. No task runs twice unless retries were asked for.
 *
 * <p><b>Callbacks.</b> Code that depends on a future runs in callback threads of the pool. It may block, use the pool,
 * or close it, because another thread takes over from each one that is blocked. Callback threads inherit thread locals
 * and the class loader from the thread that makes the pool. They also decode results, except for numbers, strings,
 * bytes and the like. A thread that waits in {@code apply} decodes its result itself. If code comes to depend on a
 * future in the very instant in which the future is completed, that code may delay the results of that worker, for half
 * a second at most.
 *
 * <p>The methods of {@link ExecutorService} behave as the JDK specifies. So {@link #close} waits for all tasks. It also
 * waits for code that depends on their futures, which is a part of the work. It does not wait for such code if such
 * code calls it. After {@link #shutdownNow} the futures of tasks that had not begun are cancelled.
 *
 * <p>A pool that becomes unreachable without being closed logs a warning, does the tasks that it was given, and ends.
 *
 * <p>Thread-safe. Process-safe: a pool cannot travel, but a task can make a pool of its own. Survives the death of any
 * worker. When the parent dies, its workers die, too.
 */
public final class ProcessPool extends AbstractExecutorService implements AutoCloseable {

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    /** How many tasks {@code map} makes for each worker. Python makes as many. */
    private static final int CHUNKS_PER_WORKER = 4;

    private static @Nullable Cleaner dropped; // guarded by the class

    private final Dispatcher dispatcher;
    private final TravelingFunctions functions = new TravelingFunctions();

    ProcessPool(ProcessPoolOptions options, byte @Nullable [] initializer) {
        CurrentProcess.requireNoStaticInitializer();
        Cleaner cleaner = dropped();
        this.dispatcher = new Dispatcher(
                options.name().orElseGet(() -> "pool-" + NUMBERS.incrementAndGet()), options, initializer);
        boolean registered = false;
        try {
            cleaner.register(this, dispatcher::dropped);
            registered = true;
        } finally {
            if (!registered) {
                dispatcher.shutdownNow();
            }
        }
    }

    /** The cleaner, made by the first pool. If its thread cannot be started, the next pool tries again. */
    private static synchronized Cleaner dropped() {
        if (dropped == null) {
            dropped = Cleaner.create();
        }
        return dropped;
    }

    /** A pool of as many workers as there are processors. */
    public static ProcessPool create() {
        return builder().create();
    }

    /** A pool with this number of workers. */
    public static ProcessPool create(int workers) {
        return builder().workers(workers).create();
    }

    /** Options for a pool. */
    public static ProcessPoolBuilder builder() {
        return new ProcessPoolBuilder();
    }

    /** The name of the pool, by default {@code pool-N}. */
    public String name() {
        return dispatcher.name();
    }

    /** The options of the pool. */
    public ProcessPoolOptions options() {
        return dispatcher.options();
    }

    // ---- one call, waiting ------------------------------------------------------------------------------------------

    /**
     * Calls a function in a worker and waits for its result. If the waiting thread is interrupted, the task is
     * cancelled.
     */
    public <R extends @Nullable Object> R apply(SerializableCallable<R> function) throws InterruptedException {
        return await(Invocation.CALLABLE, function);
    }

    /** Calls a function of one argument in a worker and waits for its result. */
    public <A extends @Nullable Object, R extends @Nullable Object> R apply(SerializableFunction<A, R> function, A a)
            throws InterruptedException {
        return await(Invocation.FUNCTION, function, a);
    }

    /** Calls a function of two arguments in a worker and waits for its result. */
    public <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object> R apply(
            SerializableBiFunction<A, B, R> function, A a, B b) throws InterruptedException {
        return await(Invocation.BI_FUNCTION, function, a, b);
    }

    /** Calls a function of three arguments in a worker and waits for its result. */
    public <
                    A extends @Nullable Object,
                    B extends @Nullable Object,
                    C extends @Nullable Object,
                    R extends @Nullable Object>
            R apply(SerializableTriFunction<A, B, C, R> function, A a, B b, C c) throws InterruptedException {
        return await(Invocation.TRI_FUNCTION, function, a, b, c);
    }

    /** Runs a function without a result in a worker and waits for its end. */
    public void run(SerializableRunnable function) throws InterruptedException {
        await(Invocation.ACTION, function);
    }

    /** Runs a function of one argument in a worker and waits for its end. */
    public <A extends @Nullable Object> void run(SerializableConsumer<A> function, A a) throws InterruptedException {
        await(Invocation.CONSUMER, function, a);
    }

    /** Runs a function of two arguments in a worker and waits for its end. */
    public <A extends @Nullable Object, B extends @Nullable Object> void run(
            SerializableBiConsumer<A, B> function, A a, B b) throws InterruptedException {
        await(Invocation.BI_CONSUMER, function, a, b);
    }

    /** Runs a function of three arguments in a worker and waits for its end. */
    public <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object> void run(
            SerializableTriConsumer<A, B, C> function, A a, B b, C c) throws InterruptedException {
        await(Invocation.TRI_CONSUMER, function, a, b, c);
    }

    // ---- one call, not waiting --------------------------------------------------------------------------------------

    /** Calls a function in a worker; the future has its result. */
    public <R extends @Nullable Object> CompletableFuture<R> applyAsync(SerializableCallable<R> function) {
        return submit(Invocation.CALLABLE, function);
    }

    /** Calls a function of one argument in a worker; the future has its result. */
    public <A extends @Nullable Object, R extends @Nullable Object> CompletableFuture<R> applyAsync(
            SerializableFunction<A, R> function, A a) {
        return submit(Invocation.FUNCTION, function, a);
    }

    /** Calls a function of two arguments in a worker; the future has its result. */
    public <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
            CompletableFuture<R> applyAsync(SerializableBiFunction<A, B, R> function, A a, B b) {
        return submit(Invocation.BI_FUNCTION, function, a, b);
    }

    /** Calls a function of three arguments in a worker; the future has its result. */
    public <
                    A extends @Nullable Object,
                    B extends @Nullable Object,
                    C extends @Nullable Object,
                    R extends @Nullable Object>
            CompletableFuture<R> applyAsync(SerializableTriFunction<A, B, C, R> function, A a, B b, C c) {
        return submit(Invocation.TRI_FUNCTION, function, a, b, c);
    }

    /** Runs a function without a result in a worker; the future says when it has ended. */
    public CompletableFuture<@Nullable Void> runAsync(SerializableRunnable function) {
        return submit(Invocation.ACTION, function);
    }

    /** Runs a function of one argument in a worker; the future says when it has ended. */
    public <A extends @Nullable Object> CompletableFuture<@Nullable Void> runAsync(
            SerializableConsumer<A> function, A a) {
        return submit(Invocation.CONSUMER, function, a);
    }

    /** Runs a function of two arguments in a worker; the future says when it has ended. */
    public <A extends @Nullable Object, B extends @Nullable Object> CompletableFuture<@Nullable Void> runAsync(
            SerializableBiConsumer<A, B> function, A a, B b) {
        return submit(Invocation.BI_CONSUMER, function, a, b);
    }

    /** Runs a function of three arguments in a worker; the future says when it has ended. */
    public <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>
            CompletableFuture<@Nullable Void> runAsync(SerializableTriConsumer<A, B, C> function, A a, B b, C c) {
        return submit(Invocation.TRI_CONSUMER, function, a, b, c);
    }

    // ---- many calls -------------------------------------------------------------------------------------------------

    /**
     * Calls a function with each element, and waits for the results. They are in the order of the elements. The first
     * failure ends the call, and tasks that have not begun are cancelled.
     */
    public <T extends @Nullable Object, R extends @Nullable Object> List<R> map(
            SerializableFunction<T, R> function, Iterable<? extends T> elements) throws InterruptedException {
        return awaitAll(map(Invocation.MAP, function, listOf(elements), 1, chunkSize(), true));
    }

    /** Like {@link #map(SerializableFunction, Iterable)}, with {@code chunkSize} elements in a task. */
    public <T extends @Nullable Object, R extends @Nullable Object> List<R> map(
            SerializableFunction<T, R> function, Iterable<? extends T> elements, int chunkSize)
            throws InterruptedException {
        return awaitAll(map(Invocation.MAP, function, listOf(elements), 1, chunkSize(chunkSize), true));
    }

    /** Like {@link #map(SerializableFunction, Iterable)}, without waiting. */
    public <T extends @Nullable Object, R extends @Nullable Object> CompletableFuture<List<R>> mapAsync(
            SerializableFunction<T, R> function, Iterable<? extends T> elements) {
        return map(Invocation.MAP, function, listOf(elements), 1, chunkSize(), false);
    }

    /** Like {@link #mapAsync(SerializableFunction, Iterable)}, with {@code chunkSize} elements in a task. */
    public <T extends @Nullable Object, R extends @Nullable Object> CompletableFuture<List<R>> mapAsync(
            SerializableFunction<T, R> function, Iterable<? extends T> elements, int chunkSize) {
        return map(Invocation.MAP, function, listOf(elements), 1, chunkSize(chunkSize), false);
    }

    private static List<@Nullable Object> listOf(Iterable<?> elements) {
        List<@Nullable Object> all = new ArrayList<>();
        elements.forEach(all::add);
        return all;
    }

    /** Calls a function of two arguments with the key and the value of each entry: of a map, or of a list of pairs. */
    public <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object> List<R> starmap(
            SerializableBiFunction<A, B, R> function, Iterable<? extends Map.Entry<A, B>> pairs)
            throws InterruptedException {
        return awaitAll(map(Invocation.STAR_MAP, function, listOfPairs(pairs), 2, chunkSize(), true));
    }

    /** Like {@link #starmap}, without waiting. */
    public <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
            CompletableFuture<List<R>> starmapAsync(
                    SerializableBiFunction<A, B, R> function, Iterable<? extends Map.Entry<A, B>> pairs) {
        return map(Invocation.STAR_MAP, function, listOfPairs(pairs), 2, chunkSize(), false);
    }

    private static List<@Nullable Object> listOfPairs(Iterable<? extends Map.Entry<?, ?>> pairs) {
        List<@Nullable Object> all = new ArrayList<>();
        for (Map.Entry<?, ?> pair : pairs) {
            all.add(pair.getKey());
            all.add(pair.getValue());
        }
        return all;
    }

    /**
     * Calls a function with each element, lazily. Elements are read as results are taken, and at most
     * {@link ProcessPoolBuilder#window} chunks are in flight for each worker. So the memory that this takes does not
     * grow with the number of elements. Results are in the order of the elements. A failure is thrown in place of the
     * result. A caller that goes on with {@link Stream#iterator} gets the results after it. If the source of the
     * elements throws an exception, the stream throws it after the results of all elements before it, and ends. A
     * shutdown of the pool ends the stream in the same way. Closing the stream cancels tasks that have not begun.
     */
    public <T extends @Nullable Object, R extends @Nullable Object> Stream<R> imap(
            SerializableFunction<T, R> function, Iterable<? extends T> elements) {
        return lazily(function, elements, chunkSize().orElse(1), true);
    }

    /** Like {@link #imap(SerializableFunction, Iterable)}, with {@code chunkSize} elements in a task. */
    public <T extends @Nullable Object, R extends @Nullable Object> Stream<R> imap(
            SerializableFunction<T, R> function, Iterable<? extends T> elements, int chunkSize) {
        return lazily(function, elements, chunkSize(chunkSize).orElse(1), true);
    }

    /** Like {@link #imap(SerializableFunction, Iterable)}, with the results in the order in which they arrive. */
    public <T extends @Nullable Object, R extends @Nullable Object> Stream<R> imapUnordered(
            SerializableFunction<T, R> function, Iterable<? extends T> elements) {
        return lazily(function, elements, chunkSize().orElse(1), false);
    }

    /** Like {@link #imapUnordered(SerializableFunction, Iterable)}, with {@code chunkSize} elements in a task. */
    public <T extends @Nullable Object, R extends @Nullable Object> Stream<R> imapUnordered(
            SerializableFunction<T, R> function, Iterable<? extends T> elements, int chunkSize) {
        return lazily(function, elements, chunkSize(chunkSize).orElse(1), false);
    }

    private <T extends @Nullable Object, R extends @Nullable Object> Stream<R> lazily(
            SerializableFunction<T, R> function, Iterable<? extends T> elements, int chunkSize, boolean ordered) {
        TravelingFunction traveling = functions.of(function);
        Iterator<? extends T> iterator = elements.iterator();
        return new LazyResults<T, R>(
                        dispatcher,
                        iterator,
                        chunk -> new PoolTask<>(
                                dispatcher,
                                PoolTask.Use.PART,
                                Invocation.MAP,
                                traveling,
                                chunk.toArray(),
                                chunk.size()),
                        chunkSize,
                        Math.multiplyExact(options().window(), options().workers()),
                        ordered)
                .stream();
    }

    private Optional<Integer> chunkSize() {
        return options().chunkSize();
    }

    private static Optional<Integer> chunkSize(int elements) {
        if (elements < 1) {
            throw new IllegalArgumentException("chunkSize must be at least 1: chunkSize=" + elements);
        }
        return Optional.of(elements);
    }

    private <R extends @Nullable Object> MapResult<R> map(
            Invocation call,
            Object function,
            List<@Nullable Object> arguments,
            int arity,
            Optional<Integer> chunkSize,
            boolean forCaller) {
        TravelingFunction traveling = functions.of(function);
        int elements = arguments.size() / arity;
        int chunk = chunkSize.orElseGet(() -> defaultChunk(elements));
        List<PoolTask<@Nullable Object[]>> tasks = new ArrayList<>();
        for (int from = 0; from < elements; from += chunk) {
            int to = Math.min(elements, from + chunk);
            @Nullable
            Object[] part = arguments.subList(arity * from, arity * to).toArray();
            tasks.add(new PoolTask<>(dispatcher, PoolTask.Use.PART, call, traveling, part, to - from));
        }
        return new MapResult<R>(dispatcher, forCaller).submit(tasks);
    }

    private int defaultChunk(int elements) {
        int tasks = CHUNKS_PER_WORKER * options().workers();
        return Math.max(1, (elements + tasks - 1) / tasks);
    }

    // ---- ExecutorService --------------------------------------------------------------------------------------------

    /** Runs a task in a worker. If the task fails, the failure is logged, because nobody else is told. */
    @Override
    public void execute(Runnable task) {
        if (CompletionBridge.submit(task, dispatcher)) {
            return;
        }
        PoolTask<@Nullable Void> made = task(PoolTask.Use.PART, Invocation.RUNNABLE, task);
        made.unattended = true;
        dispatcher.submit(made);
    }

    /** For {@link java.util.concurrent.ExecutorCompletionService}: the call runs in a worker. */
    @Override
    protected <T> RunnableFuture<T> newTaskFor(Callable<T> task) {
        return CompletionBridge.of(task(PoolTask.Use.FUTURE, Invocation.CALLABLE, task));
    }

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Runnable task, T result) {
        return CompletionBridge.of(task(PoolTask.Use.FUTURE, Invocation.RUNNABLE, task, result));
    }

    /** The same, for a lambda without a cast. */
    public void execute(SerializableTask task) {
        execute((Runnable) task);
    }

    /** @throws io.ipcq.process.CannotTravelException if the task is not serializable, as a plain lambda is not */
    @Override
    public <T> Future<T> submit(Callable<T> task) {
        return submit(Invocation.CALLABLE, task);
    }

    /** The same, for a lambda without a cast. */
    public <T> Future<T> submit(SerializableCallable<T> task) {
        return submit((Callable<T>) task);
    }

    @Override
    public Future<?> submit(Runnable task) {
        return submit(Invocation.RUNNABLE, task);
    }

    /** The same, for a lambda without a cast. */
    public Future<?> submit(SerializableTask task) {
        return submit((Runnable) task);
    }

    /** The result travels with the task, so it has to be serializable, and comes back as a copy. */
    @Override
    public <T> Future<T> submit(Runnable task, T result) {
        return submit(Invocation.RUNNABLE, task, result);
    }

    /** The same, for a lambda without a cast. */
    public <T> Future<T> submit(SerializableTask task, T result) {
        return submit((Runnable) task, result);
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks) throws InterruptedException {
        return invokeAll(tasks, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException {
        long deadline = Deadline.in(timeout, unit);
        List<PoolTask<T>> all = prepare(tasks);
        boolean ended = false;
        try {
            all.forEach(dispatcher::submit);
            for (PoolTask<T> task : all) {
                if (!isDoneBefore(task, deadline)) {
                    break;
                }
            }
            ended = all.stream().allMatch(Future::isDone);
        } finally {
            if (!ended) {
                all.forEach(task -> task.cancel(true));
            }
        }
        return List.copyOf(all);
    }

    private static boolean isDoneBefore(Future<?> task, long deadline) throws InterruptedException {
        try {
            task.get(Math.max(0, Deadline.remainingNanos(deadline)), TimeUnit.NANOSECONDS);
        } catch (TimeoutException tooLate) {
            return false;
        } catch (ExecutionException | CancellationException ended) {
            // it has ended, which is what was asked for
        }
        return true;
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks) throws InterruptedException, ExecutionException {
        try {
            return invokeAny(tasks, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        } catch (TimeoutException afterCenturies) {
            throw new AssertionError(afterCenturies);
        }
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException("there must be a task: tasks=0");
        }
        long deadline = Deadline.in(timeout, unit);
        List<PoolTask<T>> all = prepare(tasks);
        LinkedBlockingQueue<PoolTask<T>> ended = new LinkedBlockingQueue<>();
        try {
            for (PoolTask<T> task : all) {
                task.whenDone(() -> ended.add(task));
                dispatcher.submit(task);
            }
            PoolTask<T> last = null;
            Set<PoolTask<T>> open = new HashSet<>(all);
            while (!open.isEmpty()) {
                last = ended.poll(Math.max(0, Deadline.remainingNanos(deadline)), TimeUnit.NANOSECONDS);
                if (last == null) {
                    throw new TimeoutException("no task ended well in time: timeout=" + timeout + " " + unit);
                }
                if (!last.isCompletedExceptionally()) {
                    return last.get();
                }
                open.remove(last);
            }
            throw new ExecutionException(PoolTask.reason(Objects.requireNonNull(last)));
        } finally {
            all.forEach(task -> task.cancel(true));
        }
    }

    private <T> List<PoolTask<T>> prepare(Collection<? extends Callable<T>> tasks) {
        List<PoolTask<T>> all = new ArrayList<>();
        for (Callable<T> task : tasks) {
            all.add(task(PoolTask.Use.FUTURE, Invocation.CALLABLE, task));
        }
        return all;
    }

    /** Takes no more tasks. The tasks that were submitted are still run. */
    @Override
    public void shutdown() {
        dispatcher.shutdown();
    }

    /**
     * Takes no more tasks. Cancels and returns the tasks that have not begun. Interrupts the tasks that run, and kills
     * the workers of those that do not end because of the interrupt.
     */
    @Override
    public List<Runnable> shutdownNow() {
        return dispatcher.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
        return dispatcher.isShutdown();
    }

    /** Whether all tasks and all workers have ended. Code that depends on their futures may still run. */
    @Override
    public boolean isTerminated() {
        return dispatcher.isTerminated();
    }

    /** Like {@link #close}, at most so long; says whether all have ended. */
    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return dispatcher.awaitTermination(Deadline.in(timeout, unit));
    }

    /** Like {@link #close}, at most so long; says whether all have ended. */
    public boolean awaitTermination(Duration timeout) throws InterruptedException {
        return dispatcher.awaitTermination(Deadline.in(timeout));
    }

    /**
     * Takes no more tasks, and waits until all submitted tasks and all workers have ended. Then waits for the code that
     * runs in callback threads of the pool: dependents of futures, listeners and loggers. If the waiting thread is
     * interrupted, this method goes on as {@link #shutdownNow}, which does not end callbacks.
     *
     * <p>A callback of this pool or another may call this method. It then waits for tasks and workers only. It does not
     * wait for callbacks, because they might wait for the calling one. But if a callback makes another thread call this
     * method and waits for that thread, it waits for ever.
     */
    @Override
    public void close() {
        shutdown();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = dispatcher.awaitTermination(Deadline.NEVER);
            } catch (InterruptedException hurry) {
                if (!interrupted) {
                    shutdownNow();
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- the pool itself --------------------------------------------------------------------------------------------

    /** Changes the number of workers. Surplus workers end when they have done the tasks that they were handed. */
    public void resize(int workers) {
        if (workers < 1) {
            throw new IllegalArgumentException("workers must be at least 1: workers=" + workers);
        }
        dispatcher.resize(workers);
    }

    /** What the pool is doing now. */
    public PoolStats stats() {
        return dispatcher.stats();
    }

    /**
     * What others see of the pool, with its workers and their last crashes: as it was a fifth of a second ago, at most.
     * {@link PoolRules} say why it does not go on.
     */
    public PoolView view() {
        return dispatcher.shown();
    }

    /** The process ids of the workers that run or start. */
    public Set<Long> pids() {
        return dispatcher.pids();
    }

    @Override
    public String toString() {
        return "ProcessPool[name=" + name() + ", " + stats() + "]";
    }

    // ---- inside -----------------------------------------------------------------------------------------------------

    private <R extends @Nullable Object> PoolTask<R> task(
            PoolTask.Use use, Invocation call, Object function, @Nullable Object... arguments) {
        return new PoolTask<>(dispatcher, use, call, functions.of(function), arguments, 1);
    }

    private <R extends @Nullable Object> PoolTask<R> submit(
            Invocation call, Object function, @Nullable Object... arguments) {
        PoolTask<R> task = task(PoolTask.Use.FUTURE, call, function, arguments);
        dispatcher.submit(task);
        return task;
    }

    @SuppressWarnings("TypeParameterUnusedInFormals") // what the function returns, which callers give with its type
    private <R extends @Nullable Object> R await(Invocation call, Object function, @Nullable Object... arguments)
            throws InterruptedException {
        PoolTask<R> task = task(PoolTask.Use.CALLER, call, function, arguments);
        dispatcher.submitAndAwait(task);
        return resultOf(task);
    }

    private static <R extends @Nullable Object> List<R> awaitAll(CompletableFuture<List<R>> all)
            throws InterruptedException {
        try {
            all.get();
        } catch (ExecutionException failed) {
            // its cause is thrown below
        } catch (InterruptedException interrupted) {
            all.cancel(true);
            throw interrupted;
        }
        return resultOf(all);
    }

    private static <R extends @Nullable Object> R resultOf(CompletableFuture<R> ended) {
        try {
            return ended.join();
        } catch (CompletionException failed) {
            throw thrownHere(failed);
        }
    }

    /**
     * The exception of a task that failed and that only the caller waits for. Its stack trace leads to the caller, not
     * to the pool's thread.
     */
    static RuntimeException thrownHere(CompletionException failed) {
        if (!(failed.getCause() instanceof RuntimeException cause)) {
            return failed;
        }
        if (cause instanceof IpcException) {
            var unused = cause.fillInStackTrace();
        }
        return cause;
    }
}
