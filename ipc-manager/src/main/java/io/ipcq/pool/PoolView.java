// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.process.Announcement;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A recent state of a pool of any program of this user. {@code ipcq pool ls} and {@code show} print it.
 *
 * <p>A program writes its pools' states to a file of its own, five times a second. A reader does not ask the program.
 * So a pool can be seen even if its program is stopped, and the state is as old as {@link #seen} says. Names are text
 * that other programs chose.
 *
 * <p>Thread-safe: immutable. Process-safe: readers write nothing, and do not slow a pool down. Survives a crash: a dead
 * program has no pools.
 *
 * @param pid the process id of the program
 * @param name the pool's name
 * @param started when the pool was made
 * @param seen when the program wrote this state
 * @param shutdown whether the pool takes no more tasks
 * @param stats the counts of the pool
 * @param workers the workers of the pool, as many as fit into the file: more than a pool of fixed size ever has
 * @param crashes the last sixteen workers that ended and were not told to, the oldest one first
 */
public record PoolView(
        long pid,
        String name,
        Instant started,
        Instant seen,
        boolean shutdown,
        PoolStats stats,
        List<Worker> workers,
        List<Crash> crashes) {

    public PoolView {
        workers = List.copyOf(workers);
        crashes = List.copyOf(crashes);
    }

    /**
     * The end of a worker that nobody had told to end: it crashed, was killed from outside, or could not start.
     *
     * @param at when the pool noticed it
     * @param exitCode its exit code, or {@code -n} if signal {@code n} killed it
     */
    public record Crash(Instant at, int exitCode) {}

    /**
     * A worker of the pool.
     *
     * @param name the worker's name
     * @param pid the process id of its JVM; the program's if the worker is a thread of the program
     * @param state what it does
     * @param started when it was started
     * @param done how many tasks it has done; a chunk counts as one here
     * @param crashes how many earlier workers in its place died while they held a task
     * @param task the number of the task that it works on; 0 if there is none
     * @param function what that task calls; empty if there is none
     * @param since when it was first seen at that task, a fifth of a second late at most
     * @param usual how long the longest of about a hundred recent tasks took that call the same; zero if there is none
     */
    public record Worker(
            String name,
            long pid,
            State state,
            Instant started,
            long done,
            int crashes,
            long task,
            String function,
            Instant since,
            Duration usual) {

        /** What a worker does. */
        public enum State {
            STARTING,
            IDLE,
            BUSY,
            ENDING;

            @Override
            public String toString() {
                return name().toLowerCase(java.util.Locale.ROOT);
            }
        }

        Worker at(Instant earlier) {
            return new Worker(name, pid, state, started, done, crashes, task, function, earlier, usual);
        }

        boolean isAtTaskOf(Worker other) {
            return task != 0 && task == other.task && pid == other.pid;
        }
    }

    /** The pools of all living programs of this user that have the same place for temporary files as this one. */
    public static List<PoolView> all() throws IOException {
        return all(Announcement.defaultBase());
    }

    /** The same for programs with another {@code java.io.tmpdir}. */
    public static List<PoolView> all(Path temporaryDirectory) throws IOException {
        List<PoolView> views = new ArrayList<>();
        for (Announcement.Found found : Announcement.all(temporaryDirectory, PoolLayout.FORMAT)) {
            long bytes = found.region().sizeBytes();
            try {
                if (bytes >= PoolLayout.bytes(0) && bytes <= PoolLayout.bytes(PoolFile.MOST_ROWS)) {
                    views.add(PoolFile.read(found.pid(), found.region()));
                }
            } catch (RuntimeException | InternalError damaged) {
                // left out, as other damaged files are
            } finally {
                found.region().release(bytes);
            }
        }
        return views;
    }
}
