// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.Patience;
import io.ipcq.memory.MappedRegion;
import io.ipcq.queue.Ledger.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One process' use of a ring, with a ledger kept of it. */
final class RingUser implements AutoCloseable {

    /** What a mutex word says whose holder counts as dead. */
    private static final int ABANDONED = Integer.MAX_VALUE;

    private final Path directory;
    private final int id;
    private final int capacityBytes;
    private final Ledger ledger;
    private @Nullable SharedQueue<byte[]> queue;
    private long sequence;

    /** @param directory that holds the ledgers, and the queue in a directory of its own */
    RingUser(Path directory, String name, int id, int capacityBytes) {
        this.directory = directory;
        this.id = id;
        this.capacityBytes = capacityBytes;
        this.ledger = Ledger.create(directory, name);
    }

    private Path place() {
        return directory.resolve("queue");
    }

    private SharedQueueBuilder<byte[]> builder() {
        return SharedQueue.builder(byte[].class).capacityBytes(capacityBytes);
    }

    void create() throws IOException {
        queue = builder().create(place());
    }

    void open() throws IOException {
        queue = builder().open(place());
    }

    void openOrCreate() throws IOException {
        if (queue == null) {
            queue = builder().openOrCreate(place());
        }
    }

    void leave() {
        queue().close();
        queue = null;
    }

    /** Leaves stamps that no word knows of, and the mutex to be taken over. */
    void leaveAsIfDeadInPut() throws IOException {
        MappedRegion region = MappedRegion.open(new RingFiles(place()).control(), RingLayout.FORMAT);
        region.putLong(RingLayout.TAIL, 0);
        region.putLong(RingLayout.COUNT, 0);
        region.putIntVolatile(RingLayout.MUTEX, ABANDONED);
    }

    SharedQueue<byte[]> queue() {
        if (queue == null) {
            throw new IllegalStateException("not open");
        }
        return queue;
    }

    void put(int count, int fillerBytes) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            ledger.write(Kind.BEGUN, id, sequence);
            assertThat(queue().put(CrashElement.encode(id, sequence, fillerBytes), Patience.LIMIT))
                    .isTrue();
            ledger.write(Kind.PUT, id, sequence++);
        }
    }

    void putAll(int count, int fillerBytes) throws InterruptedException {
        List<byte[]> elements = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            elements.add(CrashElement.encode(id, sequence + i, fillerBytes));
        }
        ledger.writeRange(Kind.BEGUN, id, sequence, count, 0);
        queue().putAll(elements);
        ledger.writeRange(Kind.PUT, id, sequence, count, 0);
        sequence += count;
    }

    void get(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            record(queue().get());
        }
    }

    void drain(int max) {
        List<byte[]> elements = new ArrayList<>();
        queue().drainTo(elements, max);
        elements.forEach(this::record);
    }

    /** Takes a few at a time, without ever waiting for a signal. */
    void drainUntilShutdown(int max) {
        while (!queue().isShutdown() || !queue().empty()) {
            drain(max);
        }
    }

    private void record(byte[] bytes) {
        CrashElement element = CrashElement.decode(bytes);
        ledger.write(Kind.GOT, element.producer(), element.sequence());
    }

    @Override
    public void close() throws IOException {
        if (queue != null) {
            queue.close();
        }
        ledger.close();
    }
}
