// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.queue.RingLayout.*;

import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RobustMutex;
import io.ipcq.memory.WaitStrategy;
import io.ipcq.memory.Waiter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Looks at a queue in memory and writes nothing. */
final class RingView implements QueueView {

    private final Path directory;
    private final RingControl control;
    private final RingRecords records;
    private RingRecords.@Nullable Cursor follower; // where the last look at elements from a number on has ended
    private long followed; // the number that comes next there

    static RingView of(RingFiles files, DirectoryHandle held) throws IOException {
        return new RingView(files.directory(), files.look(held));
    }

    private RingView(Path directory, RingControl control) {
        this.directory = directory;
        this.control = control;
        this.records = new RingRecords(control);
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public Path control() {
        return control.region().file();
    }

    @Override
    public boolean isDurable() {
        return false;
    }

    @Override
    public String codecId() {
        return control.codecId();
    }

    @Override
    public QueueSnapshot snapshot() {
        MappedRegion region = control.region();
        long size = records.size();
        long put = records.count();
        long capacity = control.options().capacityBytes();
        long lacking = DATA + capacity - control.storageBytes();
        return new QueueSnapshot(
                System.nanoTime(),
                records.isShutDown(),
                control.state().deletedVolatile(),
                control.times().times(records.oldestMillis()),
                size,
                control.options().maxSize(),
                records.isFull(-1),
                put,
                Math.max(0, put - size),
                0,
                0,
                Math.max(0, put - control.tasksDoneVolatile()),
                0,
                0,
                control.storageBytes(),
                Math.min(lacking, RingRecords.ALLOCATION_BYTES),
                Volume.freeBytes(directory),
                holders(region),
                sleepers(region),
                List.of());
    }

    private static Map<QueueWord, Integer> holders(MappedRegion region) {
        Map<QueueWord, Integer> holders = new EnumMap<>(QueueWord.class);
        int holder = RobustMutex.holder(region, MUTEX);
        if (holder != RobustMutex.NOBODY) {
            holders.put(QueueWord.PUT_MUTEX, holder);
        }
        return holders;
    }

    private static Set<QueueWord> sleepers(MappedRegion region) {
        Set<QueueWord> sleepers = EnumSet.noneOf(QueueWord.class);
        Map.of(QueueWord.ELEMENT, NOT_EMPTY, QueueWord.ROOM, NOT_FULL, QueueWord.TASKS, ALL_DONE)
                .forEach((word, offset) -> {
                    if (Waiter.somebodySleeps(region, offset)) {
                        sleepers.add(word);
                    }
                });
        return sleepers;
    }

    @Override
    public @Nullable QueueWord wordAt(long offset) {
        if (offset >= MUTEX && offset < MUTEX + RobustMutex.BYTES) {
            return QueueWord.PUT_MUTEX;
        }
        return offset < NOT_EMPTY || offset >= ALL_DONE + SPACING
                ? null
                : offset < NOT_FULL ? QueueWord.ELEMENT : offset < ALL_DONE ? QueueWord.ROOM : QueueWord.TASKS;
    }

    @Override
    public Stream<byte[]> browse() {
        RingRecords.Cursor cursor = records.cursor();
        return StreamSupport.stream(
                new Spliterators.AbstractSpliterator<byte[]>(Long.MAX_VALUE, Spliterator.ORDERED) {
                    @Override
                    public boolean tryAdvance(Consumer<? super byte[]> action) {
                        byte[] element = next(cursor);
                        if (element != null) {
                            action.accept(element);
                        }
                        return element != null;
                    }
                },
                false);
    }

    private byte @Nullable [] next(RingRecords.Cursor cursor) {
        byte[] payload = records.next(cursor);
        if (payload == null) {
            if (!records.isAtEnd(cursor)) {
                throw damaged("a record cannot be read: " + records.place(cursor));
            }
            return null;
        }
        byte[] element = control.options().checksum() ? RingChecksum.unseal(payload) : payload;
        if (element == null) {
            throw damaged("the element before " + records.place(cursor) + " does not match its checksum");
        }
        return element;
    }

    private QueueStorageException damaged(String what) {
        return new QueueStorageException("the ring is damaged: file=" + control() + ": " + what, null);
    }

    @Override
    public Stream<Replayed<byte[]>> from(long number) {
        RingRecords.Cursor cursor = follower;
        if (cursor == null || number != followed) {
            cursor = records.cursor();
        } else {
            records.extend(cursor);
        }
        follower = cursor;
        followed = number;
        RingRecords.Cursor at = cursor;
        return StreamSupport.stream(
                new Spliterators.AbstractSpliterator<Replayed<byte[]>>(Long.MAX_VALUE, Spliterator.ORDERED) {
                    @Override
                    public boolean tryAdvance(Consumer<? super Replayed<byte[]>> action) {
                        byte[] element = next(at);
                        while (element != null && at.number(records.count()) < number) {
                            element = next(at);
                        }
                        if (element != null) {
                            followed = at.number(records.count()) + 1;
                            action.accept(new Replayed<>(followed - 1, element));
                        }
                        return element != null;
                    }
                },
                false);
    }

    @Override
    public @Nullable QueueView deadLetters() {
        return null;
    }

    @Override
    public long verify(Consumer<String> flaw, Runnable sound) {
        return readAll(element -> sound.run(), flaw);
    }

    @Override
    public long salvage(Path target, Consumer<String> flaw, Runnable kept) throws IOException {
        return Salvage.into(
                RingQueue.create(target, new EncodedCodec(codecId()), control.options(), WaitStrategy.blocking()),
                kept,
                salvage -> readAll(salvage::keep, flaw));
    }

    private long readAll(Consumer<byte[]> sink, Consumer<String> flaw) {
        String objection = records.objection();
        if (objection != null) {
            flaw.accept(control() + ": " + objection);
            return 0;
        }
        RingRecords.Cursor cursor = records.cursor();
        long sound = 0;
        for (byte[] payload = records.next(cursor); payload != null; payload = records.next(cursor)) {
            byte[] element = control.options().checksum() ? RingChecksum.unseal(payload) : payload;
            if (element != null) {
                sink.accept(element);
                sound++;
            } else {
                flaw.accept(control() + ": element " + cursor.number(records.count()) + " does not match its checksum");
            }
        }
        if (!records.isAtEnd(cursor)) {
            flaw.accept(control() + ": a record cannot be read, nor what comes after it: " + records.place(cursor));
        }
        return sound;
    }

    @Override
    public void close() {
        // the mapping goes with the garbage collector
    }
}
