// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.queue.SharedQueue;
import io.ipcq.test.FaultKind;
import io.ipcq.test.FaultPoints;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.LoggerFactory;

/**
 * What the workers do in which, or in whose parent, errors come up. Each task leaves a mark, so that one that is run
 * twice is found out.
 */
final class PoolFaultTasks {

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final int CRASHED = 17;

    private PoolFaultTasks() {}

    /** What a task is to do, and where it leaves its mark. */
    record Job(String mark, int n) implements Serializable {}

    private static void mark(String mark) {
        try {
            Files.write(Path.of(mark), new byte[1], StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int square(String mark, int n) {
        mark(mark);
        return n * n;
    }

    static int square(Job job) {
        return square(job.mark, job.n);
    }

    static int length(String mark, byte[] bytes) {
        mark(mark);
        return bytes.length;
    }

    static byte[] bytes(String mark, int count) {
        mark(mark);
        return new byte[count];
    }

    static int fail(String mark) {
        mark(mark);
        throw new IllegalArgumentException("as it should");
    }

    /** Cannot be read, by anybody. */
    private static final class Unreadable implements Serializable {

        private void readObject(ObjectInputStream in) throws ClassNotFoundException {
            throw new ClassNotFoundException("as it should");
        }
    }

    static Object unreadable(String mark) {
        mark(mark);
        return new Unreadable();
    }

    static int log(String mark) {
        mark(mark);
        LoggerFactory.getLogger(PoolFaultTasks.class).info("from a worker");
        return 1;
    }

    static int put(String mark, SharedQueue<String> queue) throws InterruptedException {
        mark(mark);
        queue.put("from a worker");
        return 1;
    }

    static void crash(String mark) {
        mark(mark);
        Runtime.getRuntime().halt(CRASHED);
    }

    static int crashOnce(String mark) {
        boolean again = Files.exists(Path.of(mark));
        mark(mark);
        if (!again) {
            Runtime.getRuntime().halt(CRASHED);
        }
        return 1;
    }

    /** Waits for a file; an interrupt ends it. */
    static int await(String mark, String file) throws InterruptedException {
        mark(mark);
        while (!Files.exists(Path.of(file))) {
            LockSupport.parkNanos(LOOK_NANOS);
            if (Thread.interrupted()) {
                throw new InterruptedException("as it should");
            }
        }
        return 1;
    }

    /** Waits for a file, whatever happens. */
    static int awaitStubbornly(String mark, String file) {
        mark(mark);
        while (!Files.exists(Path.of(file))) {
            LockSupport.parkNanos(LOOK_NANOS);
            Thread.interrupted();
        }
        return 1;
    }

    static int pair(Map.Entry<String, Integer> pair) {
        return square(pair.getKey(), pair.getValue());
    }

    // ---- errors in a worker -----------------------------------------------------------------------------------------

    static void arm(int n, FaultKind kind) {
        FaultPoints.arm(any -> true, n, kind);
    }

    static FaultPoints.Outcome disarm() {
        return FaultPoints.disarm();
    }
}
