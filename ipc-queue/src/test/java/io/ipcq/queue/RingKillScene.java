// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A ring, what the parent does to it before a child dies in the middle of an operation, and what it looks at
 * afterwards.
 */
final class RingKillScene implements KillPoints.Scene {

    private static final int SMALL = 100;

    private final Path directory;
    private final RingKillOperation operation;
    private final RingUser parent;

    RingKillScene(Path directory, RingKillOperation operation) throws Exception {
        this.directory = directory;
        this.operation = operation;
        this.parent = new RingUser(directory, "parent", 0, operation.capacityBytes());
        if (operation.createdByParent()) {
            parent.create();
        }
        operation.prepare.run(parent);
    }

    @Override
    public TestJvm start(int n) {
        return TestJvm.start(KillSwitch.options(directory, n), Child.class, directory.toString(), operation.name());
    }

    @Override
    public String verify() throws Exception {
        parent.openOrCreate();
        SharedQueue<byte[]> queue = parent.queue();
        long start = System.nanoTime();
        if (!queue.isShutdown()) {
            if (queue.full()) {
                parent.get(1);
            }
            parent.put(1, SMALL);
        }
        double stallMillis = (System.nanoTime() - start) / 1e6;
        parent.drain(Integer.MAX_VALUE);
        requireDrained(queue);
        if (!queue.isShutdown()) {
            useAllSpace(queue);
        }
        parent.leave();
        if (operation.lossesAllowed == 0) {
            parent.open();
            requireDrained(parent.queue());
        }
        LedgerChecker.Report report = LedgerChecker.check(Ledger.readAll(directory));
        assertThat(report.isCleanWithLossesUpTo(operation.lossesAllowed))
                .as(report.toString())
                .isTrue();
        return String.format("next put %.1f ms, %s", stallMillis, report);
    }

    private static void requireDrained(SharedQueue<byte[]> queue) {
        assertThat(queue.qsize()).isZero();
        assertThat(queue.empty()).isTrue();
        assertThat(queue.peek()).isNull();
        assertThat(queue.stats().taken()).isEqualTo(queue.stats().put());
    }

    /** Space of the dead comes back: as much fits as in a new ring, lap after lap. */
    private void useAllSpace(SharedQueue<byte[]> queue) throws InterruptedException {
        for (int lap = 0; lap < 3; lap++) {
            int count = 0;
            while (!queue.full()) {
                parent.put(1, SMALL);
                count++;
                assertThat(queue.qsize()).isEqualTo(count);
            }
            int record = Ring.recordBytes(CrashElement.HEADER_BYTES + SMALL);
            assertThat(count).isGreaterThanOrEqualTo(operation.capacityBytes() / record - 2);
            parent.drain(Integer.MAX_VALUE);
        }
    }

    @Override
    public void close() throws IOException {
        parent.close();
    }

    /** The process that dies. Arguments: directory of the test, the operation. */
    static final class Child {

        public static void main(String[] args) throws Exception {
            RingKillOperation operation = RingKillOperation.valueOf(args[1]);
            RingUser child = new RingUser(Path.of(args[0]), "child", 1, operation.capacityBytes());
            if (!operation.opensInRun()) {
                child.open();
            }
            KillSwitch.arm();
            operation.run.run(child);
            KillSwitch.disarm();
            Runtime.getRuntime().halt(0); // what is done at the exit is not part of the operation
        }
    }
}
