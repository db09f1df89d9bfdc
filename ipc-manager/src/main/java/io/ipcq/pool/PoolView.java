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
 * A pool of any program of this user as it showed itself a moment ago: what {@code ipcq pool ls} and {@code show}
 * print.
 *
 * <p>A program writes this down five times a second, in a file of its own, and nothing is asked of it: so a pool can be
 * seen whose program is stopped, and what is seen is as old as {@link #seen} says. Names are text of others.
 *
 * <p>Thread-safe: immutable. Process-safe: who looks writes nothing, and no pool works slower for being looked at.
 * Survives a crash: a program that is dead has no pools.
 *
 * @param pid of the program
 * @param name the pool's name
 * @param started when the pool was made
 * @param seen when the program wrote this down
 * @param shutdown whether the pool takes no more tasks
 * @param stats its counts
 * @param workers its workers, as many of them as there is room for in the file: more than a pool of fixed size ever has
 */
public record PoolView(
        long pid, String name, Instant started, Instant seen, boolean shutdown, PoolStats stats, List<Worker> workers) {

    public PoolView {
        workers = List.copyOf(workers);
    }

    /**
     * A worker of it.
     *
     * @param name the worker's name
     * @param pid of its JVM; that of the program if it is a thread of that
     * @param state what it does
     * @param started when it was started
     * @param done how many tasks it has done; a chunk counts as one here
     * @param crashes how many workers before it in its place died while they held a task
     * @param task the number of the task that it works on; 0 if there is none
     * @param function what that task calls; empty if there is none
     * @param since when it was first seen at that task, a fifth of a second late at most
     * @param usual how long its tasks took of late
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

    /** The same for another place: the {@code java.io.tmpdir} of those programs. */
    public static List<PoolView> all(Path temporaryDirectory) throws IOException {
        List<PoolView> views = new ArrayList<>();
        for (Announcement.Found found : Announcement.all(temporaryDirectory, PoolLayout.FORMAT)) {
            long bytes = found.region().sizeBytes();
            try {
                if (bytes >= PoolLayout.bytes(0) && bytes <= PoolLayout.bytes(PoolFile.MOST_ROWS)) {
                    views.add(PoolFile.read(found.pid(), found.region()));
                }
            } catch (RuntimeException | InternalError damaged) {
                // as what is damaged otherwise: it is left out
            } finally {
                found.region().release(bytes);
            }
        }
        return views;
    }
}
