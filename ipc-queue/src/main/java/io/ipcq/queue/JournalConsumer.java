// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.CodecException;
import io.ipcq.memory.Members;
import io.ipcq.memory.RobustMutex;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The side of a durable queue that takes. Thread-safe. */
final class JournalConsumer {

    /*
     * Idea. Elements are numbered, and `taken` is the number of the first that nobody has claimed. Under the consumers'
     * mutex: find the document that holds element `taken`, and raise `taken`. That store is the claim. Each process
     * steps through the journal by itself and skips what others have claimed; `readIndex` is a place at or before
     * element `taken`, from which a process that starts, or has fallen far behind, goes on. Payloads are checked,
     * copied and decoded outside the mutex.
     *
     * Elements that were given back are served before new ones, oldest first; those whose delay runs when it has
     * passed.
     *
     * What is claimed is made ready first, and then claimed by one store, so that an Error finds all of it claimed or
     * nothing. What `get` has claimed and cannot hand out takes a slot among the leases, as if it had been received and
     * given back.
     *
     * Crash. A death before `taken` is raised took nothing; after it, `get` has handed the element to a dead consumer,
     * and `receive` has recorded the lease before, so it is found there.
     *
     * Files. When `readIndex` enters a segment, the segments before it are removed, but for those that hold a leased
     * element or are to be retained. A segment that `readIndex` points into is never removed.
     */

    private static final long REAP_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int FAR_BEHIND = 64;

    /** How many elements are claimed at once, at most. */
    static final int MAX_BATCH_ELEMENTS = 256;

    private final JournalStore store;
    private final JournalControl control;
    private final Members members;
    private final JournalProducer producer;
    private final JournalWaiters waiters;
    private final JournalMutex mutex;
    private final Leases leases;
    private final Burial burial;
    private final JournalLookup lookup;
    private ChronicleJournal.@Nullable Reader reader;
    /** An Error may have left the reader between two of its states; whoever is next makes another. */
    private boolean isReaderDoubtful;

    private @Nullable JournalDocument current;
    private int cleanedSegment;
    /**
     * What the producers' counter was at least; asked again only at its end, as each look takes their cache line away.
     */
    private long knownAppended;

    /** Taken for good by somebody here who could neither hand it out nor give it back. */
    private final Deque<Claim> strays = new ArrayDeque<>(MAX_BATCH_ELEMENTS); // guarded by this; room for a batch

    private long lastReapNanos = System.nanoTime();
    /**
     * Whether the last look at the leases found something to bury; read without a lock, as the next look finds it
     * again.
     */
    private boolean sawUnburied;

    JournalConsumer(
            JournalStore store,
            Members members,
            JournalProducer producer,
            JournalWaiters waiters,
            Burial.Letters letters) {
        this.store = store;
        this.control = store.control();
        this.members = members;
        this.producer = producer;
        this.waiters = waiters;
        this.leases = new Leases(control, members);
        this.lookup = new JournalLookup(store);
        this.burial = new Burial(this, leases, waiters, letters, store.directory());
        RobustMutex word = new RobustMutex(control.region(), JournalLayout.CONSUMER_MUTEX, members);
        this.mutex = new JournalMutex(word, store, this::recover);
    }

    /**
     * One element that this process has claimed.
     *
     * @param index of its document
     * @param slot of its lease; {@link Leases#NONE} if it was taken for good
     */
    record Claim(long number, long index, JournalDocument.Payload payload, int attempts, int slot, long fence) {}

    /** What an attempt to take came to. */
    enum Outcome {
        TAKEN,
        NOTHING_THERE,
        NO_LEASE_FREE,
        TIMED_OUT
    }

    /**
     * Claims up to {@code max} elements, under leases or for good. Also when this throws, the caller owns exactly what
     * was added to {@code claims}.
     */
    Outcome take(Deque<Claim> claims, int max, boolean lease, long deadline) throws InterruptedException {
        if (sawUnburied) {
            buryWaiting(deadline);
        }
        if (!mutex.lock(deadline)) {
            return Outcome.TIMED_OUT;
        }
        boolean whole = false;
        try {
            store.requireOpen();
            reapIfDue();
            if (!strays.isEmpty()) {
                takeBackStrays();
            }
            Outcome outcome = claim(claims, max, lease);
            whole = true;
            return outcome;
        } catch (QueueShutdownException | QueueClosedException e) {
            whole = true;
            throw e;
        } catch (Exception | InternalError | AssertionError e) {
            // Chronicle throws checked exceptions, too, and does not say so
            throw store.storageFailed("an element could not be read", e);
        } finally {
            if (!whole) {
                current = null;
                isReaderDoubtful = true;
            }
            mutex.unlock(whole);
        }
    }

    private Outcome claim(Deque<Claim> claims, int max, boolean lease) {
        // read first: after shutdown `appended` does not change any more
        boolean shutdown = control.shutdownVolatile();
        int slot = leases.nextReturned();
        if (slot != Leases.NONE) {
            claimReturned(claims, slot, lease);
            return Outcome.TAKEN;
        }
        Outcome outcome = claimNew(claims, max, lease);
        if (outcome == Outcome.NOTHING_THERE && shutdown && isDrained()) {
            throw new QueueShutdownException("the queue is shut down and drained: directory=" + store.directory());
        }
        return outcome;
    }

    /** Whether nothing can come back, either. */
    boolean isDrained() {
        return control.leasedVolatile() == 0 && control.returnedVolatile() == 0;
    }

    private Outcome claimNew(Deque<Claim> claims, int max, boolean lease) {
        long first = control.takenVolatile();
        int room = leases.room(lease);
        long wanted = first + Math.min(max, room);
        long end = Math.min(wanted, appendedFrom(wanted));
        try {
            for (long number = first; number < end; number++) {
                JournalDocument document = number == first ? firstDocument(number) : documentUnlessDamaged(number);
                if (document == null) {
                    knownAppended = 0;
                    break;
                }
                claims.add(claim(document, number, lease));
            }
            if (claims.isEmpty()) {
                return room == 0 && first < control.appendedVolatile() ? Outcome.NO_LEASE_FREE : Outcome.NOTHING_THERE;
            }
            if (lease) {
                leases.countBegun(claims.size());
            }
            control.takenRelease(first + claims.size());
            return Outcome.TAKEN;
        } catch (Throwable e) {
            if (control.takenVolatile() == first) {
                claims.clear();
            }
            throw e;
        }
    }

    private Claim claim(JournalDocument document, long number, boolean lease) {
        int slot = Leases.NONE;
        long fence = 0;
        if (lease) {
            slot = leases.begin(number, document.index());
            fence = leases.fence(slot);
        }
        return new Claim(number, document.index(), document.element(number), 1, slot, fence);
    }

    /** How many elements there are; not asked anew while it is known that there are as many as wanted. */
    private long appendedFrom(long wanted) {
        if (knownAppended < wanted) {
            knownAppended = control.appendedVolatile();
        }
        return knownAppended;
    }

    private void claimReturned(Deque<Claim> claims, int slot, boolean lease) {
        long number = leases.number(slot);
        long index = leases.index(slot);
        JournalDocument.Payload payload = lookup.holding(number, index).element(number);
        int attempts = leases.attempts(slot) + 1;
        Claim claim = new Claim(number, index, payload, attempts, lease ? slot : Leases.NONE, leases.fence(slot) + 1);
        try {
            claims.add(claim);
            if (lease) {
                leases.deliverAgain(slot);
            } else {
                leases.takeReturned(slot);
            }
        } catch (Throwable e) {
            if (leases.state(slot) == Leases.RETURNED_TO_QUEUE) {
                claims.clear();
            }
            throw e;
        }
    }

    // ---- finding documents ------------------------------------------------------------------------------------------

    /** The document that holds the first element that is not taken: nobody needs what stands before it any more. */
    private @Nullable JournalDocument firstDocument(long number) {
        JournalDocument document = documentWith(number);
        if (document != null && document.index() != control.readIndex()) {
            control.readIndex(document.index());
            removeConsumedSegments(document.index());
        }
        return document;
    }

    /**
     * The document that holds an element; null if the element turns out to have been lost in a crash of the machine.
     */
    private @Nullable JournalDocument documentWith(long number) {
        JournalDocument document = current;
        if (document == null || !document.holds(number)) {
            document = read(number);
            current = document;
        }
        return document;
    }

    /** What stands before the damage is handed out; the next call meets it again. */
    private @Nullable JournalDocument documentUnlessDamaged(long number) {
        try {
            return documentWith(number);
        } catch (QueueStorageException e) {
            current = null;
            return null;
        }
    }

    private @Nullable JournalDocument read(long number) {
        ChronicleJournal journal = store.journal();
        ChronicleJournal.Reader reader = isReaderDoubtful ? freshReader(journal) : reader(journal);
        isReaderDoubtful = false;
        long hint = control.readIndex();
        JournalDocument last = current;
        if (last == null || hint - last.index() > FAR_BEHIND) {
            moveTo(reader, hint);
        }
        JournalDocument document = JournalScan.find(store, reader, number);
        if (document == null) {
            // a reader that stood at the end of a segment while its successor was made can have missed it for good
            ChronicleJournal.Reader fresh = freshReader(journal);
            moveTo(fresh, hint);
            document = JournalScan.find(store, fresh, number);
        }
        if (document == null) {
            producer.repairIfNeeded();
            if (control.appendedVolatile() > number) {
                throw store.damaged(hint, "element " + number + " is missing");
            }
        }
        return document;
    }

    private void moveTo(ChronicleJournal.Reader reader, long index) {
        if (index == 0) {
            reader.moveToStart();
        } else if (!reader.moveTo(index)) {
            throw store.damaged(index, "the document is missing");
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
        ChronicleJournal journal = store.journal();
        int segment = journal.segmentOf(readIndex);
        if (segment == cleanedSegment) {
            return;
        }
        cleanedSegment = segment;
        long lowest = Math.min(readIndex, leases.lowestIndex());
        int kept = journal.segmentOf(lowest) - control.retainedSegments();
        try {
            lookup.leaveSegmentsBelow(kept);
            journal.removeSegmentsBelow(kept);
        } catch (IOException e) {
            throw store.storageFailed("consumed segments could not be removed", e);
        }
    }

    // ---- leases -----------------------------------------------------------------------------------------------------

    /** Ends a lease: the element has been dealt with. False if the lease had ended before. */
    boolean acknowledge(Claim claim) {
        return underMutex(() -> leases.acknowledge(claim));
    }

    /** Ends a lease: the element is taken for good, and not dealt with yet. False if the lease had ended before. */
    boolean take(Claim claim) {
        return underMutex(() -> leases.take(claim));
    }

    /** Lets a lease last as long as it would if it began now. False if it had ended before. */
    boolean renew(Claim claim) {
        return underMutex(() -> leases.renew(claim));
    }

    /** Gives an element back, or gives it up if it was delivered too often. False if the lease had ended before. */
    boolean giveBack(Claim claim, long delayNanos) {
        if (claim.attempts() < control.maxAttempts()) {
            return underMutex(() -> leases.giveBack(claim, claim.attempts(), delayNanos));
        }
        boolean mine = underMutex(() -> leases.giveUp(claim, GivenUp.GIVEN_BACK));
        if (mine) {
            burial.bury(claim, GivenUp.GIVEN_BACK.reason(claim.attempts()));
        }
        return mine;
    }

    /** Gives an element back as if it had not been delivered. False if the lease had ended before. */
    boolean release(Claim claim) {
        return underMutex(() -> leases.giveBack(claim, claim.attempts() - 1, 0));
    }

    /** Whether one more element could be claimed. */
    boolean hasRoom(boolean lease) {
        return leases.room(lease) > 0;
    }

    private void reapIfDue() {
        if (control.hasOut() && System.nanoTime() - lastReapNanos >= REAP_NANOS) {
            lastReapNanos = System.nanoTime();
            sawUnburied = leases.reap();
        }
    }

    /** For those who wait and do not take: takes back and buries what is due. */
    void lookAfterLeases(long deadline) throws InterruptedException {
        underMutex(deadline, () -> {
            reapIfDue();
            return true;
        });
        if (sawUnburied) {
            buryWaiting(deadline);
        }
    }

    private void buryWaiting(long deadline) throws InterruptedException {
        sawUnburied = false;
        burial.buryWaiting(deadline);
    }

    /** An element that is out or was given up, so that its document is still there. */
    JournalDocument.Payload read(long index, long number) {
        return look(lookup -> lookup.holding(number, index).element(number));
    }

    // ---- what was claimed and not handed out ------------------------------------------------------------------------

    /*
     * A claim leaves its collection when it has been dealt with. Whatever is thrown meanwhile, what is left in there is
     * to be taken back, or kept.
     */

    /** Takes back all claims because of a failure, for which the first of them may be to blame. */
    void takeBack(Deque<Claim> claims, Throwable failure, boolean blamed) {
        Claim first = claims.element();
        boolean givenUp = blamed && takeBackRefused(claims, failure);
        while (!claims.isEmpty()) {
            Claim claim = claims.element();
            takeBackFirst(claims, () -> giveBack(claim, claim.attempts() - 1, 0)); // as if it had not been claimed
        }
        if (givenUp) {
            bury(first, failure);
        }
    }

    /** Takes back the first of the claims, which could not be handed out. */
    void refuse(Deque<Claim> claims, CodecException failure) {
        Claim refused = claims.element();
        if (takeBackRefused(claims, failure)) {
            bury(refused, failure);
        }
    }

    /**
     * Takes back the first claim, or gives it up if it was out too often. What cannot be decoded here, others may be
     * able to decode, as after an upgrade; if there are none, it is given up.
     *
     * @return whether it was given up
     */
    private boolean takeBackRefused(Deque<Claim> claims, Throwable failure) {
        Claim claim = claims.element();
        boolean hopeless = failure instanceof CodecException && !members.anyOtherAlive();
        if (hopeless || claim.attempts() >= control.maxAttempts()) {
            return takeBackFirst(claims, () -> giveUp(claim, GivenUp.CANNOT_BE_DECODED));
        }
        takeBackFirst(claims, () -> giveBack(claim, claim.attempts(), delayOfRefused(claim)));
        return false;
    }

    private void bury(Claim claim, Throwable failure) {
        String what = failure instanceof CodecException ? failure.getMessage() : failure.toString();
        burial.bury(claim, GivenUp.CANNOT_BE_DECODED.reason(claim.attempts()) + ": " + what);
    }

    /** Never none, or the one who cannot decode the element would at once have it again. */
    private long delayOfRefused(Claim claim) {
        long delay = control.options().redeliveryDelayNanos(claim.attempts());
        return delay > 0 ? delay : DurableQueueOptions.DEFAULT_REDELIVERY_DELAY.toNanos();
    }

    /** False if it was not taken back, but kept, or if its lease had ended before. */
    private boolean takeBackFirst(Deque<Claim> claims, BooleanSupplier how) {
        Claim claim = claims.element();
        int all = claims.size();
        boolean done = underMutex(() -> {
            boolean took = false;
            try {
                took = how.getAsBoolean();
                return took;
            } finally {
                if (took || !leases.isHeld(claim)) {
                    claims.remove();
                }
            }
        });
        if (claims.size() == all) {
            keepFirst(claims);
        }
        return done;
    }

    /** Claims that could not be taken back now are, later. */
    void keep(Deque<Claim> claims) {
        while (!claims.isEmpty()) {
            keepFirst(claims);
        }
    }

    private synchronized void keepFirst(Deque<Claim> claims) {
        Claim claim = claims.element();
        if (claim.slot() == Leases.NONE) {
            strays.add(claim);
        } else {
            leases.expire(claim);
        }
        claims.remove();
    }

    private synchronized void takeBackStrays() {
        while (!strays.isEmpty() && giveBack(strays.element(), strays.element().attempts(), 0)) {
            strays.remove();
        }
    }

    private boolean giveBack(Claim claim, int attempts, long delayNanos) {
        return isGone(claim) ? putAgain(claim) : leases.giveBack(claim, attempts, delayNanos);
    }

    private boolean giveUp(Claim claim, GivenUp why) {
        return isGone(claim) ? putAgain(claim) : leases.giveUp(claim, why);
    }

    /** Whether what was taken for good stood in a segment that was removed since. */
    private boolean isGone(Claim claim) {
        return claim.slot() == Leases.NONE && !hasSegmentOf(claim);
    }

    private boolean hasSegmentOf(Claim claim) {
        ChronicleJournal journal = store.journal();
        return journal.hasSegment(journal.segmentOf(claim.index()));
    }

    /**
     * Puts what was taken behind all others, as it stood; under both mutexes, so that nobody sees it twice or not at
     * all.
     */
    private boolean putAgain(Claim claim) {
        producer.appendRegardless(JournalDocument.of(claim.payload()));
        waiters.notEmpty.signal();
        leases.countAcknowledged();
        return true;
    }

    boolean underMutex(BooleanSupplier action) {
        mutex.lock();
        return thenUnlock(action);
    }

    /** False as well if the mutex was not to be had before the deadline. */
    boolean underMutex(long deadline, BooleanSupplier action) throws InterruptedException {
        return mutex.lock(deadline) && thenUnlock(action);
    }

    private boolean thenUnlock(BooleanSupplier action) {
        boolean whole = false;
        try {
            boolean result = action.getAsBoolean();
            whole = true;
            return result;
        } finally {
            mutex.unlock(whole);
        }
    }

    /**
     * Where to find an element that was returned.
     *
     * @param index of its document
     */
    record Place(long number, long index) {}

    /** The elements that were returned, oldest first. */
    List<Place> returned() {
        List<Place> places = new ArrayList<>();
        underMutex(() -> places.addAll(Leases.returned(control)));
        return places;
    }

    /** Looks while no other thread of this JVM takes or looks. */
    <T extends @Nullable Object> T look(Function<JournalLookup, T> action) {
        return mutex.betweenThreads(() -> {
            store.requireOpen();
            try {
                return action.apply(lookup);
            } catch (Exception | InternalError | AssertionError e) {
                throw store.storageFailed("the journal could not be read", e);
            }
        });
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
        producer.repairUnlessHeld();
        ChronicleJournal journal = store.journal();
        long index = control.readIndex();
        try (ChronicleJournal.Reader place = journal.reader()) {
            if (index != 0 && !place.moveTo(index)) {
                findPlace(journal);
            }
        }
        leases.repair(journal.startOfFirstSegment());
    }

    /**
     * After a crash of the machine, when the control file and the journal are not of the same instant: if the control
     * file is the newer one, counts what there is; if it is the older one, goes on with the first element that there
     * is, because only segments that were consumed have been removed.
     */
    private void findPlace(ChronicleJournal journal) {
        journal.refresh();
        control.readIndex(0);
        try (ChronicleJournal.Reader start = journal.reader()) {
            start.moveToStart();
            byte[] bytes = start.next();
            long skipped =
                    bytes == null ? 0 : JournalScan.parse(store, start, bytes).first() - control.takenVolatile();
            if (skipped > 0) {
                control.acknowledgedRelease(control.acknowledgedVolatile() + skipped);
                control.takenRelease(control.takenVolatile() + skipped);
            }
        }
    }
}
