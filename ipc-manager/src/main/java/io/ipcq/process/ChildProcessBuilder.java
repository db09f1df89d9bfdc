// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Options of a {@link ChildProcess}, by default those of {@code new ChildProcess(function)}.
 *
 * <pre>{@code
 * ChildProcess child = ChildProcess.builder(Letters::write, queue).name("writer").heap("64m").start();
 * }</pre>
 *
 * <p>Not thread-safe. Process-safe: a builder concerns this process only.
 */
public final class ChildProcessBuilder {

    private static final Pattern HEAP = Pattern.compile("[1-9][0-9]*[kKmMgGtT]?");

    /**
     * A system property. With {@code false} the program ends its children and pools itself, as with
     * {@code endAtExit(false)} of their builders.
     */
    private static final String END_AT_EXIT = "ipcq.endAtExit";

    /** A system property: JVM options of all children. They come before those that the program gives. */
    private static final String JVM_OPTIONS = "ipcq.child.jvmOptions";

    private static final int DEFAULT_RESERVE = 2;
    private static final Duration DEFAULT_RESERVE_IDLE = Duration.ofMinutes(1);

    /** How long a JVM may take from its start until it waits, on a busy machine. */
    private static final Duration PREPARE_PATIENCE = Duration.ofSeconds(60);

    private final @Nullable FunctionCall call;
    private Optional<String> name = Optional.empty();
    private Optional<Path> java = Optional.empty();
    private final List<String> yieldingOptions = new ArrayList<>();
    private final List<String> jvmOptions = new ArrayList<>();

    /** Whether {@link #jvmOptions} contains the options that all children have. */
    private boolean hasCommonOptions;

    private final Map<String, String> environment = new HashMap<>();
    private Optional<Path> directory = Optional.empty();
    private List<Path> classPath = List.of();
    private Optional<Class<?>> program = Optional.empty();
    private Output output = Output.byDefault();
    private Optional<System.Logger.Level> logLevel = Optional.empty();
    private boolean daemon = true;
    private boolean endAtExit = !System.getProperty(END_AT_EXIT, "true").equals("false");
    private Duration endGrace = Duration.ZERO;
    private StartMethod startMethod = StartMethod.SPAWN;
    private OptionalInt debugPort = OptionalInt.empty();
    private int reserve = DEFAULT_RESERVE;
    private Duration reserveIdle = DEFAULT_RESERVE_IDLE;

    ChildProcessBuilder(@Nullable FunctionCall call) {
        this.call = call;
    }

    /** The name of the child; {@code Process-N} unless set. */
    public ChildProcessBuilder name(String name) {
        this.name = Optional.of(name);
        return this;
    }

    /**
     * Runs the child with another Java: a {@code java} command, or the directory of a JDK or JRE. Its version has to be
     * 17 or newer; {@link #start} checks this. It has to be able to load the class files of the program.
     */
    public ChildProcessBuilder java(Path commandOrHome) {
        this.java = Optional.of(commandOrHome);
        return this;
    }

    /**
     * Adds options of the child's JVM, such as {@code -XX:+UseSerialGC}. A later one wins over an earlier one. The
     * options of {@code -Dipcq.child.jvmOptions="..."} come first. All children have them, and their children, too.
     */
    public ChildProcessBuilder jvmOptions(String... options) {
        jvmOptions.addAll(List.of(options));
        return this;
    }

    /**
     * Adds options of the child's JVM that hold unless {@link #jvmOptions} or the environment has one of the same kind.
     * For instance, a collector yields to another collector, and a heap size to another heap size.
     */
    public ChildProcessBuilder yieldingOptions(String... options) {
        yieldingOptions.addAll(List.of(options));
        return this;
    }

    /**
     * The largest heap of the child, written as in {@code -Xmx}: {@code 512m}, {@code 2g}. By default the JVM decides.
     */
    public ChildProcessBuilder heap(String size) {
        if (!HEAP.matcher(size).matches()) {
            throw new IllegalArgumentException("heap must be a number with k, m, g or t: heap=" + size);
        }
        return jvmOptions("-Xmx" + size);
    }

    /** Adds variables to the environment that the child gets from its parent, or replaces them. */
    public ChildProcessBuilder environment(Map<String, String> variables) {
        environment.putAll(variables);
        return this;
    }

    /** The working directory of the child. By default, the working directory of this process. */
    public ChildProcessBuilder directory(Path directory) {
        this.directory = Optional.of(directory);
        return this;
    }

    /** The class path of the child, instead of the parent's. It has to contain ipcq. */
    public ChildProcessBuilder classPath(List<Path> classPath) {
        this.classPath = List.copyOf(classPath);
        return this;
    }

    /**
     * A class of the program whose classes the child needs. By default, the class of the function. The child loads
     * classes from where this class was loaded from, too. If the class is in no file, as with {@code java Program.java}
     * and in jshell, the child gets a copy of the class and of the classes that it needs.
     */
    public ChildProcessBuilder program(Class<?> program) {
        this.program = Optional.of(program);
        return this;
    }

    /** Where the output of the child goes. {@link Output} says what the default is. */
    public ChildProcessBuilder output(Output output) {
        this.output = Objects.requireNonNull(output, "output");
        return this;
    }

    /**
     * Log records of the child (SLF4J, java.util.logging) from this level on are passed on to the log of this process,
     * as records: with level, logger, MDC and exception. The default is INFO with {@link Output#SLF4J}. With other
     * outputs no records are passed on by default, and the child logs by itself.
     */
    public ChildProcessBuilder logLevel(System.Logger.Level level) {
        this.logLevel = Optional.of(level);
        return this;
    }

    /** Whether the child ends with its parent. By default, it does. */
    public ChildProcessBuilder daemon(boolean daemon) {
        this.daemon = daemon;
        return this;
    }

    /**
     * Whether a shutdown hook of this process terminates the child, if the child is a daemon. By default, it does,
     * unless this process runs with {@code -Dipcq.endAtExit=false}. Other hooks run at the same time. If they still
     * need the child, say false. The child then goes on until this process is really gone. It notices this within half
     * a second, and halts.
     */
    public ChildProcessBuilder endAtExit(boolean endAtExit) {
        this.endAtExit = endAtExit;
        return this;
    }

    /**
     * How long the hook of {@link #endAtExit} waits before it terminates the child. In this time the child may end by
     * itself, or another hook may end it. By default, the hook does not wait. A child that nobody ends delays the end
     * of this process by this time.
     */
    public ChildProcessBuilder endGrace(Duration grace) {
        this.endGrace = grace;
        return this;
    }

    /** Where the child's JVM comes from. By default, it is spawned. */
    public ChildProcessBuilder startMethod(StartMethod startMethod) {
        this.startMethod = Objects.requireNonNull(startMethod, "startMethod");
        return this;
    }

    /**
     * Makes the child wait for a debugger before it begins, at this port of the local machine or the next one that is
     * free. Standard error tells the port. {@code -Dipcq.debug=5005} does the same for all children of a process, but
     * not for their children. Until its debugger connects, a child does not notice that its parent was killed.
     */
    public ChildProcessBuilder debug(int port) {
        this.debugPort = OptionalInt.of(DebugPort.require(port));
        return this;
    }

    /**
     * With {@link StartMethod#STANDBY}, how many JVMs wait (from 1 to 64, by default 2), and how long an unused one
     * waits before it ends (by default a minute). The reserve belongs to this process. All children with the same
     * options share it.
     */
    public ChildProcessBuilder reserve(int jvms, Duration idle) {
        this.reserve = jvms;
        this.reserveIdle = idle;
        return this;
    }

    /**
     * Fills the reserve of {@link StartMethod#STANDBY} and waits until its JVMs are ready. Without this call the first
     * start of a child spawns the child's JVM, and fills the reserve at the same time.
     */
    public ChildProcessBuilder prepare() throws IOException, InterruptedException {
        ChildProcess child = call == null ? null : new ChildProcess(options(), call, "0");
        if (child == null || startMethod != StartMethod.STANDBY || !daemon) {
            throw new IllegalStateException("only children that are daemons and start by STANDBY can be prepared:"
                    + " startMethod=" + startMethod + ", daemon=" + daemon + ", function=" + (call != null));
        }
        if (ChildThread.isWanted(options())) {
            return this;
        }
        StandbyReserve.prepare(child.task(), options(), System.nanoTime() + PREPARE_PATIENCE.toNanos());
        return this;
    }

    /**
     * Sets all options to those of another child. An option that is set later replaces the one set here. Later JVM
     * options and environment variables are added.
     */
    public ChildProcessBuilder options(ChildProcessOptions options) {
        this.name = options.name();
        this.java = options.java();
        yieldingOptions.clear();
        yieldingOptions.addAll(options.yieldingOptions());
        jvmOptions.clear();
        jvmOptions.addAll(options.jvmOptions());
        hasCommonOptions = true;
        environment.clear();
        environment.putAll(options.environment());
        this.directory = options.directory();
        this.classPath = options.classPath();
        this.program = options.program();
        this.output = options.output();
        this.logLevel = options.logLevel() == levelFor(output) ? Optional.empty() : Optional.of(options.logLevel());
        this.daemon = options.daemon();
        this.endAtExit = options.endAtExit();
        this.endGrace = options.endGrace();
        this.startMethod = options.startMethod();
        this.debugPort = options.debugPort();
        this.reserve = options.reserve();
        this.reserveIdle = options.reserveIdle();
        return this;
    }

    /** The options without a function, for the constructor of a subclass of {@link ChildProcess}. */
    public ChildProcessOptions options() {
        return new ChildProcessOptions(
                name,
                java,
                yieldingOptions,
                allJvmOptions(),
                environment,
                directory,
                classPath,
                program,
                output,
                logLevel.orElse(levelFor(output)),
                daemon,
                endAtExit,
                endGrace,
                startMethod,
                debugPort,
                reserve,
                reserveIdle);
    }

    private List<String> allJvmOptions() {
        List<String> all = new ArrayList<>(
                hasCommonOptions ? List.of() : EnvironmentOptions.words(System.getProperty(JVM_OPTIONS, "")));
        all.addAll(jvmOptions);
        return all;
    }

    private static System.Logger.Level levelFor(Output output) {
        return output == Output.SLF4J ? System.Logger.Level.INFO : System.Logger.Level.OFF;
    }

    /** A child that is not started yet. */
    public ChildProcess build() {
        if (call == null) {
            throw new IllegalStateException(
                    "there is no function to run: use builder(function), or pass options() to a subclass");
        }
        return new ChildProcess(options(), call);
    }

    /** A started child. */
    public ChildProcess start() throws IOException {
        ChildProcess child = build();
        child.start();
        return child;
    }
}
