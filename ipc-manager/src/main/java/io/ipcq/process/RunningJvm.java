// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.memory.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A child's JVM from its start to after its end, with the threads that pass on its output. */
final class RunningJvm {

    /** The longest pause between two checks whether the child has begun. */
    private static final long LONGEST_PAUSE_MILLIS = 20;

    private final Process process;
    private final List<LinePump> pumps;
    private final @Nullable LogReceiver logs;

    /** Counted down when the JVM has ended and a task that it did not read is deleted. */
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Completes after {@link #ended}, so that no waiting thread is delayed by code that depends on this future. */
    private final CompletableFuture<Process> exit = new CompletableFuture<>();

    private final Path file;

    /** The class loader that knows the classes of the exceptions that the child may throw. */
    private final ClassLoader program;

    /**
     * The exception that the child threw, serialized; null if none has arrived. Known once {@link #ended} is counted
     * down.
     */
    private byte @Nullable [] thrown;

    /** The signal by which this process told the child to end while it was alive; 0 for none. */
    private volatile int told;

    /** Whether the child ended before it read its task. Known once the task is deleted. */
    private volatile boolean endedUnread;

    private RunningJvm(Task task, Process process, List<LinePump> pumps, Path file) {
        this.process = process;
        this.pumps = pumps;
        this.logs = task.logs();
        this.file = file;
        this.program = ChildClassPath.loaderOf(task.code());
    }

    private void ended() {
        try {
            tidyUp();
        } finally {
            ended.countDown();
            try {
                awaitLastOutput();
            } catch (InterruptedException notOurs) {
                // nobody has a reason to interrupt the thread that watches, and it is at its end
            } finally {
                exit.complete(process);
            }
        }
    }

    private void awaitLastOutput() throws InterruptedException {
        for (LinePump pump : pumps) {
            pump.awaitEnd();
        }
        if (logs != null) {
            logs.awaitEnd();
        }
    }

    private void tidyUp() {
        endedUnread |= Files.exists(file); // also if this is done again
        TaskPaths.deleteQuietly(file);
        if (thrown == null) {
            thrown = ThrownFile.take(file);
        }
        GroupSignals.forget(file);
        LiveChildren.ended();
        if (logs != null) {
            logs.end();
        }
    }

    static RunningJvm start(Task task, ChildProcessOptions options) throws IOException {
        if (ChildThread.isWanted(options)) {
            return begin(task, options, file -> ChildThread.start(task, file));
        }
        LogReceiver logs = LogReceiver.of(task.name(), options.logLevel());
        RunningJvm started = null;
        try {
            started = startJvm(task.sendingLogsTo(logs), options);
            return started;
        } finally {
            if (started == null && logs != null) {
                logs.close();
            }
        }
    }

    private static RunningJvm startJvm(Task task, ChildProcessOptions options) throws IOException {
        OptionalInt debugPort = DebugPort.of(options.debugPort());
        if (options.startMethod() == StartMethod.STANDBY && options.daemon() && debugPort.isEmpty()) {
            StandbyJvm waited = StandbyReserve.give(task, options);
            if (waited != null) {
                return of(task, waited.process(), options.output(), waited.taskFile(), waited::whenEnded);
            }
        }
        Launch launch = Launch.of(task, options);
        if (debugPort.isEmpty()) {
            return begin(task, options, file -> JvmLauncher.launch(launch, file));
        }
        int port = debugPort.getAsInt();
        return begin(
                task,
                options,
                file -> DebuggedJvms.start(port, task.name(), launch, debugged -> JvmLauncher.launch(debugged, file)));
    }

    /** Starts a process that is given the file of its task. */
    private interface Start {
        Process with(Path file) throws IOException;
    }

    private static RunningJvm begin(Task task, ChildProcessOptions options, Start start) throws IOException {
        Path file = TaskFile.write(task);
        try {
            Process process = start.with(file);
            return of(task, process, options.output(), file, told -> ExitWatch.start(process, task.name(), told));
        } catch (Throwable failed) {
            TaskPaths.deleteQuietly(file);
            throw failed;
        }
    }

    /**
     * A JVM that has been given its task, or is about to read it. If it cannot be watched, it is killed.
     *
     * @param watch has its argument run once the process has ended
     */
    private static RunningJvm of(Task task, Process process, Output output, Path file, Consumer<Runnable> watch) {
        try {
            RunningJvm jvm = new RunningJvm(task, process, pumps(task.name(), process, output), file);
            jvm.pumps.forEach(Thread::start);
            if (jvm.logs != null) {
                jvm.logs.start();
            }
            watch.accept(jvm::ended);
            return jvm;
        } catch (Throwable failed) {
            process.destroyForcibly();
            throw failed;
        }
    }

    private static List<LinePump> pumps(String name, Process process, Output output) {
        return output.isPiped()
                ? List.of(
                        new LinePump(name, process.getInputStream(), LineSink.ofOutput(name, output)),
                        new LinePump(name, process.getErrorStream(), LineSink.ofErrors(name, output)))
                : List.of();
    }

    long pid() {
        return process.pid();
    }

    /** Whether the child is a thread of this JVM, and so ends with this JVM. */
    boolean isThread() {
        return process instanceof ChildThread;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Whether the child has read its task. It deletes the task when it has read it. */
    boolean hasBegun() {
        // in this order, because endedUnread is set before the task is deleted
        return !Files.exists(file) && !endedUnread;
    }

    /**
     * Waits until the child has read its task, and checks at growing intervals. False if the child has ended without
     * reading it.
     */
    boolean awaitBegun() throws InterruptedException {
        long pauseMillis = 1;
        while (!hasBegun() && !ended.await(pauseMillis, TimeUnit.MILLISECONDS)) {
            pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        }
        return hasBegun();
    }

    /** How the child ended. To be called only when it is not alive any more. */
    ExitStatus exitStatus() {
        return told != 0 && !hasBegun()
                ? ExitStatus.ofToldWhileStarting(process.exitValue(), told)
                : ExitStatus.of(process.exitValue());
    }

    /** Waits for the end and for the last lines of output; false if the child still runs after {@code nanos}. */
    boolean join(long nanos) throws InterruptedException {
        if (!ended.await(nanos, TimeUnit.NANOSECONDS)) {
            return false;
        }
        awaitLastOutput();
        return true;
    }

    /**
     * The exception that the child threw; null if none has arrived that can be rebuilt here. To be called only after
     * {@link #join}.
     */
    @Nullable
    Throwable thrown() {
        byte[] bytes = thrown;
        return bytes == null ? null : ThrownFile.read(bytes, program);
    }

    /**
     * The last lines of standard error, or of standard output if there are none. For a JVM that could not start, the
     * last lines of both, because it prints the reason on one stream and warnings on the other.
     */
    List<String> lastErrorLines() {
        if (pumps.isEmpty()) {
            return List.of();
        }
        List<String> output = pumps.get(0).lastLines();
        List<String> errors = pumps.get(1).lastLines();
        if (errors.isEmpty()) {
            return output;
        }
        return endedUnread ? Stream.concat(output.stream(), errors.stream()).toList() : errors;
    }

    void terminate() {
        if (process.isAlive()) {
            allow(GroupSignals.TERM);
            told = ExitStatus.SIGTERM;
        }
        process.destroy();
    }

    void interrupt() {
        if (process instanceof ChildThread thread) {
            thread.interrupt();
        } else if (process.isAlive()) {
            allow(GroupSignals.INT);
            if (Signals.interrupt(process.pid())) {
                told = ExitStatus.SIGINT;
            }
        }
    }

    private void allow(String signal) {
        if (!isThread()) {
            GroupSignals.allow(file, signal);
        }
    }

    void kill() {
        process.destroyForcibly();
    }

    CompletableFuture<Process> onExit() {
        return exit.copy();
    }
}
