// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.RobustMutex;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One side's mutex: first among the threads of this JVM, who park for it, then among the processes. Whoever gets it from a dead
 * owner repairs what that left half done, before anything else.
 */
final class JournalMutex {

    /** Repairs what a dead owner left; may itself be cut short by a death, and is then run again. */
    @FunctionalInterface
    interface Repair {
        void run() throws Exception;
    }

    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final ReentrantLock threads = new ReentrantLock();
    private final RobustMutex processes;
    private final JournalQueue<?> queue;
    private final Repair repair;

    JournalMutex(RobustMutex processes, JournalQueue<?> queue, Repair repair) {
        this.processes = processes;
        this.queue = queue;
        this.repair = repair;
    }

    /** Locks without regard to interrupts; throws if the handle is closed in the meantime. */
    void lock() {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    lock(AbstractSharedQueue.FOREVER);
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Locks before the deadline; false if it passed. {@link AbstractSharedQueue#NOW} waits as long as the lock takes. */
    boolean lock(long deadline) throws InterruptedException {
        if (deadline == AbstractSharedQueue.NOW) {
            lock();
            return true;
        }
        // free, as it mostly is, it is locked without a look at the clock
        if (!threads.tryLock() && !lockThreads(patient(deadline))) {
            return false;
        }
        boolean locked = false;
        try {
            queue.requireOpen();
            locked = processes.tryLock() || lockProcesses(patient(deadline));
            return locked;
        } finally {
            if (!locked) {
                threads.unlock();
            }
        }
    }

    /** A short timeout is one for room or for an element, not for the mutex, which others hold for microseconds. */
    private static long patient(long deadline) {
        return Durations.atLeast(deadline, PATIENCE_NANOS);
    }

    private boolean lockThreads(long deadline) throws InterruptedException {
        if (deadline == AbstractSharedQueue.FOREVER) {
            threads.lockInterruptibly();
            return true;
        }
        return threads.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    private boolean lockProcesses(long deadline) throws InterruptedException {
        while (true) {
            queue.requireOpen();
            switch (processes.lock(Durations.atMost(deadline, PATIENCE_NANOS))) {
                case ACQUIRED -> {
                    return true;
                }
                case RECOVERED -> {
                    repair();
                    return true;
                }
                case TIMED_OUT -> {
                    if (Durations.hasPassed(deadline)) {
                        return false;
                    }
                }
            }
        }
    }

    private void repair() {
        boolean repaired = false;
        try {
            repair.run();
            repaired = true;
        } catch (Exception | InternalError | AssertionError e) {
            throw queue.storageFailed("what a dead process left could not be repaired", e);
        } finally {
            if (!repaired) {
                processes.abandon();
            }
        }
    }

    /** Unlocks; if what was to be done was not done whole, the next owner repairs first. */
    void unlock(boolean whole) {
        try {
            if (whole) {
                processes.unlock();
            } else {
                processes.abandon();
            }
        } finally {
            threads.unlock();
        }
    }

    /** Runs an action when no thread of this JVM is inside; whatever other processes do. */
    <T extends @Nullable Object> T betweenThreads(Supplier<T> action) {
        threads.lock();
        try {
            return action.get();
        } finally {
            threads.unlock();
        }
    }

    /** Makes the next owner repair first, as after a crash of the machine. */
    void demandRepair() {
        lock();
        unlock(false);
    }
}
