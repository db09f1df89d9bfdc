// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.queue.Ledger.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The process that dies in the middle of a {@link JournalKillOperation}. Arguments: directory of the test, the
 * operation.
 */
final class JournalKillChild implements JournalKillOperation.Child {

    static final int ID = 1;

    private final Path directory;
    private final Ledger ledger;
    private DurableQueue<byte[]> queue;
    private long sequence;

    private JournalKillChild(Path directory) {
        this.directory = directory;
        this.ledger = Ledger.create(directory, "child");
    }

    public static void main(String[] args) throws Exception {
        JournalKillChild child = new JournalKillChild(Path.of(args[0]));
        JournalKillOperation operation = JournalKillOperation.valueOf(args[1]);
        if (!operation.opensInRun()) {
            child.open();
        }
        operation.warmUp.run(child);
        KillSwitch.arm();
        operation.run.run(child);
        KillSwitch.disarm();
        Runtime.getRuntime().halt(0); // what is done at the exit is not part of the operation
    }

    private Path queueDirectory() {
        return directory.resolve("queue");
    }

    @Override
    public DurableQueue<byte[]> queue() {
        return queue;
    }

    @Override
    public void open() throws IOException {
        queue = DurableQueue.open(queueDirectory(), byte[].class);
    }

    @Override
    public void create() throws IOException {
        queue = JournalKillOperation.builder().create(queueDirectory());
    }

    @Override
    public void put(int count, int fillerBytes) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            ledger.write(Kind.BEGUN, ID, sequence);
            queue.put(CrashElement.encode(ID, sequence, fillerBytes));
            ledger.write(Kind.PUT, ID, sequence++);
        }
    }

    @Override
    public void putAll(int count) throws InterruptedException {
        List<byte[]> elements = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            elements.add(CrashElement.encode(ID, sequence + i, 10));
        }
        ledger.writeRange(Kind.BEGUN, ID, sequence, count, 0);
        queue.putAll(elements);
        ledger.writeRange(Kind.PUT, ID, sequence, count, 0);
        sequence += count;
    }

    @Override
    public void putUnwritten() throws InterruptedException {
        queue.put(CrashElement.encode(ID, 1_000_000, 10));
    }

    @Override
    public void get(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            CrashElement element = CrashElement.decode(queue.get());
            ledger.write(Kind.GOT, element.producer(), element.sequence());
        }
    }

    @Override
    public Delivery<byte[]> receive() throws InterruptedException {
        Delivery<byte[]> delivery = queue.receive();
        CrashElement element = CrashElement.decode(delivery.value());
        ledger.write(Kind.RECEIVED, element.producer(), element.sequence(), delivery.attempts());
        return delivery;
    }

    @Override
    public void receiveAndAck(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            Delivery<byte[]> delivery = receive();
            CrashElement element = CrashElement.decode(delivery.value());
            ledger.write(Kind.ACKING, element.producer(), element.sequence());
            Kind outcome = delivery.ack() ? Kind.ACKED : Kind.LATE;
            ledger.write(outcome, element.producer(), element.sequence());
        }
    }
}
