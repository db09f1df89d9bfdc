// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.process.ChildProcess;
import io.ipcq.process.Output;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Options of a pool, as {@link ProcessPoolBuilder} put them together. Immutable.
 *
 * @param name the pool's name; empty for {@code pool-N}
 * @param workers how many JVMs work
 * @param maxTasksPerWorker after how many tasks a worker is replaced
 * @param maxWorkerHeap the largest heap of a worker, in the words of {@code -Xmx}
 * @param taskTimeout how long a task may run
 * @param killAfter what a task that is cancelled or out of time is granted after it was interrupted
 * @param endAtExit whether the pool does something of its own when this JVM ends
 * @param endGrace how long tasks may go on when this JVM ends; empty for as long as they need
 * @param retries how often a task is run again whose worker died
 * @param maxCrashesPerTask with how many dead workers a task is given up in spite of retries
 * @param chunkSize how many elements of a {@code map} make one task; empty for a size by their number
 * @param window how many chunks {@code imap} has in flight for each worker
 * @param restartBackOff the pause before a start that follows one that failed; doubled with each
 * @param maxRestartBackOff the longest such pause
 * @param java the command that runs the workers, or its home directory; empty for the one that runs this JVM
 * @param jvmOptions options of the workers' JVMs
 * @param environment variables that are added to the environment
 * @param classPath what workers load classes from; empty for what the parent loads them from
 * @param program a class of the program whose classes the workers need
 * @param directory the working directory of the workers; empty for the parent's
 * @param output where their output goes
 * @param debugPort the port of the first worker that waits for a debugger; empty for what {@code -Dipcq.debug} says
 * @param logLevel log records from this level on are passed on to the parent
 * @param progress who is told how far the pool is
 */
public record ProcessPoolOptions(
        Optional<String> name,
        int workers,
        int maxTasksPerWorker,
        Optional<String> maxWorkerHeap,
        Optional<Duration> taskTimeout,
        Duration killAfter,
        boolean endAtExit,
        Optional<Duration> endGrace,
        int retries,
        int maxCrashesPerTask,
        Optional<Integer> chunkSize,
        int window,
        Duration restartBackOff,
        Duration maxRestartBackOff,
        Optional<Path> java,
        List<String> jvmOptions,
        Map<String, String> environment,
        List<Path> classPath,
        Optional<Class<?>> program,
        Optional<Path> directory,
        Output output,
        OptionalInt debugPort,
        System.Logger.Level logLevel,
        Optional<ProgressListener> progress) {

    private static final Pattern HEAP = Pattern.compile("[1-9][0-9]*[kKmMgGtT]?");

    /** @throws IllegalArgumentException if an option is out of its range */
    public ProcessPoolOptions {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(java, "java");
        Objects.requireNonNull(program, "program");
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(output, "output");
        Objects.requireNonNull(debugPort, "debugPort")
                .ifPresent(port -> ChildProcess.builder().debug(port));
        Objects.requireNonNull(logLevel, "logLevel");
        Objects.requireNonNull(progress, "progress");
        requireAtLeast("workers", workers, 1);
        requireAtLeast("maxTasksPerWorker", maxTasksPerWorker, 1);
        requireAtLeast("retries", retries, 0);
        requireAtLeast("maxCrashesPerTask", maxCrashesPerTask, 1);
        Objects.requireNonNull(chunkSize, "chunkSize").ifPresent(elements -> requireAtLeast("chunkSize", elements, 1));
        requireAtLeast("window", window, 1);
        Objects.requireNonNull(taskTimeout, "taskTimeout").ifPresent(time -> requirePositive("taskTimeout", time));
        requirePositive("restartBackOff", restartBackOff);
        requirePositive("maxRestartBackOff", maxRestartBackOff);
        requireNotNegative("killAfter", killAfter);
        Objects.requireNonNull(endGrace, "endGrace").ifPresent(time -> requireNotNegative("endGrace", time));
        Objects.requireNonNull(maxWorkerHeap, "maxWorkerHeap").ifPresent(ProcessPoolOptions::requireHeap);
        Objects.requireNonNull(jvmOptions, "jvmOptions");
        Objects.requireNonNull(environment, "environment");
        Objects.requireNonNull(classPath, "classPath");
        jvmOptions = List.copyOf(jvmOptions);
        environment = Map.copyOf(environment);
        classPath = List.copyOf(classPath);
    }

    private static void requireAtLeast(String name, int value, int min) {
        if (value < min) {
            throw new IllegalArgumentException(name + " must be at least " + min + ": " + name + "=" + value);
        }
    }

    private static void requirePositive(String name, Duration value) {
        if (Objects.requireNonNull(value, name).isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive: " + name + "=" + value);
        }
    }

    private static void requireNotNegative(String name, Duration value) {
        if (Objects.requireNonNull(value, name).isNegative()) {
            throw new IllegalArgumentException(name + " must not be negative: " + name + "=" + value);
        }
    }

    private static void requireHeap(String size) {
        if (!HEAP.matcher(size).matches()) {
            throw new IllegalArgumentException(
                    "maxWorkerHeap must be a number with k, m, g or t: maxWorkerHeap=" + size);
        }
    }
}
