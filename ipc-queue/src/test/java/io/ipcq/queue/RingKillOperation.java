// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What a process that uses a ring is in the middle of when it dies: prepared by the parent, run by the child. */
enum RingKillOperation {
    PUT(parent -> parent.put(3, 100), child -> child.put(2, 100)),
    /** With a padding before it. */
    PUT_OVER_END(RingKillOperation::goNearEnd, child -> child.put(1, RingKillOperation.BIG)),
    /** Of more than is allocated so far. */
    PUT_AND_ALLOCATE(parent -> {}, child -> child.put(3, RingKillOperation.BIG)),
    /** After one that died behind its last stamp: dies within the repair, too. */
    PUT_AND_REPAIR(RingKillOperation::dieInPut, child -> child.put(1, 100)),
    PUT_BATCH(parent -> {}, child -> child.putAll(20, 10)),
    /** One that goes round a small ring while a thread takes. */
    PUT_BATCH_AROUND(
            parent -> {},
            child -> {
                Thread other = new Thread(() -> child.drainUntilShutdown(RingKillOperation.FEW));
                other.start();
                child.putAll(60, 100);
                child.queue().shutdown();
                other.join();
            },
            RingKillOperation.FEW),
    /** Waits in a full ring until a thread makes room. */
    PUT_WAITING(
            parent -> parent.put(RingKillOperation.FILLING, RingKillOperation.BIG),
            child -> {
                Thread other = inAWhile(() -> child.get(2));
                child.put(1, RingKillOperation.BIG);
                other.join();
            },
            2),
    GET(parent -> parent.put(3, 100), child -> child.get(2), 1),
    GET_OVER_END(
            parent -> {
                goNearEnd(parent);
                parent.put(1, RingKillOperation.BIG);
            },
            child -> child.get(1),
            1),
    /** Waits in an empty ring until a thread puts. */
    GET_WAITING(
            parent -> {},
            child -> {
                Thread other = inAWhile(() -> child.put(1, 100));
                child.get(1);
                other.join();
            },
            1),
    DRAIN(parent -> parent.put(20, 100), child -> child.drain(10), 10),
    TASK_DONE(
            parent -> parent.put(1, 100),
            child -> {
                child.get(1);
                child.queue().taskDone();
            },
            1),
    SHUTDOWN(parent -> parent.put(3, 100), child -> child.queue().shutdown()),
    OPEN(
            parent -> {
                parent.put(3, 100);
                parent.leave();
            },
            child -> {
                child.open();
                child.put(1, 100);
            }),
    CREATE(parent -> {}, child -> {
        child.create();
        child.put(1, 100);
    }),
    CLOSE(parent -> {}, child -> {
        child.put(1, 100);
        child.leave();
    }),
    DELETE(RingUser::leave, child -> child.queue().delete());

    static final int BIG = 60_000;
    private static final int FEW = 5;
    /** Elements of {@link #BIG} that fill the ring. */
    private static final int FILLING = 4;

    /** What one of the two does. */
    @FunctionalInterface
    interface Step {
        void run(RingUser user) throws Exception;
    }

    /** Work for a thread that begins when the other one sleeps. */
    @FunctionalInterface
    private interface Work {
        void run() throws Exception;
    }

    @SuppressWarnings("ImmutableEnumChecker") // keeps no state
    final Step prepare;

    @SuppressWarnings("ImmutableEnumChecker") // keeps no state
    final Step run;

    final int lossesAllowed;

    RingKillOperation(Step prepare, Step run) {
        this(prepare, run, 0);
    }

    RingKillOperation(Step prepare, Step run, int lossesAllowed) {
        this.prepare = prepare;
        this.run = run;
        this.lossesAllowed = lossesAllowed;
    }

    int capacityBytes() {
        return this == PUT_BATCH_AROUND ? 4 << 10 : 256 << 10;
    }

    boolean createdByParent() {
        return this != CREATE;
    }

    boolean opensInRun() {
        return this == OPEN || this == CREATE;
    }

    /** Leaves elements in the last bytes of the ring. */
    private static void goNearEnd(RingUser user) throws Exception {
        user.put(FILLING, BIG);
        user.get(FILLING);
        user.put(3, 100);
    }

    private static void dieInPut(RingUser user) throws Exception {
        user.put(3, 100);
        user.leaveAsIfDeadInPut();
    }

    private static Thread inAWhile(Work work) {
        Thread thread = new Thread(() -> {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            try {
                work.run();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
