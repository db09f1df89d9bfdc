// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.event.Events;
import io.ipcq.memory.Deadline;
import io.ipcq.memory.RobustMutex;
import io.ipcq.memory.RobustMutex.Acquisition;
import io.ipcq.memory.StackReserve;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One side's mutex: first among the threads of this JVM, who park for it, then among the processes. Whoever gets it
 * from a dead owner repairs what that left half done, before anything else.
 *
 * <p>An Error that comes out of {@code lock} says that nothing is locked, and none comes out of {@code unlock} before
 * all is unlocked; see {@link RobustMutex}.
 */
final class JournalMutex {

    /** Repairs what a dead owner left; may itself be cut short by a death, and is then run again. */
    @FunctionalInterface
    interface Repair {
        void run() throws Exception;
    }

    @FunctionalInterface
    private interface Waiting {
        void run() throws InterruptedException;
    }

    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final ReentrantLock threads = new ReentrantLock();
    private final RobustMutex processes;
    private final JournalStore store;
    private final Repair repair;
    private final Waiting locking = () -> lock(Deadline.NEVER);

    JournalMutex(RobustMutex processes, JournalStore store, Repair repair) {
        this.processes = processes;
        this.store = store;
        this.repair = repair;
    }

    /** Locks without regard to interrupts; throws if the handle is closed in the meantime. */
    void lock() {
        uninterruptibly(locking);
    }

    private static void uninterruptibly(Waiting waiting) {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    waiting.run();
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

    /**
     * Locks before the deadline; false if it passed. {@link Deadline#NOW} waits as long as the lock takes.
     */
    boolean lock(long deadline) throws InterruptedException {
        if (deadline == Deadline.NOW) {
            lock();
            return true;
        }
        StackReserve.require();
        boolean locked = false;
        try {
            // free, as they mostly are, they are locked without a look at the clock
            if (threads.tryLock() || lockThreads(patient(deadline))) {
                store.requireOpen();
                locked = processes.tryLock() || lockProcesses(patient(deadline));
            }
            return locked;
        } finally {
            if (!locked && threads.isHeldByCurrentThread()) {
                unlock(false);
            }
        }
    }

    /** A short timeout is one for room or for an element, not for the mutex, which others hold for microseconds. */
    private static long patient(long deadline) {
        return Deadline.atLeast(deadline, PATIENCE_NANOS);
    }

    /** In naps: a thread that unlocks with its stack used up wakes nobody. */
    private boolean lockThreads(long deadline) throws InterruptedException {
        while (true) {
            long nap = Deadline.remainingNanos(Deadline.atMost(deadline, PATIENCE_NANOS));
            if (threads.tryLock(nap, TimeUnit.NANOSECONDS)) {
                return true;
            }
            if (Deadline.hasPassed(deadline)) {
                return false;
            }
        }
    }

    private boolean lockProcesses(long deadline) throws InterruptedException {
        if (processes.isHeldByMe()) {
            // by a thread that could not leave it, as this one has `threads`
            processes.abandon();
        }
        Acquisition acquisition;
        do {
            store.requireOpen();
            acquisition = processes.lock(Deadline.atMost(deadline, PATIENCE_NANOS));
        } while (acquisition == Acquisition.TIMED_OUT && !Deadline.hasPassed(deadline));
        if (acquisition == Acquisition.RECOVERED) {
            repair();
        }
        return acquisition != Acquisition.TIMED_OUT;
    }

    private void repair() {
        try {
            repair.run();
        } catch (Exception | InternalError | AssertionError e) {
            throw store.storageFailed("what a dead process left could not be repaired", e);
        }
        if (processes.predecessor() != QueueSnapshot.ABANDONED) {
            Events.takeover(store.directory(), processes.predecessor());
        }
    }

    /** Unlocks; if what was to be done was not done whole, the next owner repairs first. */
    void unlock(boolean whole) {
        boolean unlocked = false;
        try {
            if (whole) {
                processes.unlock();
                unlocked = true;
            }
        } finally {
            try {
                if (!unlocked) {
                    processes.abandon();
                }
            } finally {
                threads.unlock();
            }
        }
    }

    /** Runs an action when no thread of this JVM is inside; whatever other processes do. */
    <T extends @Nullable Object> T betweenThreads(Supplier<T> action) {
        StackReserve.require();
        try {
            uninterruptibly(() -> lockThreads(Deadline.NEVER));
            return action.get();
        } finally {
            if (threads.isHeldByCurrentThread()) {
                threads.unlock();
            }
        }
    }

    /** Makes the next owner repair first, as after a crash of the machine. */
    void demandRepair() {
        lock();
        unlock(false);
    }
}
