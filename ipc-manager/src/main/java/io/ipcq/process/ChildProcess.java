// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.Awaitable;
import io.ipcq.memory.Deadline;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A function that runs in a JVM of its own. It is used as {@link Thread} is.
 *
 * <pre>{@code
 * ChildProcess child = new ChildProcess(Letters::write, queue);   // or a subclass that overrides run()
 * child.start();
 * child.join();
 * }</pre>
 *
 * <p><b>What travels.</b> {@link #start} serializes the function with its arguments, or the instance of a subclass with
 * its fields, as they are at that moment. The child works on a copy. The constructor cannot serialize them, because the
 * fields of a subclass have no values yet while it runs. As with a thread, the child sees what the program did before
 * start. If something cannot be serialized, start throws {@link CannotTravelException} in the parent. The bytes pass
 * through a file that only this user can access. The child deletes the file once it has read it. They do not pass
 * through the command line, the environment or the standard streams. Standard input of a child is empty.
 *
 * <p><b>What the child inherits.</b> The child gets the parent's {@code java} (unless {@link ChildProcessBuilder#java}
 * names another), class path, module path, environment and working directory. It inherits the JVM options that change
 * the meaning of the program ({@code -D}, assertions, preview, opened modules). It does not inherit those that size or
 * observe the parent (heap, collector, agents, debugger).
 *
 * <p><b>How it ends.</b> As any JVM, the child ends with exit code 0 when {@code run()} has returned and no other
 * non-daemon thread is left. An exception that {@code run()} throws is printed to the child's standard error and ends
 * the child at once with exit code 1. {@code System.exit(n)} ends it with exit code {@code n}. If its JVM cannot start,
 * for instance because of a bad option, the child has exit code 1, and its standard error tells the reason.
 *
 * <p><b>Daemons</b> end with their parent. Children are daemons by default. When the parent exits, they end in order.
 * When it is killed by SIGKILL, they end within half a second, even if they are in a tight loop. So a whole tree of
 * processes ends with its root. A child that is no daemon outlives its parent, and the parent does not wait for it at
 * its exit.
 *
 * <p><b>As threads.</b> With {@code -Dipcq.children=threads} or {@link StartMethod#THREAD}, children are threads of
 * this JVM. {@link StartMethod#THREAD} lists the differences.
 *
 * <p>Thread-safe. Process-safe: another process gets a copy that cannot start, join or end the child. Survives the
 * child's death in any form: {@link #exitCode} tells how it ended.
 */
public class ChildProcess implements Awaitable, AutoCloseable, Serializable {

    private static final long serialVersionUID = 1L;

    /** How long {@link #close} waits for the child's shutdown hooks before it kills the child. */
    static final long CLOSE_GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /**
     * The function with its arguments. Null in a subclass. Null also once the child was started, so that the parent
     * does not keep the arguments.
     */
    private volatile @Nullable FunctionCall call;

    private final String name;
    private final String family;
    private final boolean daemon;

    /** Null in the child, so that it cannot start itself again. */
    private final transient @Nullable ChildProcessOptions options;

    /** Set once, by {@link #start}. */
    private transient volatile @Nullable RunningJvm jvm;

    private transient boolean closed;

    /** A child that runs a function. */
    public ChildProcess(SerializableRunnable function) {
        this(builder().options(), new FunctionCall.Call0(function));
    }

    /** A child that runs a function of one argument. */
    public <A extends @Nullable Object> ChildProcess(SerializableConsumer<A> function, A a) {
        this(builder().options(), new FunctionCall.Call1<>(function, a));
    }

    /** A child that runs a function of two arguments. */
    public <A extends @Nullable Object, B extends @Nullable Object> ChildProcess(
            SerializableBiConsumer<A, B> function, A a, B b) {
        this(builder().options(), new FunctionCall.Call2<>(function, a, b));
    }

    /** A child that runs a function of three arguments. */
    public <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object> ChildProcess(
            SerializableTriConsumer<A, B, C> function, A a, B b, C c) {
        this(builder().options(), new FunctionCall.Call3<>(function, a, b, c));
    }

    /** For a subclass, which overrides {@link #run}. */
    protected ChildProcess() {
        this(builder().options(), null);
    }

    /** For a subclass with options of its own: {@code super(builder().heap("64m").options())}. */
    protected ChildProcess(ChildProcessOptions options) {
        this(options, null);
    }

    ChildProcess(ChildProcessOptions options, @Nullable FunctionCall call) {
        this(options, call, CurrentProcess.nextFamily());
    }

    ChildProcess(ChildProcessOptions options, @Nullable FunctionCall call, String family) {
        if (call != null) {
            Objects.requireNonNull(call.function(), "function");
        }
        this.call = call;
        this.options = options;
        this.family = family;
        this.name = options.name().orElse("Process-" + family);
        this.daemon = options.daemon();
    }

    /** For the copy in the child, which cannot be started. */
    ChildProcess(String name, String family, boolean daemon, FunctionCall call) {
        this.call = call;
        this.options = null;
        this.family = family;
        this.name = name;
        this.daemon = daemon;
    }

    /** A builder of options for subclasses. */
    public static ChildProcessBuilder builder() {
        return new ChildProcessBuilder(null);
    }

    /** Options for a child that runs a function. */
    public static ChildProcessBuilder builder(SerializableRunnable function) {
        return new ChildProcessBuilder(new FunctionCall.Call0(function));
    }

    /** Options for a child that runs a function of one argument. */
    public static <A extends @Nullable Object> ChildProcessBuilder builder(SerializableConsumer<A> function, A a) {
        return new ChildProcessBuilder(new FunctionCall.Call1<>(function, a));
    }

    /** Options for a child that runs a function of two arguments. */
    public static <A extends @Nullable Object, B extends @Nullable Object> ChildProcessBuilder builder(
            SerializableBiConsumer<A, B> function, A a, B b) {
        return new ChildProcessBuilder(new FunctionCall.Call2<>(function, a, b));
    }

    /** Options for a child that runs a function of three arguments. */
    public static <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>
            ChildProcessBuilder builder(SerializableTriConsumer<A, B, C> function, A a, B b, C c) {
        return new ChildProcessBuilder(new FunctionCall.Call3<>(function, a, b, c));
    }

    /** This process: its name, pid, and whether it is a daemon. */
    public static CurrentProcess current() {
        return CurrentProcess.current();
    }

    /** The process that started this one; empty in the main program. */
    public static Optional<ParentProcess> parent() {
        return Optional.ofNullable(CurrentProcess.parent());
    }

    /** The children that this process started and that still run. */
    public static List<ChildProcess> activeChildren() {
        return LiveChildren.list().stream().map(each -> ((Live) each).child()).toList();
    }

    /**
     * The temporary files that killed programs of this user have left, and the archives that nobody has used for a
     * month.
     */
    public static List<Path> leftovers() throws IOException {
        return ChildLeftovers.find();
    }

    /**
     * Removes the {@link #leftovers} at once. Programs that start children remove them, too. Files that cannot be
     * removed stay.
     */
    public static void sweep() throws IOException {
        ChildLeftovers.sweep();
    }

    /**
     * What the child does. As with {@link Thread#run}, a call of this method runs the function in the calling process.
     * Once the child was started, such a call does nothing unless a subclass overrides this method.
     */
    public void run() throws Exception {
        FunctionCall given = call;
        if (given != null) {
            given.run();
        }
    }

    /**
     * Starts the child. A child can be started once.
     *
     * @throws CannotTravelException if the function, an argument or a field cannot be serialized
     * @throws IOException if the task cannot be written or the JVM cannot be executed
     * @throws IllegalStateException if the child was started before or is closed, or if this is a copy in another
     *     process. Also if a static initializer calls this in a process that was itself started as a child
     */
    public synchronized void start() throws IOException {
        ChildProcessOptions chosen = options;
        if (chosen == null) {
            throw new IllegalStateException("a child process is started by the process that made it: name=" + name
                    + ", here=" + current().name());
        }
        if (jvm != null || closed) {
            throw new IllegalStateException("a child process can be started once; make another one: " + name + " is "
                    + (jvm == null ? "closed" : exitDescription()));
        }
        CurrentProcess.requireNoStaticInitializer();
        jvm = RunningJvm.start(task(), chosen);
        call = null;
        LiveChildren.add(new Live());
    }

    /**
     * Starts the child and waits until it is in {@code run()}. This takes as long as a JVM takes to start. If the
     * waiting thread is interrupted, the child goes on.
     *
     * @throws ChildFailedException if the child ended before it began. The message has the reason: an option that the
     *     JVM does not know, a class that it does not find, or a signal
     * @throws IOException if {@link #start} throws it. The other exceptions of {@link #start} are thrown, too
     */
    public void startAndAwait() throws IOException, InterruptedException {
        start();
        RunningJvm running = started();
        if (!running.awaitBegun()) {
            running.join(Long.MAX_VALUE);
            throw failure();
        }
    }

    /**
     * Waits until the child has ended, and throws an exception if it failed.
     *
     * @throws ChildFailedException if the child's exit code is not 0. The cause is the exception that {@link #run}
     *     threw in the child, if that exception can be serialized
     */
    public void joinOrThrow() throws InterruptedException {
        join();
        if (exitCode().orElse(0) != 0) {
            throw failure();
        }
    }

    /** Waits until the child has ended. */
    public void join() throws InterruptedException {
        started().join(Long.MAX_VALUE);
    }

    /** Waits until the child has ended, at most for the timeout. Returns whether it has ended. */
    public boolean join(Duration timeout) throws InterruptedException {
        return started().join(Deadline.nanos(timeout));
    }

    /** Does the same as {@link #join(Duration)}. */
    @Override
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        return join(timeout);
    }

    /** Whether the child was started and has not ended. */
    public boolean isAlive() {
        RunningJvm running = jvm;
        return running != null && running.isAlive();
    }

    /**
     * The child's exit code, or {@code -n} if signal {@code n} killed the child. Empty until the child has ended. Exit
     * codes from 129 to 159 cannot be told from signals, and are read as signals.
     */
    public OptionalInt exitCode() {
        RunningJvm running = jvm;
        return running == null || running.isAlive()
                ? OptionalInt.empty()
                : OptionalInt.of(running.exitStatus().code());
    }

    /** The state of the child in words, such as {@code killed by signal 9, SIGKILL}. */
    public String exitDescription() {
        RunningJvm running = jvm;
        if (running == null) {
            return "not started";
        }
        return running.isAlive() ? "running" : running.exitStatus().description();
    }

    /**
     * Whether the child has taken its task and reached {@code run()}. If a child has ended and has not begun, its JVM
     * did not start, did not find a class, or was ended before. A child whose JVM waited for it
     * ({@link StartMethod#STANDBY}) has begun once the JVM was given the task. A child that is no daemon has begun once
     * it has read its task.
     */
    public boolean hasBegun() {
        RunningJvm running = jvm;
        return running != null && running.hasBegun();
    }

    /**
     * The last lines of the child's standard error, at most 20. If it wrote nothing there, the last lines of its
     * standard output. If it ended before it took its task, the last lines of both, because a JVM prints on standard
     * output why it cannot start. The lines are known only if the output of the child is {@link Output#PREFIXED} or
     * {@link Output#SLF4J}.
     */
    public List<String> lastErrorLines() {
        return started().lastErrorLines();
    }

    /**
     * Asks the child to end, with SIGTERM. Its shutdown hooks run. As long as this process lives, the child obeys only
     * the SIGTERM and SIGINT that this class sends. It ignores others, because they go to all processes of a terminal
     * or a service at once, and this process may still need the child.
     */
    public void terminate() {
        started().terminate();
    }

    /**
     * Sends the child SIGINT, as Ctrl-C does. Unless the child handles the signal otherwise, it ends: its shutdown
     * hooks run, and {@link #exitCode} is -2. None of its threads is interrupted. A child that has to react to the
     * signal adds a shutdown hook. The workers of a pool ignore the signal. A program that a shell started in the
     * background without job control ignores it, too, and so do its children.
     *
     * @throws UnsupportedOperationException where no native call can be made: not on Linux, or with
     *     {@code -Dipcq.native=off}
     */
    public void interrupt() {
        started().interrupt();
    }

    /** Ends the child at once, with SIGKILL. Nothing runs in it any more. */
    public void kill() {
        started().kill();
    }

    /**
     * Completes with this child when it has ended: {@link #exitDescription} says how it ended, {@link #lastErrorLines}
     * has the last lines that it printed, and {@link #hasBegun} says whether it reached its function.
     */
    public CompletableFuture<ChildProcess> onExit() {
        return started().onExit().thenApply(ended -> this);
    }

    /** The process id of the child. It may belong to another process once the child has ended. */
    public long pid() {
        return started().pid();
    }

    /**
     * The child's name, by default {@code Process-N}, counted from 1 in each process. The children of {@code Process-2}
     * are called {@code Process-2:N}.
     */
    public final String name() {
        return name;
    }

    /** Whether the child ends with its parent, as it does by default. */
    public final boolean isDaemon() {
        return daemon;
    }

    /** Ends the child if it still runs, and waits until it has ended. Does nothing the second time. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        if (isAlive()) {
            terminate();
            new Live().joinOrKill(CLOSE_GRACE_NANOS);
        }
    }

    @Override
    public String toString() {
        RunningJvm running = jvm;
        return getClass().getSimpleName() + "[name=" + name + (running == null ? "" : ", pid=" + running.pid()) + ", "
                + exitDescription() + "]";
    }

    /** What the child is given. */
    Task task() {
        FunctionCall given = call;
        Class<?> code = given == null ? getClass() : TravelTrace.codeOf(given.function());
        return new Task(name, family, daemon, code, this, given, getClass() == ChildProcess.class, null);
    }

    /** The exception for a child that has ended. */
    private ChildFailedException failure() {
        return new ChildFailedException(
                toString(),
                exitCode().orElse(0),
                hasBegun(),
                lastErrorLines(),
                started().thrown());
    }

    private RunningJvm started() {
        RunningJvm running = jvm;
        if (running == null) {
            throw new IllegalStateException(
                    "the child process was not started by this process: name=" + name + ". Call start() first");
        }
        return running;
    }

    /** The child as seen by the code that ends it when this process ends. */
    private final class Live implements LiveChild {

        ChildProcess child() {
            return ChildProcess.this;
        }

        @Override
        public boolean isAlive() {
            return child().isAlive();
        }

        @Override
        public boolean isDaemon() {
            return daemon;
        }

        @Override
        public String family() {
            return family;
        }

        @Override
        public boolean isEndedAtExit() {
            return daemon
                    && options != null
                    && options.endAtExit()
                    && !started().isThread();
        }

        @Override
        public Duration endGrace() {
            return options == null ? Duration.ZERO : options.endGrace();
        }

        @Override
        public boolean join(long nanos) throws InterruptedException {
            return started().join(nanos);
        }

        @Override
        public void terminate() {
            child().terminate();
        }

        @Override
        public void kill() {
            child().kill();
        }
    }
}
