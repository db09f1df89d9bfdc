// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.IpcException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A worker's JVM ended while it held a task. Only this task is affected, and the worker was replaced. Effects that the
 * task had before are not undone.
 */
public final class WorkerCrashedException extends IpcException {

    private static final long serialVersionUID = 1L;

    private final String task;
    private final String worker;
    private final long pid;
    private final int exitCode;
    private final ArrayList<String> lastErrorLines;
    private final @Nullable String crashReport;

    WorkerCrashedException(String task, int attempts, Obituary obituary) {
        super(
                "a worker ended while it held a task: " + obituary.describe() + ", task=" + task
                        + (attempts > 1 ? ", attempts=" + attempts : ""),
                null);
        this.task = task;
        this.worker = obituary.worker();
        this.pid = obituary.pid();
        this.exitCode = obituary.exitCode();
        this.lastErrorLines = new ArrayList<>(obituary.lastErrorLines());
        this.crashReport = obituary.crashReport().map(Path::toString).orElse(null);
    }

    /** The task that the worker held: its number in the pool, and its function. */
    public String task() {
        return task;
    }

    /** The name of the worker. */
    public String worker() {
        return worker;
    }

    /** The process id that the worker had. */
    public long pid() {
        return pid;
    }

    /** The worker's exit code, or {@code -n} if signal {@code n} killed it. */
    public int exitCode() {
        return exitCode;
    }

    /**
     * The last lines that the worker wrote to standard error, or to standard output if there are none. Known only if
     * the pool forwards the output.
     */
    public List<String> lastErrorLines() {
        return List.copyOf(lastErrorLines);
    }

    /** The file in which the JVM reports why it crashed; empty if there is none. */
    public Optional<Path> crashReport() {
        return Optional.ofNullable(crashReport).map(Path::of);
    }
}
