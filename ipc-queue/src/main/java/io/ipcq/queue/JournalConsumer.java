// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.Members;
import io.ipcq.memory.RobustMutex;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The side of a durable queue that takes. Thread-safe. */
final class JournalConsumer {

    /*
     * Idea. Elements are numbered, and `taken` is the number of the first that nobody has claimed. Under the consumers' mutex: find
     * the document that holds element `taken`, and raise `taken`. That store is the claim. Each process steps through the
     * journal by itself and skips what others have claimed; `readIndex` is a place at or before element `taken`, from which a
     * process that starts, or has fallen far behind, goes on. Payloads are checked, copied and decoded outside the mutex.
     *
     * Elements that were given back are served before new ones, oldest first.
     *
     * Crash. A death before `taken` is raised took nothing; after it, `get` has handed the element to a dead consumer, and
     * `receive` has recorded the lease before, so it is found there.
     *
     * Files. When `readIndex` enters a segment, the segments before it are removed, but for those that hold a leased element or
     * are to be retained. A segment that `readIndex` points into is never removed.
     */

    private static final long REAP_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int FAR_BEHIND = 64;

    private final JournalQueue<?> queue;
    private final JournalControl control;
    private final JournalMutex mutex;
    private final Leases leases;
    private ChronicleJournal.@Nullable Reader reader;
    private @Nullable JournalDocument current;
    private int cleanedSegment;
    /** What the producers' counter was at least; asked again only at its end, as each look takes their cache line away. */
    private long knownAppended;

    private long lastReapNanos = System.nanoTime();

    JournalConsumer(JournalQueue<?> queue, JournalControl control, Members members) {
        this.queue = queue;
        this.control = control;
        this.leases = new Leases(control, members);
        RobustMutex word = new RobustMutex(control.region(), JournalLayout.CONSUMER_MUTEX, members);
        this.mutex = new JournalMutex(word, queue, this::recover);
    }

    /**
     * One element that this process has claimed.
     *
     * @param slot of its lease; {@link Leases#NONE} if it was taken for good
     */
    record Claim(long number, JournalDocument.Payload payload, int attempts, int slot, long fence) {}

    /** What an attempt to take came to. */
    enum Outcome {
        TAKEN,
        NOTHING_THERE,
        NO_LEASE_FREE,
        TIMED_OUT
    }

    /** Claims up to {@code max} elements, under leases or for good. */
    Outcome take(List<Claim> claims, int max, boolean lease, long deadline) throws InterruptedException {
        if (!mutex.lock(deadline)) {
            return Outcome.TIMED_OUT;
        }
        List<Claim> givenUp = new ArrayList<>(0);
        Outcome outcome;
        boolean whole = false;
        try {
            queue.requireOpen();
            reapIfDue(givenUp);
            outcome = claim(claims, max, lease);
            whole = true;
        } catch (QueueShutdownException | QueueClosedException e) {
            whole = true;
            throw e;
        } catch (Exception | InternalError | AssertionError e) {
            // Chronicle throws checked exceptions, too, and does not say so
            current = null;
            throw queue.storageFailed("an element could not be read", e);
        } finally {
            mutex.unlock(whole);
            bury(givenUp, "delivered " + control.options().maxAttempts() + " times and never acknowledged");
        }
        return outcome;
    }

    private Outcome claim(List<Claim> claims, int max, boolean lease) {
        // read first: after shutdown `appended` does not change any more
        boolean shutdown = control.shutdownVolatile();
        while (claims.size() < max && control.returnedVolatile() > 0) {
            int slot = leases.findReturned();
            if (slot == Leases.NONE) {
                break;
            }
            claims.add(claimReturned(slot, lease));
        }
        Outcome outcome = claimNewUnlessDamaged(claims, max, lease);
        if (!claims.isEmpty()) {
            return Outcome.TAKEN;
        }
        if (outcome == Outcome.NOTHING_THERE && shutdown && control.leasedVolatile() == 0) {
            throw new QueueShutdownException("the queue is shut down and drained: directory=" + queue.directory());
        }
        return outcome;
    }

    private Outcome claimNewUnlessDamaged(List<Claim> claims, int max, boolean lease) {
        try {
            return claimNew(claims, max, lease);
        } catch (QueueStorageException e) {
            if (claims.isEmpty()) {
                throw e;
            }
            // what is claimed must be handed out; the next call meets the damage again
            current = null;
            return Outcome.TAKEN;
        }
    }

    private Outcome claimNew(List<Claim> claims, int max, boolean lease) {
        long taken = control.takenVolatile();
        long wanted = taken + (max - claims.size());
        long end = Math.min(wanted, appendedFrom(wanted));
        for (; taken < end; taken++) {
            JournalDocument document = documentWith(taken);
            if (document == null) {
                knownAppended = 0;
                return Outcome.NOTHING_THERE;
            }
            int slot = Leases.NONE;
            if (lease) {
                slot = leases.findFree();
                if (slot == Leases.NONE) {
                    return Outcome.NO_LEASE_FREE;
                }
                leases.begin(slot, taken, document.index());
            }
            if (lease) {
                leases.countBegun();
            }
            control.takenRelease(taken + 1);
            claims.add(new Claim(taken, document.element(taken), 1, slot, lease ? leases.fence(slot) : 0));
        }
        return Outcome.NOTHING_THERE;
    }

    /** How many elements there are; not asked anew while it is known that there are as many as wanted. */
    private long appendedFrom(long wanted) {
        if (knownAppended < wanted) {
            knownAppended = control.appendedVolatile();
        }
        return knownAppended;
    }

    private Claim claimReturned(int slot, boolean lease) {
        long number = leases.number(slot);
        JournalDocument.Payload payload = documentAt(leases.index(slot), number).element(number);
        int attempts = leases.attempts(slot) + 1;
        if (!lease) {
            leases.takeReturned(slot);
            return new Claim(number, payload, attempts, Leases.NONE, 0);
        }
        leases.deliverAgain(slot);
        return new Claim(number, payload, attempts, slot, leases.fence(slot));
    }

    // ---- finding documents ------------------------------------------------------------------------------------------

    /** The document that holds an element; null if the element turns out to have been lost in a crash of the machine. */
    private @Nullable JournalDocument documentWith(long number) {
        JournalDocument document = current;
        if (document != null && document.holds(number)) {
            return document;
        }
        document = read(number);
        current = document;
        if (document == null) {
            return null;
        }
        if (document.index() != control.readIndex()) {
            control.readIndex(document.index());
            removeConsumedSegments(document.index());
        }
        return document;
    }

    private @Nullable JournalDocument read(long number) {
        ChronicleJournal journal = queue.journal();
        ChronicleJournal.Reader reader = reader(journal);
        long hint = control.readIndex();
        JournalDocument last = current;
        if (last == null
                || hint - last.index() > FAR_BEHIND
                || journal.segmentOf(hint) != journal.segmentOf(last.index())) {
            moveTo(reader, hint);
        }
        JournalDocument document = JournalScan.find(queue, reader, number);
        if (document == null) {
            // a reader that stood at the end of a segment while its successor was made can have missed it for good
            ChronicleJournal.Reader fresh = freshReader(journal);
            moveTo(fresh, hint);
            document = JournalScan.find(queue, fresh, number);
        }
        if (document == null) {
            queue.repairProducers();
            if (control.appendedVolatile() > number) {
                throw queue.damaged(hint, "element " + number + " is missing");
            }
        }
        return document;
    }

    private void moveTo(ChronicleJournal.Reader reader, long index) {
        if (index == 0) {
            reader.moveToStart();
        } else if (!reader.moveTo(index)) {
            throw queue.damaged(index, "the document is missing");
        }
    }

    private JournalDocument documentAt(long index, long number) {
        try (ChronicleJournal.Reader random = queue.journal().reader()) {
            moveTo(random, index);
            JournalDocument document = JournalScan.find(queue, random, number);
            if (document == null) {
                throw queue.damaged(index, "element " + number + " is missing");
            }
            return document;
        }
    }

    private ChronicleJournal.Reader reader(ChronicleJournal journal) {
        if (reader == null) {
            reader = journal.reader();
        }
        return reader;
    }

    private ChronicleJournal.Reader freshReader(ChronicleJournal journal) {
        ChronicleJournal.Reader stale = reader;
        reader = null;
        if (stale != null) {
            stale.close();
        }
        journal.refresh();
        return reader(journal);
    }

    private void removeConsumedSegments(long readIndex) {
        ChronicleJournal journal = queue.journal();
        int segment = journal.segmentOf(readIndex);
        if (segment == cleanedSegment) {
            return;
        }
        cleanedSegment = segment;
        long lowest = Math.min(readIndex, leases.lowestIndex());
        try {
            journal.removeSegmentsBelow(
                    journal.segmentOf(lowest) - control.options().retainedSegments());
        } catch (IOException e) {
            throw queue.storageFailed("consumed segments could not be removed", e);
        }
    }

    // ---- leases -----------------------------------------------------------------------------------------------------

    /** Ends a lease: the element has been dealt with. False if the lease had ended before. */
    boolean acknowledge(Claim claim) {
        return underMutex(() -> {
            boolean current = leases.isCurrent(claim.slot(), claim.fence());
            if (current) {
                leases.settle(claim.slot());
            }
            return current;
        });
    }

    /** Gives an element back, or gives it up if it was delivered too often. False if the lease had ended before. */
    boolean giveBack(Claim claim) {
        if (claim.attempts() < control.options().maxAttempts()) {
            return underMutex(() -> {
                boolean current = leases.isCurrent(claim.slot(), claim.fence());
                if (current) {
                    leases.giveBack(claim.slot());
                }
                return current;
            });
        }
        return giveUp(claim, "given back after " + claim.attempts() + " deliveries");
    }

    /** Writes a leased element to the dead letters and ends its lease. False if the lease had ended before. */
    boolean giveUp(Claim claim, String reason) {
        boolean mine = underMutex(() -> {
            boolean current = leases.isCurrent(claim.slot(), claim.fence());
            if (current) {
                leases.giveUp(claim.slot());
            }
            return current;
        });
        if (mine) {
            bury(
                    List.of(new Claim(
                            claim.number(), claim.payload(), claim.attempts(), claim.slot(), claim.fence() + 1)),
                    reason);
        }
        return mine;
    }

    private void bury(List<Claim> givenUp, String reason) {
        for (Claim claim : givenUp) {
            queue.writeDeadLetter(claim, reason);
            underMutex(() -> {
                boolean current = leases.isGivenUpByMe(claim.slot(), claim.fence());
                if (current) {
                    leases.settle(claim.slot());
                }
                return current;
            });
            queue.leaseEnded();
        }
    }

    private void reapIfDue(List<Claim> givenUp) {
        if (control.leasedVolatile() == 0 || System.nanoTime() - lastReapNanos < REAP_NANOS) {
            return;
        }
        lastReapNanos = System.nanoTime();
        leases.reap(slot -> {
            long number = leases.number(slot);
            JournalDocument.Payload payload =
                    documentAt(leases.index(slot), number).element(number);
            givenUp.add(new Claim(number, payload, leases.attempts(slot), slot, leases.fence(slot)));
        });
    }

    private boolean underMutex(BooleanSupplier action) {
        mutex.lock();
        boolean whole = false;
        try {
            boolean result = action.getAsBoolean();
            whole = true;
            return result;
        } finally {
            mutex.unlock(whole);
        }
    }

    /** The indexes and numbers of the elements that were returned, oldest first. */
    List<long[]> returned() {
        List<long[]> places = new ArrayList<>();
        underMutex(() -> {
            leases.forEachReturned(slot -> places.add(new long[] {leases.number(slot), leases.index(slot)}));
            return true;
        });
        places.sort((a, b) -> Long.compare(a[0], b[0]));
        return places;
    }

    /** Lets the next consumer, of any process, repair first. */
    void demandRepair() {
        mutex.demandRepair();
    }

    <T extends @Nullable Object> T betweenThreads(Supplier<T> action) {
        return mutex.betweenThreads(action);
    }

    private void recover() throws IOException {
        current = null;
        knownAppended = 0;
        // or, after a crash of the machine, consumers alone would never learn of elements that are on the disk, but
        // uncounted
        queue.repairProducersBriefly();
        ChronicleJournal journal = queue.journal();
        long index = control.readIndex();
        try (ChronicleJournal.Reader place = journal.reader()) {
            if (index != 0 && !place.moveTo(index)) {
                findPlace(journal);
            }
        }
        leases.repair(journal.startOfFirstSegment());
    }

    /**
     * After a crash of the machine, when the control file and the journal are not of the same instant: if the control file is
     * the newer one, counts what there is; if it is the older one, goes on with the first element that there is, because only
     * segments that were consumed have been removed.
     */
    private void findPlace(ChronicleJournal journal) {
        journal.refresh();
        control.readIndex(0);
        try (ChronicleJournal.Reader start = journal.reader()) {
            start.moveToStart();
            byte[] bytes = start.next();
            long skipped =
                    bytes == null ? 0 : JournalScan.parse(queue, start, bytes).first() - control.takenVolatile();
            if (skipped > 0) {
                control.acknowledgedRelease(control.acknowledgedVolatile() + skipped);
                control.takenRelease(control.takenVolatile() + skipped);
            }
        }
    }
}
