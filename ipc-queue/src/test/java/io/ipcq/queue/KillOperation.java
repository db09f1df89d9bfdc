// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.io.IOException;

/** What a child process is in the middle of when it dies: prepared by the parent, run by the child. */
enum KillOperation {
    FIRST_PUT {
        @Override
        void run(Child child) throws Exception {
            child.put(1, 100);
        }
    },
    PUT {
        @Override
        void prepare(Parent parent) throws Exception {
            parent.put(3, 100);
        }

        @Override
        void warmUp(Child child) throws Exception {
            child.put(1, 100);
        }

        @Override
        void run(Child child) throws Exception {
            child.put(1, 100);
        }
    },
    PUT_BATCH {
        @Override
        void run(Child child) throws Exception {
            child.putAll(700);
        }
    },
    PUT_OVER_SEGMENTS {
        @Override
        void run(Child child) throws Exception {
            child.put(8, BIG);
        }
    },
    GET(1) {
        @Override
        void prepare(Parent parent) throws Exception {
            parent.put(3, 100);
        }

        @Override
        void run(Child child) throws Exception {
            child.get(2);
        }
    },
    GET_OVER_SEGMENTS(1) {
        @Override
        void prepare(Parent parent) throws Exception {
            parent.put(9, BIG);
        }

        @Override
        void run(Child child) throws Exception {
            child.get(8);
        }
    },
    RECEIVE_AND_ACK {
        @Override
        void prepare(Parent parent) throws Exception {
            parent.put(3, 100);
        }

        @Override
        void run(Child child) throws Exception {
            child.receiveAndAck(3);
        }
    },
    RECEIVE_OVER_SEGMENTS {
        @Override
        void prepare(Parent parent) throws Exception {
            parent.put(9, BIG);
        }

        @Override
        void run(Child child) throws Exception {
            child.receiveAndAck(8);
        }
    },
    NACK {
        @Override
        void prepare(Parent parent) throws Exception {
            parent.put(1, 100);
        }

        @Override
        void run(Child child) throws Exception {
            child.receive().nack();
        }
    },
    RECEIVE_AGAIN {
        @Override
        void prepare(Parent parent) throws Exception {
            parent.put(1, 100);
        }

        @Override
        void warmUp(Child child) throws Exception {
            child.receive().nack();
        }

        @Override
        void run(Child child) throws Exception {
            child.receiveAndAck(1);
        }
    },
    GET_RETURNED(1) {
        @Override
        void prepare(Parent parent) throws Exception {
            parent.put(3, 100);
        }

        @Override
        void warmUp(Child child) throws Exception {
            child.receive().nack();
        }

        @Override
        void run(Child child) throws Exception {
            child.get(1);
        }
    },
    DEAD_LETTER {
        @Override
        void prepare(Parent parent) throws Exception {
            parent.put(3, 100);
        }

        @Override
        void warmUp(Child child) throws Exception {
            child.receive().nack();
            child.receive().nack();
        }

        @Override
        void run(Child child) throws Exception {
            child.receive().nack();
        }
    },
    REAP {
        @Override
        void prepare(Parent parent) throws Exception {
            parent.put(1, 100);
            parent.receiveAndLeave(1);
        }

        @Override
        void warmUp(Child child) throws Exception {
            Thread.sleep(100); // leases of the dead are looked for now and then only
        }

        @Override
        void run(Child child) throws Exception {
            child.receiveAndAck(1);
        }
    },
    REAP_TO_DEAD_LETTERS {
        @Override
        void prepare(Parent parent) throws Exception {
            parent.put(2, 100);
            for (int i = 0; i < MAX_ATTEMPTS; i++) {
                parent.receiveAndLeave(1);
            }
        }

        @Override
        void warmUp(Child child) throws Exception {
            Thread.sleep(100);
        }

        @Override
        void run(Child child) throws Exception {
            child.receiveAndAck(1);
        }
    },
    SHUTDOWN {
        @Override
        void prepare(Parent parent) throws Exception {
            parent.put(3, 100);
        }

        @Override
        void run(Child child) {
            child.queue().shutdown();
        }
    },
    /** Alone on the queue, so that opening it repairs it: dies within the repair, too. */
    OPEN_AND_REPAIR(1) {
        @Override
        void prepare(Parent parent) throws Exception {
            parent.put(3, 100);
            parent.receiveAndLeave(1);
            parent.leave();
        }

        @Override
        boolean opensInRun() {
            return true;
        }

        @Override
        void run(Child child) throws Exception {
            child.open();
            child.put(1, 100);
            child.get(1);
        }
    },
    CLOSE {
        @Override
        void prepare(Parent parent) throws Exception {
            parent.put(3, 100);
        }

        @Override
        void warmUp(Child child) throws Exception {
            child.put(1, 100);
            child.receiveAndAck(1);
        }

        @Override
        void run(Child child) {
            child.queue().close();
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
        void run(Child child) throws Exception {
            child.create();
        }
    },
    DELETE {
        @Override
        void prepare(Parent parent) throws Exception {
            parent.leave();
        }

        @Override
        void warmUp(Child child) throws Exception {
            child.putUnwritten();
        }

        @Override
        void run(Child child) {
            child.queue().delete();
        }
    };

    static final int BIG = 300_000;
    static final int MAX_ATTEMPTS = 3;

    /** What the parent can do beforehand. */
    interface Parent {
        void put(int count, int fillerBytes) throws Exception;

        /** Receives through a handle of its own and leaves without a word: for the others, its member has died. */
        void receiveAndLeave(int count) throws Exception;

        void leave();
    }

    /** What the child can do, with its ledger kept. */
    interface Child {
        DurableQueue<byte[]> queue();

        void open() throws IOException;

        void create() throws IOException;

        void put(int count, int fillerBytes) throws Exception;

        void putAll(int count) throws Exception;

        void putUnwritten() throws Exception;

        void get(int count) throws Exception;

        Delivery<byte[]> receive() throws Exception;

        void receiveAndAck(int count) throws Exception;
    }

    final int lossesAllowed;

    KillOperation() {
        this(0);
    }

    KillOperation(int lossesAllowed) {
        this.lossesAllowed = lossesAllowed;
    }

    void prepare(Parent parent) throws Exception {}

    void warmUp(Child child) throws Exception {}

    abstract void run(Child child) throws Exception;

    boolean createdByParent() {
        return true;
    }

    boolean opensInRun() {
        return false;
    }

    static DurableQueueBuilder<byte[]> builder() {
        return DurableQueue.builder(byte[].class)
                .segmentBytes(1 << 20)
                .maxElementBytes(1 << 20)
                .maxLeases(64)
                .maxAttempts(MAX_ATTEMPTS);
    }
}
