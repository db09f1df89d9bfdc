// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.process.SerializableBiFunction;
import io.ipcq.process.SerializableCallable;
import io.ipcq.test.FaultAgent;
import io.ipcq.test.FaultKind;
import io.ipcq.test.FaultLoop;
import io.ipcq.test.FaultPoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A pool in which an error came up, and the account of its tasks.
 *
 * <p>The rule:
 *
 * <ul>
 *   <li>Every future that was given out completes: with the right result, or with a failure.
 *   <li>No task runs twice, unless that was asked for.
 *   <li>The pool goes on: as many tasks as it has workers run side by side, and what was submitted is counted as having
 *       ended.
 *   <li>{@code close} ends, and leaves no process, descriptor or thread of a slot behind; what could not be created
 *       leaves none either.
 * </ul>
 */
final class PoolFaultScene implements FaultLoop.Scene {

    static final long PATIENCE_SECONDS = Long.getLong("ipcq.fault.patience", 60_000) / 1_000;

    /** A property with the option of the agent for workers. */
    static final String AGENT = "ipcq.fault.agent";

    private static final int SHARED_WORKERS = 2;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** What a future has to end with, if no error came up. */
    private record Expectation(Future<?> future, @Nullable Object value, boolean fails) {}

    /** The pools that operations use that need none of their own; one that was broken is replaced. */
    static final class SharedPools implements AutoCloseable {

        private final Path directory;
        private @Nullable ProcessPool pool;

        /** How the names of its threads begin. Kept: to ask the pool would be a point where an error comes up. */
        private volatile @Nullable String threads;

        SharedPools(Path directory) {
            this.directory = directory;
        }

        private ProcessPool get(PoolFaultOperation operation) {
            if (pool == null) {
                int workers = operation.side == PoolFaultOperation.Side.PARENT ? SHARED_WORKERS : 1;
                pool = builder(operation, directory).workers(workers).create();
                threads = "ipcq-" + pool.name() + "-";
            }
            return pool;
        }

        private void giveUp() {
            if (pool != null) {
                pool.shutdownNow();
                pool = null;
                threads = null;
            }
        }

        private Set<Long> pids() {
            return pool == null ? Set.of() : pool.pids();
        }

        private boolean owns(Thread thread) {
            String begin = threads;
            return begin != null && thread.getName().startsWith(begin);
        }

        @Override
        public void close() {
            if (pool != null) {
                pool.close();
            }
        }
    }

    private final Path place;
    private final PoolFaultOperation operation;
    private final SharedPools pools;
    private final List<Expectation> expectations = new ArrayList<>();
    private final List<Path> marks = new ArrayList<>();
    private final Set<String> descriptorsBefore;
    private @Nullable ProcessPool pool;
    private int gates;
    private boolean faulty;

    PoolFaultScene(Path place, PoolFaultOperation operation, SharedPools pools) throws Exception {
        this.place = place;
        this.operation = operation;
        this.pools = pools;
        if (operation.options == null) {
            pool = pools.get(operation);
            meet();
        }
        this.descriptorsBefore = descriptors();
        operation.prepare.run(this);
    }

    private static ProcessPoolBuilder builder(PoolFaultOperation operation, Path directory) {
        List<String> options = new ArrayList<>(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1"));
        if (operation.side == PoolFaultOperation.Side.WORKER) {
            options.add(System.getProperty(AGENT));
            options.add("-D" + FaultPoints.REPORT + "=" + report(directory));
            options.add("-D" + FaultAgent.START + "=" + start(directory));
        }
        return ProcessPool.builder().jvmOptions(options.toArray(String[]::new));
    }

    private static Path report(Path directory) {
        return directory.resolve("report");
    }

    private static Path start(Path directory) {
        return directory.resolve("start");
    }

    // ---- what operations need ---------------------------------------------------------------------------------------

    ProcessPool pool() {
        if (pool == null) {
            throw new IllegalStateException("no pool");
        }
        return pool;
    }

    void create() {
        pool = operation.options.apply(builder(operation, pools.directory)).create();
    }

    void createAndUse() throws Exception {
        create();
        meet();
    }

    String mark() {
        Path mark = place.resolve("task-" + marks.size());
        marks.add(mark);
        return mark.toString();
    }

    List<PoolFaultTasks.Job> jobs(int count) {
        return IntStream.range(0, count)
                .mapToObj(n -> new PoolFaultTasks.Job(mark(), n))
                .toList();
    }

    List<Integer> squares(int count) {
        return IntStream.range(0, count).mapToObj(n -> n * n).toList();
    }

    List<Callable<Integer>> callables(int count) {
        List<Callable<Integer>> callables = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String mark = mark();
            SerializableCallable<Integer> callable = () -> PoolFaultTasks.square(mark, 3);
            callables.add(callable);
        }
        return callables;
    }

    static void initialize() {
        System.setProperty("initialized", "yes");
    }

    static void note(Progress progress) {
        if (progress.submitted() < progress.done()) {
            throw new AssertionError("more has ended than was submitted: " + progress);
        }
    }

    /** A file that tasks wait for. */
    String gate() {
        return place.resolve("gate-" + gates).toString();
    }

    private void openGate() throws IOException {
        if (!Files.exists(Path.of(gate()))) {
            release();
        }
    }

    void release() throws IOException {
        Files.createFile(place.resolve("gate-" + gates++));
    }

    /** Gives each worker something to do, and waits until it has begun. */
    void occupy() {
        int before = marks.size();
        for (int i = 0; i < pool().options().workers(); i++) {
            expect(pool().applyAsync(PoolFaultTasks::await, mark(), gate()), operation.ends() ? null : 1);
        }
        awaitMarks(marks.subList(before, marks.size()));
    }

    void cancelRunning(SerializableBiFunction<String, String, Integer> task) {
        CompletableFuture<Integer> running = pool().applyAsync(task, mark(), gate());
        expectFailure(running);
        awaitMarks(marks.subList(marks.size() - 1, marks.size()));
        running.cancel(true);
    }

    private void awaitMarks(List<Path> begun) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!begun.stream().allMatch(Files::exists) && expectations.stream().noneMatch(e -> e.future.isDone())) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("a task was not begun: " + pool());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** One task for each worker, each of which waits for all others: so all workers are there. */
    void meet() throws Exception {
        meet(pool().options().workers());
    }

    void meet(int workers) throws Exception {
        if (operation == PoolFaultOperation.TIMEOUT) {
            succeedAtLast();
            return;
        }
        List<Future<Integer>> waiting = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            waiting.add(pool().applyAsync(PoolFaultTasks::await, mark(), gate()));
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        List<Path> theirs = marks.subList(marks.size() - workers, marks.size());
        while (!theirs.stream().allMatch(Files::exists)) {
            for (Future<Integer> future : waiting) {
                if (future.isDone()) {
                    future.get();
                }
            }
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not all workers are there: " + pool() + " " + waiting);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        release();
        for (Future<Integer> future : waiting) {
            assertThat(future.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }

    /** Where tasks have little time, and the machine may be busy, one that ends in time will do. */
    private void succeedAtLast() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            try {
                requireEqual(pool().apply(PoolFaultTasks::square, mark(), 3), 9);
                return;
            } catch (TaskTimeoutException | WorkerCrashedException tooBusy) {
                assertThat(System.nanoTime() - deadline)
                        .as("no task ends in time")
                        .isNegative();
            }
        }
    }

    void expect(Future<?> future, @Nullable Object value) {
        expectations.add(new Expectation(future, value, value == null));
    }

    void expectFailure(Future<?> future) {
        expect(future, null);
    }

    void requireEqual(@Nullable Object actual, Object expected) {
        assertThat(actual).isEqualTo(expected);
    }

    void requireThrown(Callable<?> call) throws Exception {
        Object returned;
        try {
            returned = call.call();
        } catch (RemoteTaskException | UnreadableResultException asItShould) {
            return;
        }
        throw new AssertionError("it returned " + returned);
    }

    void awaitFutures() throws InterruptedException {
        for (Expectation expectation : expectations) {
            try {
                expectation.future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException never) {
                throw new AssertionError("a future does not complete: " + expectation + ", " + pool(), never);
            } catch (ExecutionException | CancellationException failed) {
                // that is looked at later
            }
        }
    }

    @Override
    public void run() throws Exception {
        operation.run.run(this);
    }

    // ---- where errors come up ---------------------------------------------------------------------------------------

    @Override
    public void arm(Predicate<Thread> operating, int n, FaultKind kind) throws Exception {
        Files.deleteIfExists(report(pools.directory));
        if (operation.side == PoolFaultOperation.Side.PARENT) {
            FaultPoints.arm(thread -> operating.test(thread) || isLibrarys(thread), n, kind);
        } else if (operation.creates()) {
            Files.writeString(start(pools.directory), n + " " + kind);
        } else {
            try {
                pool().run(PoolFaultTasks::arm, n, kind);
            } catch (RemoteTaskException | WorkerCrashedException thePointWasSoon) {
                assertThat(n).isPositive();
            }
        }
    }

    /**
     * Not one of the shared pool when that is not looked at: it would have another worker then, which looks like one
     * left behind.
     */
    private boolean isLibrarys(Thread thread) {
        return thread.getName().startsWith("ipcq-") && (operation.options == null || !pools.owns(thread));
    }

    @Override
    public FaultPoints.Outcome disarm() throws Exception {
        FaultPoints.Outcome outcome = FaultPoints.disarm();
        if (operation.side == PoolFaultOperation.Side.WORKER) {
            Files.deleteIfExists(start(pools.directory));
            outcome = pool == null ? outcome : disarmWorker();
            if (Files.exists(report(pools.directory))) {
                String site = Files.readString(report(pools.directory));
                outcome = new FaultPoints.Outcome(outcome.count(), site, new AssertionError("in a worker, " + site));
            }
        }
        faulty = outcome.thrown() != null;
        return outcome;
    }

    /** The error may come up in the very task that asks for it. */
    private FaultPoints.Outcome disarmWorker() throws InterruptedException {
        try {
            return pool().apply(PoolFaultTasks::disarm);
        } catch (RemoteTaskException | WorkerCrashedException | WorkerStartException theError) {
            return pool().apply(PoolFaultTasks::disarm);
        }
    }

    // ---- what must hold ---------------------------------------------------------------------------------------------

    @Override
    public void check(@Nullable Throwable thrown) throws Exception {
        try {
            if (thrown instanceof AssertionError
                    && !String.valueOf(thrown.getMessage()).startsWith("made by a test")) {
                requireExcused((AssertionError) thrown);
            }
            if (pool != null) {
                checkPool();
            }
        } catch (Throwable broken) {
            System.out.println("stats: " + pool);
            pools.giveUp();
            throw broken;
        }
    }

    /** A result that is not there is one thing; that nothing comes at all another. */
    private void requireExcused(AssertionError thrown) {
        if (!faulty || String.valueOf(thrown.getMessage()).contains("a future does not complete")) {
            throw thrown;
        }
    }

    private void checkPool() throws Exception {
        openGate();
        if (operation.ends()) {
            pool().close();
        }
        awaitFutures();
        for (Expectation expectation : expectations) {
            requireAsExpected(expectation);
        }
        if (operation == PoolFaultOperation.RESIZE) {
            pool().resize(pool().options().workers());
        }
        if (!operation.ends()) {
            meetAtLast();
            requireAllCounted();
        }
        for (Path mark : marks) {
            if (Files.exists(mark)) {
                assertThat(Files.size(mark)).as("runs of %s", mark).isLessThanOrEqualTo(operation.mostRuns());
            }
        }
    }

    /** A worker that is given up for the error may still take a task with it. */
    private void meetAtLast() throws Exception {
        try {
            meet();
        } catch (ExecutionException crashed) {
            if (!faulty || !(crashed.getCause() instanceof WorkerCrashedException)) {
                throw crashed;
            }
            openGate();
            meet();
        }
    }

    private void requireAsExpected(Expectation expectation) throws InterruptedException {
        try {
            Object value = expectation.future.get();
            if (!expectation.fails || !faulty) {
                assertThat(value).isEqualTo(expectation.value);
            }
        } catch (ExecutionException | CancellationException failed) {
            if (!faulty && !expectation.fails) {
                throw new AssertionError("a task failed, though no error came up", failed);
            }
        }
    }

    private void requireAllCounted() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        PoolStats stats = pool().stats();
        while (stats.submitted() != stats.succeeded() + stats.failed() + stats.cancelled()) {
            assertThat(System.nanoTime() - deadline)
                    .as("not all has ended: %s", stats)
                    .isNegative();
            LockSupport.parkNanos(PAUSE_NANOS);
            stats = pool().stats();
        }
    }

    @Override
    public void close() throws Exception {
        if (operation.options == null) {
            return;
        }
        if (pool != null) {
            openGate();
            pool.shutdown();
            boolean ended = pool.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                pool.shutdownNow();
            }
            assertThat(ended).as("%s ends", pool).isTrue();
            pool.close();
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        List<?> left = leftBehind();
        while (!left.isEmpty()) {
            assertThat(System.nanoTime() - deadline).as("left behind: %s", left).isNegative();
            LockSupport.parkNanos(PAUSE_NANOS);
            left = leftBehind();
        }
    }

    private List<Object> leftBehind() throws IOException {
        List<Object> left = new ArrayList<>();
        Set<Long> shared = pools.pids();
        ProcessHandle.current()
                .descendants()
                .filter(process -> !shared.contains(process.pid()))
                .forEach(left::add);
        Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("ipcq-pool-.*-worker-\\d+"))
                .filter(thread -> !pools.owns(thread))
                .forEach(left::add);
        Set<String> descriptors = descriptors();
        descriptors.removeAll(descriptorsBefore);
        left.addAll(descriptors);
        return left;
    }

    private static Set<String> descriptors() throws IOException {
        Set<String> open = new HashSet<>();
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            links.forEach(link -> {
                try {
                    String target = Files.readSymbolicLink(link).toString();
                    if (target.contains("ipcq") && !target.contains("ipcq-process-") && !target.endsWith(".jar")) {
                        open.add(target);
                    }
                } catch (IOException closedMeanwhile) {
                    // nothing to see
                }
            });
        }
        return open;
    }
}
