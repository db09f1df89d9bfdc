// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.IpcException;
import io.ipcq.memory.CoarseClock;
import io.ipcq.memory.Deadline;
import io.ipcq.memory.Members;
import io.ipcq.memory.RobustMutex;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The side of a durable queue that appends. Thread-safe. */
final class JournalProducer {

    /*
     * Idea. Under the producers' mutex: look whether the queue is shut down or full, number the document, append it,
     * then raise `appended`. That last store is the publication: consumers stay below it, so the size, emptiness and
     * what can be taken are one truth.
     *
     * Crash. A death before Chronicle publishes the document leaves nothing. A death after that and before `appended`
     * is raised leaves a document that nobody counts; `recover` finds it behind the last one that was counted and
     * counts it, so the element of a `put` that never returned is there once, or not at all.
     */

    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    static final long DONE = -1;
    static final long TIMED_OUT = -2;

    private final JournalStore store;
    private final JournalControl control;
    private final JournalMutex mutex;

    JournalProducer(JournalStore store, Members members) {
        this.store = store;
        this.control = store.control();
        RobustMutex word = new RobustMutex(control.region(), JournalLayout.PRODUCER_MUTEX, members);
        this.mutex = new JournalMutex(word, store, this::recover);
        CoarseClock.prepare(); // loads it: later there may be no stack for that
    }

    /**
     * Appends a document if there is room for all of its elements.
     *
     * @param regardless of whether the queue is full or shut down
     * @return {@link #DONE}, {@link #TIMED_OUT}, or how many elements there is room for
     */
    long append(byte[] document, int count, long deadline, boolean regardless) throws InterruptedException {
        CoarseClock.prepare();
        if (!mutex.lock(deadline)) {
            return TIMED_OUT;
        }
        boolean whole = false;
        long index;
        try {
            long room = regardless ? regardlessOfRoom() : room();
            if (room < count) {
                whole = true;
                return room;
            }
            index = append(document, count);
            whole = true;
        } catch (QueueShutdownException | QueueClosedException e) {
            whole = true;
            throw e;
        } finally {
            mutex.unlock(whole);
        }
        if (control.sync()) {
            force(index, count);
        }
        return DONE;
    }

    /** Appends one element also if the queue is full or shut down. */
    void appendRegardless(byte[] document) {
        try {
            append(document, 1, Deadline.NOW, true);
        } catch (InterruptedException e) {
            throw new AssertionError("does not wait", e);
        }
    }

    private long room() {
        store.requireOpen();
        if (control.shutdownVolatile()) {
            throw new QueueShutdownException(
                    "the queue is shut down and takes no more elements: directory=" + store.directory());
        }
        long maxSize = control.maxSize();
        return maxSize == Long.MAX_VALUE ? maxSize : Math.max(0, maxSize - control.size());
    }

    private long regardlessOfRoom() {
        store.requireOpen();
        return Long.MAX_VALUE;
    }

    private long append(byte[] document, int count) {
        ChronicleJournal journal = store.journal();
        long number = control.appendedVolatile();
        JournalDocument.number(document, number);
        if (control.times().isPutDue(CoarseClock.millis())) {
            notePut(number);
        }
        long index;
        try {
            index = journal.append(document, document.length);
        } catch (Exception | InternalError | AssertionError e) {
            // a fault in mapped memory arrives as InternalError, a damaged file as whatever Chronicle makes of it
            journal.discardAppender();
            throw store.storageFailed("an element could not be written", e);
        }
        control.lastIndex(index);
        control.appendedRelease(number + count);
        return index;
    }

    /** Before the element is there; others do not see it without its time. */
    private void notePut(long number) {
        long now = System.currentTimeMillis(); // the coarse clock may have been stopped with this process
        if (control.times().isPutDue(now)) {
            control.times().notePlace(number, control.lowestWanted(), now);
            control.times().notePut(now);
        }
    }

    private void force(long index, int count) {
        try {
            store.journal().force(index);
        } catch (IOException e) {
            IpcException failure = store.storageFailed("what was put is in the queue, but may not be on the disk", e);
            throw new QueueStorageException(String.valueOf(failure.getMessage()), e, count);
        }
    }

    void shutdown() {
        exclusively(control::setShutdown);
    }

    /** Takes a shutdown back. */
    void reopen() {
        exclusively(control::clearShutdown);
    }

    /** Runs an action that no producer of any process may interfere with. */
    void exclusively(Runnable action) {
        mutex.lock();
        try {
            action.run();
        } finally {
            mutex.unlock(true);
        }
    }

    /** Repairs what a dead producer left, if there is anything. */
    void repairIfNeeded() {
        exclusively(() -> {});
    }

    <T extends @Nullable Object> T betweenThreads(Supplier<T> action) {
        return mutex.betweenThreads(action);
    }

    /** Repairs what a dead producer left, but does not wait for a living one that may be stopped. */
    void repairUnlessHeld() {
        boolean locked = false;
        try {
            locked = mutex.lock(Deadline.in(PATIENCE_NANOS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (locked) {
                mutex.unlock(true);
            }
        }
    }

    /** Lets the next producer, of any process, repair first. */
    void demandRepair() {
        mutex.demandRepair();
    }

    private void recover() {
        try {
            recount();
        } catch (Exception | InternalError | AssertionError e) {
            throw store.storageFailed("the end of the journal could not be found", e);
        }
    }

    /** Counts what is in the journal, after a death inside the mutex or of the machine. */
    private void recount() throws IOException, JournalDocument.DamagedException {
        ChronicleJournal journal = store.journal();
        journal.recover();
        long end = 0;
        long index = 0;
        long endBytes = 0;
        try (ChronicleJournal.Reader reader = journal.reader()) {
            if (control.lastIndex() == 0 || !reader.moveTo(control.lastIndex())) {
                reader.moveToStart();
            }
            for (byte[] bytes = reader.next(); bytes != null; bytes = reader.next()) {
                JournalDocument document = JournalDocument.parse(bytes, reader.index());
                end = document.end();
                index = reader.index();
                endBytes = reader.endBytes();
            }
        }
        if (journal.segmentOf(index) > control.segmentVolatile()) {
            // what is appended to an earlier segment would never be read
            throw new IOException("the control file is older than the journal: segment=" + control.segmentVolatile()
                    + ", last=" + journal.segmentOf(index) + "; restore both");
        }
        // an empty journal whose files were all removed keeps its numbers
        if (end > 0) {
            journal.resumeAfter(index, endBytes);
            control.lastIndex(index);
            control.appendedRelease(end);
            if (control.takenVolatile() > end) {
                // lost in a crash of the machine; nobody takes here meanwhile, for there is nothing behind the end
                control.takenRelease(end);
            }
        }
    }
}
