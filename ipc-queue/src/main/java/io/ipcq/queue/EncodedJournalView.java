// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.queue.JournalLayout.*;

import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RobustMutex;
import io.ipcq.memory.WaitStrategy;
import io.ipcq.memory.Waiter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks at a durable queue of any type and writes nothing. */
final class EncodedJournalView implements QueueView {

    private final JournalFiles files;
    private final JournalControl control;
    private final JournalView<byte[]> view;

    static EncodedJournalView of(JournalFiles files, DirectoryHandle held) throws IOException {
        JournalControl control = files.look(held);
        return new EncodedJournalView(files.attachedTo(control), control);
    }

    private EncodedJournalView(JournalFiles files, JournalControl control) {
        this.files = files;
        this.control = control;
        this.view = new JournalView<>(
                files, control, new JournalDecoder<>(new EncodedCodec(control.codecId()), files.directory()));
    }

    @Override
    public Path directory() {
        return files.directory();
    }

    @Override
    public Path control() {
        return control.region().file();
    }

    @Override
    public boolean isDurable() {
        return true;
    }

    @Override
    public String codecId() {
        return control.codecId();
    }

    @Override
    public QueueSnapshot snapshot() {
        long size = control.size();
        long maxSize = control.maxSize();
        return new QueueSnapshot(
                System.nanoTime(),
                control.shutdownVolatile(),
                control.deletedVolatile(),
                control.times().times(Leases.oldestMillis(control)),
                size,
                maxSize,
                size >= maxSize,
                control.appendedVolatile(),
                control.takenVolatile(),
                control.acknowledgedVolatile(),
                control.unburiedVolatile(),
                control.unfinished(),
                control.maxLeases(),
                control.leaseTimeoutNanos(),
                files.storageBytes(control),
                ChronicleJournal.neededBytes(control),
                Volume.freeBytes(files.directory()),
                holders(),
                sleepers(),
                leases());
    }

    private Map<QueueWord, Integer> holders() {
        Map<QueueWord, Integer> holders = new EnumMap<>(QueueWord.class);
        Map.of(QueueWord.PUT_MUTEX, PRODUCER_MUTEX, QueueWord.TAKE_MUTEX, CONSUMER_MUTEX)
                .forEach((word, offset) -> {
                    int holder = RobustMutex.holder(control.region(), offset);
                    if (holder != RobustMutex.NOBODY) {
                        holders.put(word, holder);
                    }
                });
        return holders;
    }

    private Set<QueueWord> sleepers() {
        Set<QueueWord> sleepers = EnumSet.noneOf(QueueWord.class);
        Map.of(QueueWord.ELEMENT, NOT_EMPTY, QueueWord.ROOM, NOT_FULL, QueueWord.TASKS, ALL_DONE)
                .forEach((word, offset) -> {
                    if (Waiter.somebodySleeps(control.region(), offset)) {
                        sleepers.add(word);
                    }
                });
        return sleepers;
    }

    /** As many slots are looked at as were ever out at a time; a count that is damaged is not believed. */
    private List<QueueSnapshot.Lease> leases() {
        MappedRegion region = control.region();
        List<QueueSnapshot.Lease> leases = new ArrayList<>();
        int used = control.occupiedSlots() == 0 ? 0 : Math.min(control.usedSlots(), slots(control.maxLeases()));
        long now = System.nanoTime();
        for (int slot = 0; slot < used; slot++) {
            if (region.getIntVolatile(Leases.at(slot, LEASE_STATE)) == Leases.LEASED_OUT) {
                long since = region.getLong(Leases.at(slot, LEASE_DETAIL));
                leases.add(new QueueSnapshot.Lease(
                        region.getLong(Leases.at(slot, LEASE_NUMBER)),
                        region.getIntVolatile(Leases.at(slot, LEASE_OWNER)),
                        region.getInt(Leases.at(slot, LEASE_ATTEMPTS)),
                        now >= since ? now - since : -1));
            }
        }
        return leases;
    }

    @Override
    public @Nullable QueueWord wordAt(long offset) {
        if (offset >= PRODUCER_MUTEX && offset < PRODUCER_MUTEX + RobustMutex.BYTES) {
            return QueueWord.PUT_MUTEX;
        }
        if (offset >= CONSUMER_MUTEX && offset < CONSUMER_MUTEX + RobustMutex.BYTES) {
            return QueueWord.TAKE_MUTEX;
        }
        return offset < NOT_EMPTY || offset >= LEASES
                ? null
                : offset < NOT_FULL ? QueueWord.ELEMENT : offset < ALL_DONE ? QueueWord.ROOM : QueueWord.TASKS;
    }

    @Override
    public Stream<byte[]> browse() {
        return view.browse();
    }

    @Override
    public Stream<Replayed<byte[]>> from(long number) {
        return view.replay(number);
    }

    @Override
    public @Nullable QueueView deadLetters() throws IOException {
        return Files.isDirectory(files.deadLetters()) ? QueueView.open(files.deadLetters()) : null;
    }

    // ---- verify -----------------------------------------------------------------------------------------------------

    @Override
    public long verify(Consumer<String> flaw, Runnable sound) {
        return readAll((number, element) -> sound.run(), flaw);
    }

    @Override
    public long salvage(Path target, Consumer<String> flaw, Runnable kept) throws IOException {
        Set<Long> out = new HashSet<>();
        Leases.returned(control).forEach(returned -> out.add(returned.number()));
        leases().forEach(lease -> out.add(lease.number()));
        long taken = control.takenVolatile();
        return Salvage.into(
                JournalQueue.create(target, new EncodedCodec(codecId()), control.options(), WaitStrategy.blocking()),
                kept,
                salvage -> readAll(
                        (number, element) -> {
                            if (number >= taken || out.contains(number)) {
                                salvage.keep(element);
                            }
                        },
                        flaw));
    }

    /** What is done with an element that is in order. */
    @FunctionalInterface
    private interface Sink {
        void accept(long number, byte[] element);
    }

    private long readAll(Sink sink, Consumer<String> flaw) {
        long end = control.appendedVolatile();
        Check check = new Check(sink, flaw, lowestNeeded());
        try {
            ChronicleJournal journal = view.journal();
            journal.refresh(); // or it misses segments that have come since it was opened
            for (int segment : journal.segmentNumbers()) {
                check.segment(journal, segment, end);
            }
        } catch (Exception | InternalError | AssertionError e) {
            flaw.accept("the journal cannot be read: " + StorageFailure.describe(e));
        }
        check.end(end);
        return check.sound;
    }

    /** The number of the first element that somebody may still want. */
    private long lowestNeeded() {
        long lowest = control.takenVolatile();
        for (JournalConsumer.Place returned : Leases.returned(control)) {
            lowest = Math.min(lowest, returned.number());
        }
        for (QueueSnapshot.Lease lease : leases()) {
            lowest = Math.min(lowest, lease.number());
        }
        return lowest;
    }

    /** Goes through the segments, one after the other; a segment that is damaged keeps nothing from the next one. */
    private final class Check {

        private final Sink sink;
        private final Consumer<String> flaw;
        private long expected;
        long sound;

        Check(Sink sink, Consumer<String> flaw, long lowestNeeded) {
            this.sink = sink;
            this.flaw = flaw;
            this.expected = lowestNeeded;
        }

        void segment(ChronicleJournal journal, int segment, long end) {
            try (ChronicleJournal.Reader reader = journal.reader()) {
                byte[] bytes = reader.moveTo(journal.indexOf(segment, 0)) ? reader.next() : null;
                while (bytes != null && journal.segmentOf(reader.index()) == segment) {
                    document(reader, bytes, end);
                    bytes = reader.next();
                }
            } catch (Exception | InternalError | AssertionError e) {
                if (journal.hasSegment(segment)) { // else it was consumed and removed while this read it
                    flaw.accept(files.segment(journal.indexOf(segment, 0))
                            + ": it cannot be read any further after element " + (expected - 1) + ": "
                            + StorageFailure.describe(e));
                }
            }
        }

        private void document(ChronicleJournal.Reader reader, byte[] bytes, long end) {
            JournalDocument document;
            try {
                document = JournalDocument.parse(bytes, reader.index());
            } catch (JournalDocument.DamagedException e) {
                flaw.accept(place(reader) + ": " + e.getMessage());
                return;
            }
            if (document.first() >= end) {
                return; // put since this began, or left by one who died before it counted
            }
            missing(document.first());
            for (long number = document.first(); number < document.end(); number++) {
                JournalDocument.Payload payload = document.element(number);
                byte[] element = payload.bytes();
                if (payload.isIntact(element)) {
                    sink.accept(number, element);
                    sound++;
                } else {
                    flaw.accept(place(reader) + ": element " + number + " does not match its checksum");
                }
            }
            expected = Math.max(expected, document.end());
        }

        private String place(ChronicleJournal.Reader reader) {
            return files.segment(reader.index()) + ", index=0x" + Long.toHexString(reader.index());
        }

        void end(long end) {
            missing(end);
        }

        /** What nobody wants any more may be missing. */
        private void missing(long next) {
            // consumed meanwhile, and removed with its segment
            long from = Math.max(expected, lowestNeeded());
            if (next > from) {
                flaw.accept(files.journal() + ": elements " + from + " to " + (next - 1) + " are missing");
            }
            expected = Math.max(expected, next);
        }
    }

    @Override
    public void close() {
        view.close();
    }
}
