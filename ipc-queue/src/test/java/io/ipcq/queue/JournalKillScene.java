// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.Patience;
import io.ipcq.TestJvm;
import io.ipcq.queue.Ledger.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A queue, what the parent does to it before a child dies in the middle of an operation, and what it looks at
 * afterwards.
 */
final class JournalKillScene implements JournalKillOperation.Parent, KillPoints.Scene {

    private static final int ID = 0;
    private static final int CHILD_OF_UNWRITTEN = 1_000_000;

    private final Path directory;
    private final JournalKillOperation operation;
    private final Ledger ledger;
    private @Nullable DurableQueue<byte[]> queue;
    private long sequence;

    JournalKillScene(Path directory, JournalKillOperation operation) throws Exception {
        this.directory = directory;
        this.operation = operation;
        this.ledger = Ledger.create(directory, "parent");
        if (operation.createdByParent()) {
            queue = JournalKillOperation.builder().create(queueDirectory());
        }
        operation.prepare.run(this);
    }

    private Path queueDirectory() {
        return directory.resolve("queue");
    }

    @Override
    public TestJvm start(int n) {
        return TestJvm.start(
                KillSwitch.options(directory, n), JournalKillChild.class, directory.toString(), operation.name());
    }

    /** The child, which waits when it first comes to a rule. */
    TestJvm startHeldAt(String rule) {
        return TestJvm.start(
                KillSwitch.holding(directory, rule), JournalKillChild.class, directory.toString(), operation.name());
    }

    @Override
    public void put(int count, int fillerBytes) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            ledger.write(Kind.BEGUN, ID, sequence);
            assertThat(queue().put(CrashElement.encode(ID, sequence, fillerBytes), Patience.LIMIT))
                    .isTrue();
            ledger.write(Kind.PUT, ID, sequence++);
        }
    }

    @Override
    public void receiveAndLeave(int count) throws Exception {
        Thread.sleep(60); // leases of the dead are looked for now and then only
        try (DurableQueue<byte[]> other = DurableQueue.open(queueDirectory(), byte[].class)) {
            for (int i = 0; i < count; i++) {
                Delivery<byte[]> delivery = other.receive(Patience.LIMIT);
                assertThat(delivery).isNotNull();
                CrashElement element = CrashElement.decode(delivery.value());
                ledger.write(Kind.RECEIVED, element.producer(), element.sequence(), delivery.attempts());
            }
        }
    }

    @Override
    public void leave() {
        queue().close();
        queue = null;
    }

    @Override
    public void shutdown() {
        queue().shutdown();
    }

    DurableQueue<byte[]> queue() {
        if (queue == null) {
            throw new IllegalStateException("not open");
        }
        return queue;
    }

    @Override
    public String verify() throws Exception {
        checkWaitingConsumerWouldNotice();
        reopen();
        long start = System.nanoTime();
        if (!queue().isShutdown()) {
            put(1, 100);
        }
        double stallMillis = (System.nanoTime() - start) / 1e6;
        drain();
        if (!queue().isShutdown()) {
            put(8, JournalKillOperation.BIG);
            drain();
        }
        drainDeadLetters();
        checkOptions();
        leave();
        try (DurableQueue<byte[]> again = DurableQueue.open(queueDirectory(), byte[].class);
                Stream<Replayed<byte[]>> history = again.replay(0)) {
            assertThat(again.qsize()).isZero();
            assertThat(history.count()).isBetween(0L, again.stats().put());
        }
        LedgerChecker.Report report = LedgerChecker.check(Ledger.readAll(directory));
        assertThat(report.isCleanWithLossesUpTo(operation.lossesAllowed))
                .as(report.toString())
                .isTrue();
        return String.format("next put %.1f ms, %s", stallMillis, report);
    }

    /** Who waits takes no mutex, and so repairs nothing, until it sees that an element is there or out. */
    private void checkWaitingConsumerWouldNotice() {
        if (queue != null && operation.lossesAllowed == 0) {
            QueueStats stats = queue.stats();
            assertThat(stats.unfinished() == 0 || stats.size() + stats.leased() + stats.unburied() > 0)
                    .as("an element that is neither waiting nor out: %s", stats)
                    .isTrue();
        }
    }

    /** All of them were altered, or none. */
    private void checkOptions() {
        DurableQueueOptions created = JournalKillOperation.builder().options();
        DurableQueueOptions altered =
                operation == JournalKillOperation.ALTER ? JournalKillOperation.altered(created) : created;
        assertThat(queue().options()).isIn(created, altered);
    }

    private void reopen() throws IOException {
        if (queue == null) {
            queue = JournalKillOperation.builder().openOrCreate(queueDirectory());
        }
    }

    private void drain() throws InterruptedException {
        long deadline = System.nanoTime() + Patience.LIMIT.toNanos();
        queue().peek(); // waits for the mutex, and repairs: until then the counts are those of the dead
        long expected = -1;
        while (true) {
            QueueStats stats = queue().stats();
            if (stats.size() == 0 && stats.leased() == 0 && stats.unburied() == 0) {
                break;
            }
            assertThat(System.nanoTime() - deadline)
                    .as("still not drained: %s", stats)
                    .isNegative();
            boolean nothingIsOut = stats.leased() == 0 && stats.unburied() == 0;
            if (nothingIsOut) {
                assertThat(expected).as("elements left when nothing was out").isIn(-1L, stats.size());
            }
            boolean taken = receiveAndAck();
            if (nothingIsOut) {
                expected = taken ? stats.size() - 1 : stats.size();
            }
        }
        assertThat(expected).as("elements counted and not there").isIn(-1L, 0L);
        QueueStats stats = queue().stats();
        assertThat(stats.taken()).as(stats.toString()).isEqualTo(stats.put());
        if (operation.lossesAllowed == 0) {
            assertThat(stats.unfinished()).as(stats.toString()).isZero();
        }
    }

    /** Whether there was an element in time. */
    boolean receiveAndAck() throws InterruptedException {
        Delivery<byte[]> delivery;
        try {
            delivery = queue().receive(Duration.ofMillis(200));
        } catch (QueueShutdownException e) {
            return false;
        }
        if (delivery == null) {
            return false;
        }
        CrashElement element = CrashElement.decode(delivery.value());
        if (element.sequence() == CHILD_OF_UNWRITTEN) {
            assertThat(delivery.ack()).isTrue();
            return true;
        }
        ledger.write(Kind.RECEIVED, element.producer(), element.sequence(), delivery.attempts());
        ledger.write(Kind.ACKING, element.producer(), element.sequence());
        assertThat(delivery.ack()).isTrue();
        ledger.write(Kind.ACKED, element.producer(), element.sequence());
        return true;
    }

    private void drainDeadLetters() throws InterruptedException {
        try (DurableQueue<DeadLetter> letters = queue().deadLetters()) {
            for (DeadLetter letter = letters.getNow(); letter != null; letter = letters.getNow()) {
                CrashElement element = CrashElement.decode(letter.bytes());
                ledger.write(Kind.BURIED, element.producer(), element.sequence());
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (queue != null) {
            queue.close();
        }
        ledger.close();
    }
}
