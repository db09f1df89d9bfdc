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
 * <p>Not thread-safe. Process-safe: it concerns this process only.
 */
public final class ChildProcessBuilder {

    private static final Pattern HEAP = Pattern.compile("[1-9][0-9]*[kKmMgGtT]?");

    /**
     * {@code false} leaves the end of children and pools to the program, as their builders' {@code endAtExit(false)}
     * does.
     */
    private static final String END_AT_EXIT = "ipcq.endAtExit";

    /** JVM options of all children, before those that the program gives. */
    private static final String JVM_OPTIONS = "ipcq.child.jvmOptions";

    private static final int DEFAULT_RESERVE = 2;
    private static final Duration DEFAULT_RESERVE_IDLE = Duration.ofMinutes(1);

    /** What a JVM may take from its start until it waits, on a machine that has much else to do. */
    private static final Duration PREPARE_PATIENCE = Duration.ofSeconds(60);

    private final @Nullable FunctionCall call;
    private Optional<String> name = Optional.empty();
    private Optional<Path> java = Optional.empty();
    private final List<String> yieldingOptions = new ArrayList<>();
    private final List<String> jvmOptions = new ArrayList<>();

    /** Whether those that all children have are among them. */
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
     * Runs the child with another Java: a {@code java} command, or the directory of a JDK or JRE. It has to be of
     * version 17 or newer, which {@link #start} checks, and to know the class files of the program.
     */
    public ChildProcessBuilder java(Path commandOrHome) {
        this.java = Optional.of(commandOrHome);
        return this;
    }

    /**
     * Adds options of the child's JVM, such as {@code -XX:+UseSerialGC}. A later one wins over an earlier one. Those of
     * {@code -Dipcq.child.jvmOptions="..."}, which all children have, and their children, come first.
     */
    public ChildProcessBuilder jvmOptions(String... options) {
        jvmOptions.addAll(List.of(options));
        return this;
    }

    /**
     * Adds options of the child's JVM that hold unless {@link #jvmOptions} or the environment has one of the same kind:
     * a collector yields to another collector, a size of the heap to another one.
     */
    public ChildProcessBuilder yieldingOptions(String... options) {
        yieldingOptions.addAll(List.of(options));
        return this;
    }

    /**
     * The largest heap of the child, in the words of {@code -Xmx}: {@code 512m}, {@code 2g}. By default the JVM
     * decides.
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

    /** The working directory of the child; that of this process unless set. */
    public ChildProcessBuilder directory(Path directory) {
        this.directory = Optional.of(directory);
        return this;
    }

    /** What the child loads classes from, instead of the parent's class path. It has to contain ipcq. */
    public ChildProcessBuilder classPath(List<Path> classPath) {
        this.classPath = List.copyOf(classPath);
        return this;
    }

    /**
     * A class of the program whose classes the child needs, by default that of the function. Where it was loaded from,
     * the child loads from, too. If it is in no file, as in {@code java Program.java} and in jshell, the child gets a
     * copy of it, and of what it needs.
     */
    public ChildProcessBuilder program(Class<?> program) {
        this.program = Optional.of(program);
        return this;
    }

    /** Where its output goes; {@link Output} says what the default is. */
    public ChildProcessBuilder output(Output output) {
        this.output = Objects.requireNonNull(output, "output");
        return this;
    }

    /**
     * Log records of the child (SLF4J, java.util.logging) from this level on are passed on to the log of this process,
     * as records: with level, logger, MDC, and what was thrown. By default INFO with {@link Output#SLF4J}, and else
     * none: the child then logs by itself.
     */
    public ChildProcessBuilder logLevel(System.Logger.Level level) {
        this.logLevel = Optional.of(level);
        return this;
    }

    /** Whether the child dies with its parent, which it does by default. */
    public ChildProcessBuilder daemon(boolean daemon) {
        this.daemon = daemon;
        return this;
    }

    /**
     * Whether this process terminates the child, which is a daemon, in a shutdown hook of its own; it does by default,
     * unless it runs with {@code -Dipcq.endAtExit=false}. Other hooks run at the same time. If they still need the
     * child, say false: it then goes on until this process is really gone, which it notices within half a second, and
     * halts.
     */
    public ChildProcessBuilder endAtExit(boolean endAtExit) {
        this.endAtExit = endAtExit;
        return this;
    }

    /**
     * How long that hook waits for the child to end by itself, or by another hook, before it terminates it; not at all
     * by default. So long the end of this process is delayed by a child that nobody ends.
     */
    public ChildProcessBuilder endGrace(Duration grace) {
        this.endGrace = grace;
        return this;
    }

    /** Where the child's JVM comes from: by default it is spawned. */
    public ChildProcessBuilder startMethod(StartMethod startMethod) {
        this.startMethod = Objects.requireNonNull(startMethod, "startMethod");
        return this;
    }

    /**
     * Has the child wait for a debugger before it begins, at this port of the local machine or the next one that is
     * free. Standard error says which. For all children of a process, and those of no other, {@code -Dipcq.debug=5005}
     * does the same. Until its debugger comes, a child does not notice that its parent was killed.
     */
    public ChildProcessBuilder debug(int port) {
        this.debugPort = OptionalInt.of(DebugPort.require(port));
        return this;
    }

    /**
     * With {@link StartMethod#STANDBY}, how many JVMs wait, from 1 to 64, by default 2, and how long each waits before
     * it ends if nobody needs it, by default a minute. The reserve belongs to this process, and to all children with
     * the same options.
     */
    public ChildProcessBuilder reserve(int jvms, Duration idle) {
        this.reserve = jvms;
        this.reserveIdle = idle;
        return this;
    }

    /**
     * Fills the reserve of {@link StartMethod#STANDBY} and waits until its JVMs wait. Without this the first start of a
     * child spawns its JVM, and fills the reserve beside it.
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
     * Sets all options to those of another child. What is set later replaces them one by one; JVM options and the
     * environment are added to.
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

    /** The options by themselves, for the constructor of a subclass of {@link ChildProcess}. */
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
