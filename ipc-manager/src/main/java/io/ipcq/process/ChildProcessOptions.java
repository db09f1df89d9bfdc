// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.Log;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The options of a child process, made by {@link ChildProcessBuilder}. Immutable.
 *
 * @param name the child's name; empty for {@code Process-N}
 * @param java the command that runs the child, or its home directory; empty for the one that runs this JVM
 * @param yieldingOptions options of the child's JVM that hold unless others of their kind are given
 * @param jvmOptions options of the child's JVM; they come after those that ipcq gives it, so they win
 * @param environment variables that are added to the parent's environment, or replace those of the same name
 * @param directory the working directory; empty for the parent's
 * @param classPath the class path of the child; empty for the parent's
 * @param program a class of the program whose classes the child needs; empty for the class of the task
 * @param output where the child's output goes
 * @param logLevel log records of the child from this level on are passed on to the log of this process
 * @param daemon whether the child ends with its parent
 * @param endAtExit whether this process terminates the child when it exits; otherwise the child notices the exit, and
 *     halts
 * @param endGrace how long the child may go on at the exit of this process before it is terminated
 * @param startMethod where the child's JVM comes from
 * @param debugPort the port of the first child that waits for a debugger; empty for what {@code -Dipcq.debug} says
 * @param reserve with {@link StartMethod#STANDBY}, how many JVMs with these options wait for tasks
 * @param reserveIdle how long such a JVM waits before it ends
 */
public record ChildProcessOptions(
        Optional<String> name,
        Optional<Path> java,
        List<String> yieldingOptions,
        List<String> jvmOptions,
        Map<String, String> environment,
        Optional<Path> directory,
        List<Path> classPath,
        Optional<Class<?>> program,
        Output output,
        System.Logger.Level logLevel,
        boolean daemon,
        boolean endAtExit,
        Duration endGrace,
        StartMethod startMethod,
        OptionalInt debugPort,
        int reserve,
        Duration reserveIdle) {

    private static final int MAX_RESERVE = 64;
    private static final Duration MAX_RESERVE_IDLE = Duration.ofDays(1);

    /** @throws IllegalArgumentException if an option is out of its range, or names something that does not exist */
    public ChildProcessOptions {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(java, "java").ifPresent(ChildJava::at);
        Objects.requireNonNull(directory, "directory").ifPresent(ChildProcessOptions::requireDirectory);
        Objects.requireNonNull(program, "program");
        Objects.requireNonNull(logLevel, "logLevel");
        Objects.requireNonNull(startMethod, "startMethod");
        Objects.requireNonNull(debugPort, "debugPort").ifPresent(DebugPort::require);
        if (Objects.requireNonNull(output, "output") == Output.SLF4J && !Log.isSlf4jThere()) {
            throw new IllegalArgumentException(
                    "output=SLF4J needs SLF4J, which is not on the class path: add the dependency"
                            + " org.slf4j:slf4j-api, or take another output, such as PREFIXED");
        }
        if (Objects.requireNonNull(endGrace, "endGrace").isNegative()) {
            throw new IllegalArgumentException("endGrace must not be negative: endGrace=" + endGrace);
        }
        if (reserve < 1 || reserve > MAX_RESERVE) {
            throw new IllegalArgumentException("reserve must be from 1 to " + MAX_RESERVE + ": reserve=" + reserve);
        }
        if (Objects.requireNonNull(reserveIdle, "reserveIdle").isNegative()
                || reserveIdle.isZero()
                || reserveIdle.compareTo(MAX_RESERVE_IDLE) > 0) {
            throw new IllegalArgumentException(
                    "reserveIdle must be positive, and a day at most: reserveIdle=" + reserveIdle);
        }
        Objects.requireNonNull(yieldingOptions, "yieldingOptions");
        Objects.requireNonNull(jvmOptions, "jvmOptions");
        Objects.requireNonNull(environment, "environment");
        Objects.requireNonNull(classPath, "classPath");
        yieldingOptions = List.copyOf(yieldingOptions);
        jvmOptions = List.copyOf(jvmOptions);
        environment = Map.copyOf(environment);
        classPath = List.copyOf(classPath);
    }

    private static void requireDirectory(Path path) {
        if (!Files.isDirectory(path)) {
            throw new IllegalArgumentException("directory must exist: directory=" + path);
        }
    }
}
