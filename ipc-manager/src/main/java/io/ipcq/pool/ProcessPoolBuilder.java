// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.process.ChildProcess;
import io.ipcq.process.Output;
import io.ipcq.process.SerializableConsumer;
import io.ipcq.process.SerializableRunnable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Options of a {@link ProcessPool}, by default those of {@link ProcessPool#create(int)}. {@link #create} checks all of
 * them.
 *
 * <pre>{@code
 * ProcessPool pool = ProcessPool.builder().workers(4).maxWorkerHeap("256m").retries(2).create();
 * }</pre>
 *
 * <p>Thread-safe: no. Process-safe: not applicable. Survives a crash: not applicable.
 */
public final class ProcessPoolBuilder {

    private static final int DEFAULT_MAX_CRASHES = 3;
    private static final int DEFAULT_WINDOW = 64;

    private Optional<String> name = Optional.empty();
    private int workers = Runtime.getRuntime().availableProcessors();
    private @Nullable Object initializer;
    private Invocation initializerCall = Invocation.ACTION;
    private @Nullable Object[] initializerArguments = {};
    private int maxTasksPerWorker = Integer.MAX_VALUE;
    private Optional<String> maxWorkerHeap = Optional.empty();
    private Optional<Duration> taskTimeout = Optional.empty();
    private Duration killAfter = Duration.ofSeconds(1);
    private boolean endAtExit = ChildProcess.builder().options().endAtExit();
    private Optional<Duration> endGrace = Optional.empty();
    private int retries;
    private int maxCrashesPerTask = DEFAULT_MAX_CRASHES;
    private Optional<Integer> chunkSize = Optional.empty();
    private int window = DEFAULT_WINDOW;
    private Duration restartBackOff = Duration.ofMillis(100);
    private Duration maxRestartBackOff = Duration.ofSeconds(10);
    private Optional<Path> java = Optional.empty();
    private final List<String> jvmOptions = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private List<Path> classPath = List.of();
    private Optional<Class<?>> program = Optional.empty();
    private Optional<Path> directory = Optional.empty();
    private Output output = Output.PREFIXED;
    private OptionalInt debugPort = OptionalInt.empty();
    private System.Logger.Level logLevel = System.Logger.Level.INFO;
    private Optional<ProgressListener> progress = Optional.empty();

    ProcessPoolBuilder() {}

    /** The name of the pool; {@code pool-N} unless set. The names of its threads and workers contain it. */
    public ProcessPoolBuilder name(String name) {
        this.name = Optional.of(name);
        return this;
    }

    /** The number of workers; the number of processors unless set. */
    public ProcessPoolBuilder workers(int workers) {
        this.workers = workers;
        return this;
    }

    /**
     * A function that runs in each worker before its first task. If it throws an exception, the worker ends, and counts
     * as one that could not start.
     */
    public ProcessPoolBuilder initializer(SerializableRunnable initializer) {
        return initializer(initializer, Invocation.ACTION);
    }

    /** A function that runs in each worker before its first task, with an argument, such as a queue. */
    public <A extends @Nullable Object> ProcessPoolBuilder initializer(
            SerializableConsumer<A> initializer, A argument) {
        return initializer(initializer, Invocation.CONSUMER, argument);
    }

    private ProcessPoolBuilder initializer(Object function, Invocation call, @Nullable Object... arguments) {
        this.initializer = Objects.requireNonNull(function, "initializer");
        this.initializerCall = call;
        this.initializerArguments = arguments;
        return this;
    }

    /** Replaces a worker by a fresh JVM after this number of tasks. A chunk of a {@code map} counts as one task. */
    public ProcessPoolBuilder maxTasksPerWorker(int tasks) {
        this.maxTasksPerWorker = tasks;
        return this;
    }

    /**
     * The largest heap of each worker, written as in {@code -Xmx}: {@code 512m}, {@code 2g}. By default the JVM
     * decides.
     */
    public ProcessPoolBuilder maxWorkerHeap(String size) {
        this.maxWorkerHeap = Optional.of(size);
        return this;
    }

    /**
     * How long a task may run. After that it fails with {@link TaskTimeoutException} and is interrupted. If that does
     * not end it, its worker is killed.
     */
    public ProcessPoolBuilder taskTimeout(Duration timeout) {
        this.taskTimeout = Optional.of(timeout);
        return this;
    }

    /**
     * How long a task that was cancelled or timed out may go on after the interrupt, before its worker is killed; 1 s
     * unless set.
     */
    public ProcessPoolBuilder killAfter(Duration grace) {
        this.killAfter = grace;
        return this;
    }

    /**
     * Whether the pool acts when this JVM ends before the pool was closed. By default, it does, unless the JVM runs
     * with {@code -Dipcq.endAtExit=false}. It then prints in one line how many tasks are unfinished, and applies
     * {@link #endGrace}. In either case the workers live on until a hook closes the pool, or the JVM is gone. Say false
     * if something else, such as a container, ends the program and closes the pool.
     */
    public ProcessPoolBuilder endAtExit(boolean endAtExit) {
        this.endAtExit = endAtExit;
        return this;
    }

    /**
     * How long tasks may go on once this JVM has begun to end, for instance by SIGTERM. After that the pool acts as
     * with {@link ProcessPool#shutdownNow}. So no hook waits longer for a future, or in {@link ProcessPool#close}.
     * Unless this is set, tasks have as long as they need.
     */
    public ProcessPoolBuilder endGrace(Duration grace) {
        this.endGrace = Optional.of(grace);
        return this;
    }

    /**
     * How often a task is run again if its worker died; never unless set, because the task may have had effects
     * already. A task that throws an exception is not run again.
     */
    public ProcessPoolBuilder retries(int retries) {
        this.retries = retries;
        return this;
    }

    /** The number of dead workers after which a task is given up, however many retries it has; 3 unless set. */
    public ProcessPoolBuilder maxCrashesPerTask(int crashes) {
        this.maxCrashesPerTask = crashes;
        return this;
    }

    /**
     * How many elements of {@code map}, {@code imap} and {@code starmap} make one task. Unless set, {@code map} makes
     * four tasks for each worker, and {@code imap} makes one task of each element.
     */
    public ProcessPoolBuilder chunkSize(int elements) {
        this.chunkSize = Optional.of(elements);
        return this;
    }

    /** How many chunks {@code imap} has in flight for each worker, at most; 64 unless set. */
    public ProcessPoolBuilder window(int chunks) {
        this.window = chunks;
        return this;
    }

    /**
     * The pause before a worker is started again after a failed start. It doubles with each failure, up to {@code max}.
     * Unless set, 100 ms and 10 s.
     */
    public ProcessPoolBuilder restartBackOff(Duration first, Duration max) {
        this.restartBackOff = first;
        this.maxRestartBackOff = max;
        return this;
    }

    /** Runs the workers with another Java, as {@link io.ipcq.process.ChildProcessBuilder#java} says. */
    public ProcessPoolBuilder java(Path commandOrHome) {
        this.java = ChildProcess.builder().java(commandOrHome).options().java();
        return this;
    }

    /** Adds options of the workers' JVMs. */
    public ProcessPoolBuilder jvmOptions(String... options) {
        jvmOptions.addAll(List.of(options));
        return this;
    }

    /** Adds variables to the environment of the workers, or replaces them. */
    public ProcessPoolBuilder environment(Map<String, String> variables) {
        environment.putAll(variables);
        return this;
    }

    /** The class path of the workers, instead of the parent's. It has to contain ipcq. */
    public ProcessPoolBuilder classPath(List<Path> classPath) {
        this.classPath = List.copyOf(classPath);
        return this;
    }

    /**
     * A class of the program whose classes the workers need. By default, the class that makes the pool. Workers load
     * classes from where this class was loaded from, too. If the class is in no file, as with {@code java Program.java}
     * and in jshell, each worker gets a copy of it at its start, and of the classes that it needs.
     */
    public ProcessPoolBuilder program(Class<?> program) {
        this.program = Optional.of(program);
        return this;
    }

    /** The working directory of the workers; the working directory of this process unless set. */
    public ProcessPoolBuilder directory(Path directory) {
        this.directory = Optional.of(directory);
        return this;
    }

    /**
     * Where the workers' output goes. Unless set, to the parent's output, each line with the worker's name before it.
     */
    public ProcessPoolBuilder output(Output output) {
        this.output = output;
        return this;
    }

    /**
     * Makes each worker wait for a debugger before its first task, at this port of the local machine or the next one
     * that is free. Standard error tells the port. {@code -Dipcq.debug=5005} does the same for all children of this
     * process. A {@link #taskTimeout} runs on while a debugger has suspended a task.
     */
    public ProcessPoolBuilder debug(int port) {
        this.debugPort = ChildProcess.builder().debug(port).options().debugPort();
        return this;
    }

    /**
     * Log records of the workers (SLF4J, java.util.logging) from this level on are passed on to the parent's log; INFO
     * unless set.
     */
    public ProcessPoolBuilder logLevel(System.Logger.Level level) {
        this.logLevel = level;
        return this;
    }

    /** A listener that is called whenever a task has ended. {@link TerminalProgress} draws a bar. */
    public ProcessPoolBuilder progress(ProgressListener listener) {
        this.progress = Optional.of(listener);
        return this;
    }

    /**
     * Sets all options to those of another pool. The initializer is not one of the options. An option that is set later
     * replaces the one set here. Later JVM options and environment variables are added.
     */
    public ProcessPoolBuilder options(ProcessPoolOptions options) {
        this.name = options.name();
        this.workers = options.workers();
        this.maxTasksPerWorker = options.maxTasksPerWorker();
        this.maxWorkerHeap = options.maxWorkerHeap();
        this.taskTimeout = options.taskTimeout();
        this.killAfter = options.killAfter();
        this.endAtExit = options.endAtExit();
        this.endGrace = options.endGrace();
        this.retries = options.retries();
        this.maxCrashesPerTask = options.maxCrashesPerTask();
        this.chunkSize = options.chunkSize();
        this.window = options.window();
        this.restartBackOff = options.restartBackOff();
        this.maxRestartBackOff = options.maxRestartBackOff();
        this.java = options.java();
        jvmOptions.clear();
        jvmOptions.addAll(options.jvmOptions());
        environment.clear();
        environment.putAll(options.environment());
        this.classPath = options.classPath();
        this.program = options.program();
        this.directory = options.directory();
        this.output = options.output();
        this.debugPort = options.debugPort();
        this.logLevel = options.logLevel();
        this.progress = options.progress();
        return this;
    }

    /** The options that the pool would use. They have been checked. */
    public ProcessPoolOptions options() {
        return new ProcessPoolOptions(
                name,
                workers,
                maxTasksPerWorker,
                maxWorkerHeap,
                taskTimeout,
                killAfter,
                endAtExit,
                endGrace,
                retries,
                maxCrashesPerTask,
                chunkSize,
                window,
                restartBackOff,
                maxRestartBackOff,
                java,
                jvmOptions,
                environment,
                classPath,
                program.isPresent() ? program : caller(),
                directory,
                output,
                debugPort,
                logLevel,
                progress);
    }

    /** The class of the program that makes the pool. */
    private static Optional<Class<?>> caller() {
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .walk(frames -> frames.<Class<?>>map(StackWalker.StackFrame::getDeclaringClass)
                        .filter(type -> !type.getPackageName().equals(ProcessPoolBuilder.class.getPackageName()))
                        .findFirst());
    }

    /**
     * Creates the pool. Its workers start in the background. Tasks can be submitted at once.
     *
     * @throws io.ipcq.process.CannotTravelException if the initializer or its argument is not serializable
     */
    public ProcessPool create() {
        return new ProcessPool(options(), encodedInitializer());
    }

    private byte @Nullable [] encodedInitializer() {
        Object function = initializer;
        if (function == null) {
            return null;
        }
        TravelingFunction traveling = new TravelingFunctions().of(function);
        MessageWriter out = new MessageWriter();
        out.putByte(initializerCall.code()).putBytes(traveling.bytes());
        byte[] arguments = TravelingFunctions.encodeArguments(traveling, initializerArguments);
        out.write(arguments, 0, arguments.length);
        return out.toBytes();
    }
}
