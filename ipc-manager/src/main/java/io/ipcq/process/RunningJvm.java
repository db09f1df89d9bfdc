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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A child's JVM from its start to after its end, with the threads that pass on its output. */
final class RunningJvm {

    /** Between two looks whether it has begun. */
    private static final long LONGEST_PAUSE_MILLIS = 20;

    private final Process process;
    private final List<LinePump> pumps;
    private final @Nullable LogReceiver logs;

    /** Open until the JVM has ended and a task that it did not come to read is deleted. */
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Completes after {@link #ended}, so it does not wait for what others do then. */
    private final CompletableFuture<Process> exit = new CompletableFuture<>();

    private final Path file;

    /** Knows the classes of what the child may throw. */
    private final ClassLoader program;

    /** What the child threw, if that has come; known when {@link #ended}. */
    private byte @Nullable [] thrown;

    /** The signal that told it to end while it was alive; 0 for none. */
    private volatile int told;

    /** It ended before it read its task; known when the task is deleted. */
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
                return of(task, waited.process(), options.output(), waited.taskFile());
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

    /** What is begun with the file of a task. */
    private interface Start {
        Process with(Path file) throws IOException;
    }

    private static RunningJvm begin(Task task, ChildProcessOptions options, Start start) throws IOException {
        Path file = TaskFile.write(task);
        try {
            return of(task, start.with(file), options.output(), file);
        } catch (Throwable failed) {
            TaskPaths.deleteQuietly(file);
            throw failed;
        }
    }

    /** A JVM that has been given its task, or is about to read it; ended if it cannot be watched. */
    private static RunningJvm of(Task task, Process process, Output output, Path file) {
        try {
            RunningJvm jvm = new RunningJvm(task, process, pumps(task.name(), process, output), file);
            jvm.pumps.forEach(Thread::start);
            if (jvm.logs != null) {
                jvm.logs.start();
            }
            ExitWatch.start(process, task.name(), jvm::ended);
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

    /** Whether it is a thread of this JVM, and ends with it. */
    boolean isThread() {
        return process instanceof ChildThread;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Whether it has read its task, which it deletes then. */
    boolean hasBegun() {
        // in this order: the task is deleted after the note that it was there
        return !Files.exists(file) && !endedUnread;
    }

    /** Waits until it has read its task, looking more and more seldom; false if it has ended without. */
    boolean awaitBegun() throws InterruptedException {
        long pauseMillis = 1;
        while (!hasBegun() && !ended.await(pauseMillis, TimeUnit.MILLISECONDS)) {
            pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        }
        return hasBegun();
    }

    /** How it ended; only once it is not alive. */
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

    /** What the child threw; null if nothing has come that can be made anew here. Only once it has been joined. */
    @Nullable
    Throwable thrown() {
        byte[] bytes = thrown;
        return bytes == null ? null : ThrownFile.read(bytes, program);
    }

    /**
     * Of a JVM that could not start, what it said on either stream: it tells the reason on one and warns on the other.
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
