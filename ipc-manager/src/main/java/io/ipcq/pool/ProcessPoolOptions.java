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
 * The options of a pool, made by {@link ProcessPoolBuilder}. Immutable.
 *
 * @param name the pool's name; empty for {@code pool-N}
 * @param workers the number of workers
 * @param maxTasksPerWorker the number of tasks after which a worker is replaced
 * @param maxWorkerHeap the largest heap of a worker, written as in {@code -Xmx}
 * @param taskTimeout how long a task may run
 * @param killAfter how long a task that was cancelled or timed out may go on after the interrupt
 * @param endAtExit whether the pool acts when this JVM ends
 * @param endGrace how long tasks may go on when this JVM ends; empty for as long as they need
 * @param retries how often a task is run again if its worker died
 * @param maxCrashesPerTask the number of dead workers after which a task is given up in spite of retries
 * @param chunkSize how many elements of a {@code map} make one task; empty for a size that depends on their number
 * @param window how many chunks {@code imap} has in flight for each worker
 * @param restartBackOff the pause before a worker is started again after a failed start; it doubles with each failure
 * @param maxRestartBackOff the longest such pause
 * @param java the command that runs the workers, or its home directory; empty for the one that runs this JVM
 * @param jvmOptions options of the workers' JVMs
 * @param environment variables that are added to the environment
 * @param classPath the class path of the workers; empty for the parent's
 * @param program a class of the program whose classes the workers need
 * @param directory the working directory of the workers; empty for the parent's
 * @param output where the workers' output goes
 * @param debugPort the port of the first worker that waits for a debugger; empty for what {@code -Dipcq.debug} says
 * @param logLevel log records from this level on are passed on to the parent
 * @param progress the listener that is told the progress of the pool
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
