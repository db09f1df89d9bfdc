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
 * A JVM of its own that runs a function: to a process what {@link Thread} is to a thread.
 *
 * <pre>{@code
 * ChildProcess child = new ChildProcess(Letters::write, queue);   // or a subclass that overrides run()
 * child.start();
 * child.join();
 * }</pre>
 *
 * <p><b>What travels.</b> {@link #start} serializes the function with its arguments, or the instance of a subclass with
 * its fields, as they are at that moment: the child works on a copy. It happens there and not in the constructor
 * because the fields of a subclass have no values yet while this constructor runs, and because start is what separates
 * before from after, as with a thread. What cannot be serialized throws {@link CannotTravelException} in the parent.
 * The bytes pass through a file that only this user can reach, and that the child deletes once read; not through the
 * command line, the environment or the standard streams. Standard input of a child is empty.
 *
 * <p><b>What the child inherits.</b> The same {@code java}, unless {@link ChildProcessBuilder#java} says another, class
 * path and module path; environment and working directory; of the JVM's options those that change what the program
 * means ({@code -D}, assertions, preview, opened modules), not those that size or observe the parent (heap, collector,
 * agents, debugger).
 *
 * <p><b>How it ends.</b> When {@code run()} has returned and no other non-daemon thread is left, with exit code 0, as
 * any JVM does. An exception that {@code run()} throws is printed to the child's standard error and ends the child at
 * once with exit code 1. {@code System.exit(n)} means what it says. A JVM that cannot start, because of a bad option
 * for instance, is a child with exit code 1 that has said why on its standard error.
 *
 * <p><b>Daemons</b>, which children are by default, end with their parent: in order when it exits, and within half a
 * second when it is SIGKILLed, even from a tight loop. So a tree of processes falls with its root. A child that is no
 * daemon outlives its parent, and the parent's exit does not wait for it.
 *
 * <p><b>As threads.</b> With {@code -Dipcq.children=threads}, or {@link StartMethod#THREAD}, which says what differs,
 * children are threads of this JVM.
 *
 * <p>Thread-safe. Process-safe: what arrives in another process is the recipe, not the handle; it cannot be started,
 * joined or ended there. Survives the child's death in any form: {@link #exitCode} tells it.
 */
public class ChildProcess implements Awaitable, AutoCloseable, Serializable {

    private static final long serialVersionUID = 1L;

    /** What {@link #close} grants the child's shutdown hooks before it kills. */
    static final long CLOSE_GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /**
     * Null in a subclass, and once the child was started: what it was given is the child's, and the parent's to forget.
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

    /** For the child, in which it cannot be started. */
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
     * What killed programs of this user have left among the temporary files, and archives that nobody has used for a
     * month.
     */
    public static List<Path> leftovers() throws IOException {
        return ChildLeftovers.find();
    }

    /**
     * Removes the {@link #leftovers} at once; programs that start children do so, too. What cannot be removed stays.
     */
    public static void sweep() throws IOException {
        ChildLeftovers.sweep();
    }

    /**
     * What the child does. As with {@link Thread#run}, calling it here does it here; once the child was started, it
     * does nothing unless a subclass overrides it.
     */
    public void run() throws Exception {
        FunctionCall given = call;
        if (given != null) {
            given.run();
        }
    }

    /**
     * Starts the child. It can be done once.
     *
     * @throws CannotTravelException if the function, an argument or a field cannot be serialized
     * @throws IOException if the task cannot be written or the JVM not be executed
     * @throws IllegalStateException if it was started before, is closed, or this is a copy in another process; or in a
     *     static initializer of a process that was itself started so
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
     * Starts the child and waits until it is in {@code run()}, which takes as long as a JVM takes to start. If the
     * waiting thread is interrupted, the child goes on.
     *
     * @throws ChildFailedException if the child ended before it began, with the reason: an option that the JVM does not
     *     know, a class that it does not find, a signal
     * @throws IOException as {@link #start} does, as well as what else that throws
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
     * Waits until the child has ended, and expects that it did so well.
     *
     * @throws ChildFailedException if its exit code is not 0; its cause is what {@link #run} threw in the child, if
     *     that can be serialized
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

    /** Waits until the child has ended, at most so long; says whether it has. */
    public boolean join(Duration timeout) throws InterruptedException {
        return started().join(Deadline.nanos(timeout));
    }

    /** {@link #join(Duration)}: whether the child has ended. */
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
     * The child's exit code, or {@code -n} if signal {@code n} killed it; empty until it has ended. Exit codes from 129
     * to 159 cannot be told from signals and are read as such.
     */
    public OptionalInt exitCode() {
        RunningJvm running = jvm;
        return running == null || running.isAlive()
                ? OptionalInt.empty()
                : OptionalInt.of(running.exitStatus().code());
    }

    /** How the child stands, in words: {@code killed by signal 9, SIGKILL}. */
    public String exitDescription() {
        RunningJvm running = jvm;
        if (running == null) {
            return "not started";
        }
        return running.isAlive() ? "running" : running.exitStatus().description();
    }

    /**
     * Whether the child has taken its task and come to {@code run()}. One that has ended without it could not: its JVM
     * did not start, did not find a class, or was ended before. A JVM that waited ({@link StartMethod#STANDBY}) has
     * begun once it was given its task, and a child that is no daemon once it has read it.
     */
    public boolean hasBegun() {
        RunningJvm running = jvm;
        return running != null && running.hasBegun();
    }

    /**
     * The last lines of the child's standard error, at most 20; if it wrote none there, of its standard output. If it
     * ended before it took its task, those of both: a JVM says on standard output why it cannot start. Known only if
     * its output is {@link Output#PREFIXED} or {@link Output#SLF4J}.
     */
    public List<String> lastErrorLines() {
        return started().lastErrorLines();
    }

    /**
     * Asks the child to end, with SIGTERM: its shutdown hooks run. As long as this process lives, a child ends by no
     * SIGTERM or SIGINT but those that are sent through here: others go to all processes of a terminal or a service at
     * once, and this one may still need it.
     */
    public void terminate() {
        started().terminate();
    }

    /**
     * Sends the child SIGINT, as Ctrl-C does. Unless the child handles it otherwise, it is a request to end: its
     * shutdown hooks run, and {@link #exitCode} is -2. No thread of it is interrupted; who wants to notice adds a
     * shutdown hook. The workers of a pool ignore it. So does a program that a shell started in the background without
     * job control, and with it its children.
     *
     * @throws UnsupportedOperationException where no native call can be made: no Linux, or {@code -Dipcq.native=off}
     */
    public void interrupt() {
        started().interrupt();
    }

    /** Ends the child at once, with SIGKILL: nothing more runs in it. */
    public void kill() {
        started().kill();
    }

    /**
     * Completes with this child when it has ended: {@link #exitDescription} says how, {@link #lastErrorLines} has what
     * it printed last, and {@link #hasBegun} says whether it came to run its function.
     */
    public CompletableFuture<ChildProcess> onExit() {
        return started().onExit().thenApply(ended -> this);
    }

    /** The process id of the child. It may belong to another process once the child has ended. */
    public long pid() {
        return started().pid();
    }

    /**
     * The child's name, by default {@code Process-N}, counted from 1 in each process; children of {@code Process-2} are
     * {@code Process-2:N}.
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
        return new Task(name, family, daemon, this, call, getClass() == ChildProcess.class, null);
    }

    /** Of a child that has ended. */
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

    /** The child, for what ends it when this process ends. */
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
