// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.io.IOException;
import java.time.Duration;

/** What a child process is in the middle of when it dies: prepared by the parent, run by the child. */
enum JournalKillOperation {
    FIRST_PUT(parent -> {}, child -> child.put(1, 100)),
    PUT(parent -> parent.put(3, 100), child -> child.put(1, 100), child -> child.put(1, 100)),
    PUT_BATCH(parent -> {}, child -> child.putAll(700)),
    PUT_OVER_SEGMENTS(parent -> {}, child -> child.put(8, JournalKillOperation.BIG)),
    GET(parent -> parent.put(3, 100), child -> child.get(2), 1),
    GET_OVER_SEGMENTS(parent -> parent.put(9, JournalKillOperation.BIG), child -> child.get(8), 1),
    RECEIVE_AND_ACK(parent -> parent.put(3, 100), child -> child.receiveAndAck(3)),
    RECEIVE_OVER_SEGMENTS(parent -> parent.put(9, JournalKillOperation.BIG), child -> child.receiveAndAck(8)),
    NACK(parent -> parent.put(1, 100), child -> child.receive().nack()),
    NACK_WITH_DELAY(parent -> parent.put(2, 100), child -> {
        child.receive().nack(Duration.ofMillis(20));
        child.receive().nack(Duration.ofMillis(10));
    }),
    /** Not written down: what was released is received with the same number of attempts again. */
    RELEASE(parent -> parent.put(1, 100), child -> child.queue().receive().release()),
    RECEIVE_AGAIN(parent -> parent.put(1, 100), child -> child.receive().nack(), child -> child.receiveAndAck(1)),
    GET_RETURNED(parent -> parent.put(3, 100), child -> child.receive().nack(), child -> child.get(1), 1),
    DEAD_LETTER(
            parent -> parent.put(3, 100),
            child -> {
                child.receive().nack();
                child.receive().nack();
            },
            child -> child.receive().nack()),
    REAP(
            parent -> {
                parent.put(1, 100);
                parent.receiveAndLeave(1);
            },
            JournalKillOperation::untilLeasesAreLookedAt,
            child -> child.receiveAndAck(1)),
    REAP_TO_DEAD_LETTERS(
            parent -> {
                parent.put(2, 100);
                for (int i = 0; i < JournalKillOperation.MAX_ATTEMPTS; i++) {
                    parent.receiveAndLeave(1);
                }
            },
            JournalKillOperation::untilLeasesAreLookedAt,
            child -> child.receiveAndAck(1)),
    REOPEN(
            parent -> {
                parent.put(3, 100);
                parent.shutdown();
            },
            child -> child.queue().reopen()),
    ALTER(parent -> parent.put(3, 100), child -> child.queue().alter(JournalKillOperation::altered)),
    SHUTDOWN(parent -> parent.put(3, 100), child -> child.queue().shutdown()),
    /** Alone on the queue, so that opening it repairs it: dies within the repair, too. */
    OPEN_AND_REPAIR(
            parent -> {
                parent.put(3, 100);
                parent.receiveAndLeave(1);
                parent.leave();
            },
            child -> {
                child.open();
                child.put(1, 100);
                child.get(1);
            },
            1),
    CLOSE(
            parent -> parent.put(3, 100),
            child -> {
                child.put(1, 100);
                child.receiveAndAck(1);
            },
            child -> child.queue().close()),
    CREATE(parent -> {}, Child::create),
    DELETE(Parent::leave, Child::putUnwritten, child -> child.queue().delete());

    static final int BIG = 300_000;
    static final int MAX_ATTEMPTS = 3;

    /** What the parent can do beforehand. */
    interface Parent {
        void put(int count, int fillerBytes) throws Exception;

        /** Receives through a handle of its own and leaves without a word: for the others, its member has died. */
        void receiveAndLeave(int count) throws Exception;

        void leave();

        void shutdown();
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

    /** Something that the parent, or the child, does. */
    @FunctionalInterface
    interface Step<T> {
        void run(T who) throws Exception;
    }

    @SuppressWarnings("ImmutableEnumChecker") // keeps no state
    final Step<Parent> prepare;

    /** Before the count begins. */
    @SuppressWarnings("ImmutableEnumChecker") // keeps no state
    final Step<Child> warmUp;

    @SuppressWarnings("ImmutableEnumChecker") // keeps no state
    final Step<Child> run;

    final int lossesAllowed;

    JournalKillOperation(Step<Parent> prepare, Step<Child> run) {
        this(prepare, run, 0);
    }

    JournalKillOperation(Step<Parent> prepare, Step<Child> run, int lossesAllowed) {
        this(prepare, child -> {}, run, lossesAllowed);
    }

    JournalKillOperation(Step<Parent> prepare, Step<Child> warmUp, Step<Child> run) {
        this(prepare, warmUp, run, 0);
    }

    JournalKillOperation(Step<Parent> prepare, Step<Child> warmUp, Step<Child> run, int lossesAllowed) {
        this.prepare = prepare;
        this.warmUp = warmUp;
        this.run = run;
        this.lossesAllowed = lossesAllowed;
    }

    boolean createdByParent() {
        return this != CREATE;
    }

    boolean opensInRun() {
        return this == OPEN_AND_REPAIR || this == CREATE;
    }

    /** Leases of the dead are looked for now and then only. */
    private static void untilLeasesAreLookedAt(Child child) throws InterruptedException {
        Thread.sleep(100);
    }

    /** As {@link #ALTER} alters them, with nothing that the others set. */
    static DurableQueueOptions altered(DurableQueueOptions options) {
        return options.withMaxSize(1000).withRetainedSegments(1).withLeaseTimeout(Duration.ofMinutes(1));
    }

    static DurableQueueBuilder<byte[]> builder() {
        return DurableQueue.builder(byte[].class)
                .segmentBytes(1 << 20)
                .maxElementBytes(1 << 20)
                .maxLeases(64)
                .redeliveryDelay(Duration.ZERO)
                .maxAttempts(MAX_ATTEMPTS);
    }
}
