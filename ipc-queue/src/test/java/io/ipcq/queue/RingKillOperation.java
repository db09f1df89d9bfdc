// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What a process that uses a ring is in the middle of when it dies: prepared by the parent, run by the child. */
enum RingKillOperation {
    PUT {
        @Override
        void prepare(RingUser parent) throws Exception {
            parent.put(3, 100);
        }

        @Override
        void run(RingUser child) throws Exception {
            child.put(2, 100);
        }
    },
    /** With a padding before it. */
    PUT_OVER_END {
        @Override
        void prepare(RingUser parent) throws Exception {
            goNearEnd(parent);
        }

        @Override
        void run(RingUser child) throws Exception {
            child.put(1, BIG);
        }
    },
    /** Of more than is allocated so far. */
    PUT_AND_ALLOCATE {
        @Override
        void run(RingUser child) throws Exception {
            child.put(3, BIG);
        }
    },
    /** After one that died behind its last stamp: dies within the repair, too. */
    PUT_AND_REPAIR {
        @Override
        void prepare(RingUser parent) throws Exception {
            parent.put(3, 100);
            parent.leaveAsIfDeadInPut();
        }

        @Override
        void run(RingUser child) throws Exception {
            child.put(1, 100);
        }
    },
    PUT_BATCH {
        @Override
        void run(RingUser child) throws Exception {
            child.putAll(20, 10);
        }
    },
    /** Waits in a full ring until a thread makes room. */
    PUT_WAITING(2) {
        @Override
        void prepare(RingUser parent) throws Exception {
            parent.put(FILLING, BIG);
        }

        @Override
        void run(RingUser child) throws Exception {
            inAWhile(() -> child.get(2));
            child.put(1, BIG);
        }
    },
    GET(1) {
        @Override
        void prepare(RingUser parent) throws Exception {
            parent.put(3, 100);
        }

        @Override
        void run(RingUser child) throws Exception {
            child.get(2);
        }
    },
    GET_OVER_END(1) {
        @Override
        void prepare(RingUser parent) throws Exception {
            goNearEnd(parent);
            parent.put(1, BIG);
        }

        @Override
        void run(RingUser child) throws Exception {
            child.get(1);
        }
    },
    /** Waits in an empty ring until a thread puts. */
    GET_WAITING(1) {
        @Override
        void run(RingUser child) throws Exception {
            inAWhile(() -> child.put(1, 100));
            child.get(1);
        }
    },
    DRAIN(10) {
        @Override
        void prepare(RingUser parent) throws Exception {
            parent.put(20, 100);
        }

        @Override
        void run(RingUser child) {
            child.drain(10);
        }
    },
    TASK_DONE(1) {
        @Override
        void prepare(RingUser parent) throws Exception {
            parent.put(1, 100);
        }

        @Override
        void run(RingUser child) throws Exception {
            child.get(1);
            child.queue().taskDone();
        }
    },
    SHUTDOWN {
        @Override
        void prepare(RingUser parent) throws Exception {
            parent.put(3, 100);
        }

        @Override
        void run(RingUser child) {
            child.queue().shutdown();
        }
    },
    OPEN {
        @Override
        void prepare(RingUser parent) throws Exception {
            parent.put(3, 100);
            parent.leave();
        }

        @Override
        boolean opensInRun() {
            return true;
        }

        @Override
        void run(RingUser child) throws Exception {
            child.open();
            child.put(1, 100);
        }
    },
    CREATE {
        @Override
        boolean createdByParent() {
            return false;
        }

        @Override
        boolean opensInRun() {
            return true;
        }

        @Override
        void run(RingUser child) throws Exception {
            child.create();
            child.put(1, 100);
        }
    },
    CLOSE {
        @Override
        void run(RingUser child) throws Exception {
            child.put(1, 100);
            child.leave();
        }
    },
    DELETE {
        @Override
        void prepare(RingUser parent) {
            parent.leave();
        }

        @Override
        void run(RingUser child) {
            child.queue().delete();
        }
    };

    static final int BIG = 60_000;
    /** Elements of {@link #BIG} that fill the ring. */
    private static final int FILLING = 4;

    /** Leaves elements in the last bytes of the ring. */
    private static void goNearEnd(RingUser user) throws Exception {
        user.put(FILLING, BIG);
        user.get(FILLING);
        user.put(3, 100);
    }

    /** Work for a thread that begins when the other one sleeps. */
    @FunctionalInterface
    private interface Work {
        void run() throws Exception;
    }

    private static void inAWhile(Work work) {
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
    }

    final int lossesAllowed;

    RingKillOperation() {
        this(0);
    }

    RingKillOperation(int lossesAllowed) {
        this.lossesAllowed = lossesAllowed;
    }

    void prepare(RingUser parent) throws Exception {}

    abstract void run(RingUser child) throws Exception;

    boolean createdByParent() {
        return true;
    }

    boolean opensInRun() {
        return false;
    }
}
