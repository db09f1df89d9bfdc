// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a child process is started, as {@link ChildProcessBuilder} put it together. Immutable.
 *
 * @param name the child's name; empty for {@code Process-N}
 * @param java the command that runs the child, or its home directory; empty for the one that runs this JVM
 * @param yieldingOptions options of the child's JVM that hold unless others of their kind are given
 * @param jvmOptions options of the child's JVM, after those that ipcq gives it, so they win
 * @param environment variables that are added to the parent's environment, or replace them
 * @param directory the working directory; empty for the parent's
 * @param classPath what the child loads classes from; empty for what the parent loads them from
 * @param program a class of the program whose classes the child needs; empty for that of the task
 * @param output where the child's output goes
 * @param logLevel log records of the child from this level on are passed on to the log of this process
 * @param daemon whether the child dies with its parent
 * @param endAtExit whether this process ends the child in order when it exits itself; else the child finds out
 * @param endGrace how long the child may go on then before it is ended
 * @param startMethod where the child's JVM comes from
 * @param debugPort the port of the first child that waits for a debugger; empty for what {@code -Dipcq.debug} says
 * @param reserve with {@link StartMethod#STANDBY}, how many JVMs with these options wait ahead
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

    public ChildProcessOptions {
        yieldingOptions = List.copyOf(yieldingOptions);
        jvmOptions = List.copyOf(jvmOptions);
        environment = Map.copyOf(environment);
        classPath = List.copyOf(classPath);
    }

    static ChildProcessOptions defaults() {
        return new ChildProcessBuilder(null).options();
    }
}
