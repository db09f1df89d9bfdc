// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.queue.RingLayout.*;

import io.ipcq.event.Events;
import io.ipcq.memory.CoarseClock;
import io.ipcq.memory.Deadline;
import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RobustMutex;
import io.ipcq.memory.RobustMutex.Acquisition;
import io.ipcq.memory.StackReserve;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.VarHandle;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Records of bytes in a ring of shared memory: any number of producers, one after the other, and of consumers, side by
 * side.
 *
 * <p>Nothing here waits for room or for a record; a producer may wait for another one.
 */
final class Ring extends RingRecords {

    /*
     * Idea
     *   Positions count bytes and only grow; position p stands at p modulo capacity. A record begins with a stamp, and
     *   the stamp is what makes it one:
     *     stamp = KEY ^ (p | kind), kind = 1 committed, 2 padding up to the end of the buffer, 3 closed: nothing comes
     *     any more
     *   KEY is a random number with its top bit set, so zeros, bytes of an earlier lap, and copies of old records are
     *   not this position's stamp.
     *     put: lock; closed? for each: room up to `head`? behind the last one, write length, number and payload; store
     *           the stamp. Store `count` and `tail`; unlock
     *           (within a batch as well, when `head` is found to have passed `tail`)
     *     take: h = `head`; stamp at h committed? copy; CAS `head` h -> next: got it. Not stamped, and `head` still h?
     *           Empty
     *   Consumers never look at `tail`, so producers and consumers share the records' lines and little else. Producers
     *   look at `head` only when it seems that there is no room, and at a record only to write it: to read it first
     *   would take its line from the other side twice.
     *   A record never runs across the end of the buffer, and behind it there is always room for one more header, so
     *   that a stamp, be it padding or closed, never falls on the record at `head`. A record of more than about half
     *   the capacity might need a padding that never fits; it is refused.
     *   Each record carries the number of its element: the size is the number behind the last one less that of the
     *   first. `count` is the number behind the last one if no stamp has overtaken `tail`, as it may have while the
     *   mutex is held; then the records say it.
     *
     * Visibility
     *   The stamp is a release store, read with acquire: who sees it sees the record, in every process, and that one
     *   store is the publication; no other word says whether there is an element. `count` and `tail` follow with
     *   release: were `tail` to overtake the stamp, a death in between would leave a hole that nobody passes. Space is
     *   written again only when `head` is beyond it, so if the CAS of `head` succeeds, or `head` has not moved since
     *   before a read, nothing that was read was overwritten meanwhile; lengths are believed no sooner, unless they are
     *   in bounds and small. Nor is it written again before `tail` is beyond it, however long a batch is: from `tail`
     *   on the stamps lead to the end, always. unlock and the CAS of `head` are full fences: the caller may look at the
     *   sleepers' flag right after them.
     *
     * Crash
     *   While the mutex is free, `tail`, `count` and `isClosed` are right. A producer that dies inside before the stamp
     *   leaves bytes that nobody looks at; after it, an element like any other, and words that are behind. It leaves
     *   the mutex, too, and who takes that over from the dead steps from `tail` over what is stamped, storing `count`
     *   and `tail`, then `isClosed`. That is all there is to repair; it may be cut short and begun again, and is also
     *   done after one who left by exception. Consumers go on in any case. A consumer that dies before its CAS has
     *   taken nothing, after it has taken the element. Blocks are allocated by writing zeros, under the mutex, before
     *   `tail` first gets there, and `allocated` is stored when the write has returned.
     *
     * Errors
     *   The stack or the heap may be used up at any call. A thread that has locked calls nothing before it is in a
     *   `try` that abandons the mutex, so no living process keeps it. What an Error leaves half done is what a death
     *   leaves. A consumer has made the array before its CAS.
     *
     * References
     *   docs/models/ring.pml (every interleaving, with kills and stops). M. Thompson, ManyToOneRingBuffer of Agrona:
     *   records that do not run across the end.
     */

    /** Results of {@link #put} that are not a number of elements. */
    static final int TIMED_OUT = -1;

    static final int SHUT_DOWN = -2;

    /** What {@link #take} returns when the ring is shut down and drained. */
    static final byte[] OVER = new byte[0];

    /** How long a producer waits for the mutex before it looks whether its handle was closed. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final RobustMutex mutex;
    private final Runnable requireOpen;

    // the words of that name, from loadEnd to storeEnd; guarded by the mutex
    private long tail;
    private long count;
    // what is behind these is known to be free, and the first is never ahead of `tail`; guarded by the mutex
    private long headSeen;
    private long headNumberSeen;
    private long allocatedSeen;
    private long putNoted; // what the clock said then; guarded by the mutex
    private long takeNoted; // a hint, written by anyone who takes

    /**
     * @param requireOpen throws if the ring is not to be touched any more; asked by producers once they have the mutex
     */
    Ring(RingControl control, RobustMutex mutex, Runnable requireOpen) {
        super(control);
        this.mutex = mutex;
        this.requireOpen = requireOpen;
        CoarseClock.prepare(); // loads it: later there may be no stack for that
    }

    // ---- put --------------------------------------------------------------------------------------------------------

    /**
     * Appends as many of the payloads as there is room for.
     *
     * @return how many, {@link #TIMED_OUT} or {@link #SHUT_DOWN}
     */
    int put(List<byte[]> payloads, long deadline) throws InterruptedException {
        CoarseClock.prepare();
        Acquisition acquisition = lock(deadline);
        if (acquisition == Acquisition.TIMED_OUT) {
            return TIMED_OUT;
        }
        try {
            enter(acquisition);
            int result = appendEach(payloads);
            mutex.unlock();
            return result;
        } catch (Throwable e) {
            mutex.abandon();
            drainFaults();
            throw e;
        }
    }

    private int appendEach(List<byte[]> payloads) {
        if (isClosed()) {
            return SHUT_DOWN;
        }
        loadEnd();
        int appended = 0;
        try {
            while (appended < payloads.size() && append(payloads.get(appended))) {
                appended++;
            }
        } catch (QueueStorageException e) {
            if (appended == 0) {
                throw e;
            }
            // those before it are in the queue; whoever puts the rest is told
        }
        if (appended > 0) {
            storeEnd();
        }
        return appended;
    }

    /**
     * Appends one payload if there is room.
     *
     * @return 1, 0, {@link #TIMED_OUT} or {@link #SHUT_DOWN}
     */
    int put(byte[] payload, long deadline) throws InterruptedException {
        CoarseClock.prepare();
        Acquisition acquisition = lock(deadline);
        if (acquisition == Acquisition.TIMED_OUT) {
            return TIMED_OUT;
        }
        try {
            enter(acquisition);
            int result = appendOne(payload);
            mutex.unlock();
            return result;
        } catch (Throwable e) {
            mutex.abandon();
            drainFaults();
            throw e;
        }
    }

    private int appendOne(byte[] payload) {
        if (isClosed()) {
            return SHUT_DOWN;
        }
        loadEnd();
        if (!append(payload)) {
            return 0;
        }
        storeEnd();
        return 1;
    }

    /** Accepts no more. */
    void shutdown() {
        Acquisition acquisition = lockUninterruptibly();
        try {
            enter(acquisition);
            if (!isClosed()) {
                stampRelease(region.getLong(TAIL), CLOSED);
                region.putIntRelease(IS_CLOSED, 1);
            }
            mutex.unlock();
        } catch (Throwable e) {
            mutex.abandon();
            drainFaults();
            throw e;
        }
    }

    private boolean isClosed() {
        return region.getInt(IS_CLOSED) != 0;
    }

    private void loadEnd() {
        tail = region.getLong(TAIL);
        count = region.getLong(COUNT);
    }

    private void storeEnd() {
        region.putLongRelease(COUNT, count);
        region.putLongRelease(TAIL, tail);
    }

    /** Appends behind what {@link #loadEnd} found, if there is room. */
    private boolean append(byte[] payload) {
        int bytes = recordBytes(payload.length);
        long position = fits(tail, bytes) ? tail : nextLap(tail);
        if (!hasRoom(position, bytes) || !hasRoomFor(count, tail)) {
            return false;
        }
        allocate(position + bytes + HEADER_BYTES);
        notePut();
        if (position != tail) {
            stampRelease(tail, PADDING);
        }
        int offset = offset(position);
        region.putLong(offset + RECORD_LENGTH, count << Integer.SIZE | payload.length);
        region.putBytes(offset + RECORD_PAYLOAD, payload, 0, payload.length);
        region.putInt(LAST_BYTES, bytes);
        stampRelease(position, COMMITTED);
        count++;
        tail = position + bytes;
        return true;
    }

    /** Before the element is there; others do not see it without its time. */
    private void notePut() {
        long time = CoarseClock.millis();
        if (time != putNoted) {
            long now =
                    times.isPutDue(time) ? System.currentTimeMillis() : time; // the clock may have been stopped with us
            if (times.isPutDue(now)) {
                times.notePlace(tail, headAcquire(), now);
                times.notePut(now);
            }
            putNoted = time;
        }
    }

    /** Moves `tail` to the end of what is stamped, and notes whether that is closed. */
    private void repair() {
        long tail = region.getLong(TAIL);
        int kind = kind(tail);
        while (kind == COMMITTED || kind == PADDING) {
            if (kind == COMMITTED) {
                int length = requireValid(tail, length(tail));
                region.putLongRelease(COUNT, after(region.getLong(COUNT), number(tail)));
                tail += recordBytes(length);
            } else {
                tail = nextLap(tail);
            }
            region.putLongRelease(TAIL, tail);
            kind = kind(tail);
        }
        region.putIntRelease(IS_CLOSED, kind == CLOSED ? 1 : 0);
    }

    private boolean hasRoom(long position, int bytes) {
        if (position + bytes + HEADER_BYTES - headSeen <= capacity) {
            return true;
        }
        long head = headAcquire();
        if (head > region.getLong(TAIL)) {
            storeEnd();
            // before what the free space holds is overwritten: whoever sees that sees `tail` beyond it
            VarHandle.storeStoreFence();
        }
        headSeen = head;
        return position + bytes + HEADER_BYTES - headSeen <= capacity;
    }

    private boolean hasRoomFor(long number, long tail) {
        if (maxSize == Long.MAX_VALUE || number - headNumberSeen < maxSize) {
            return true;
        }
        headNumberSeen = numberAtHead(number, tail);
        return number - headNumberSeen < maxSize;
    }

    /** Number of the first element that is there, or else of the next one. */
    private long numberAtHead(long next, long tail) {
        for (int attempt = 1; ; attempt++) {
            long head = headAcquire();
            long first = firstRecord(head, tail);
            long number = first >= tail ? next : next - ((int) next - number(first));
            if (isHead(head)) {
                return number;
            }
            pause(attempt);
        }
    }

    private void allocate(long end) {
        if (Math.min(end, capacity) > allocatedSeen) {
            allocateSlow(end);
        }
    }

    private void allocateSlow(long end) {
        long allocated = region.getLong(ALLOCATED);
        if (Math.min(end, capacity) > allocated) {
            long target = Math.min(capacity, Math.max(end, allocated + ALLOCATION_BYTES));
            try {
                region.allocate(DATA + allocated, DATA + target, KEY);
            } catch (NoSuchFileException e) {
                throw QueueStorageException.gone(e);
            } catch (IOException e) {
                throw new QueueStorageException(
                        "the element was not put, as its place could not be allocated: " + StorageFailure.describe(e),
                        e);
            }
            region.putLongRelease(ALLOCATED, target);
            allocated = target;
        }
        allocatedSeen = allocated;
    }

    // ---- take -------------------------------------------------------------------------------------------------------

    /** Takes one payload; null if there is none, {@link #OVER} if there never will be. */
    byte @Nullable [] take() {
        for (int attempt = 1; ; attempt++) {
            long head = headAcquire();
            int kind = kind(head);
            if (kind == COMMITTED) {
                byte[] payload = takeRecord(head);
                if (payload != null) {
                    return payload;
                }
            } else if (kind == PADDING) {
                compareAndSetHead(head, nextLap(head));
            } else if (kind == CLOSED) {
                return OVER;
            } else if (isHead(head)) {
                return null;
            }
            pause(attempt);
        }
    }

    /** Takes the record at `head`; null if somebody else was faster. */
    private byte @Nullable [] takeRecord(long head) {
        int length = length(head);
        if (!isBelievable(head, length)) {
            return null;
        }
        byte[] payload = payload(head, length);
        return compareAndSetHead(head, head + recordBytes(length)) ? payload : null;
    }

    /**
     * Takes up to {@code maxCount} payloads that stand together, and of about {@code maxBytes} at most, in one claim.
     *
     * @param target empty; what is in it afterwards was taken, also when this throws
     */
    int take(List<byte[]> target, int maxCount, int maxBytes) {
        StackReserve.require();
        boolean taken = false;
        try {
            for (int attempt = 1; ; attempt++) {
                long head = headAcquire();
                long next = read(head, target, maxCount, maxBytes);
                int count = target.size();
                if (next == head) {
                    if (isHead(head)) {
                        return 0;
                    }
                } else if (compareAndSetHead(head, next) && count > 0) {
                    taken = true; // nothing is called between the claim and this
                    return count;
                }
                target.clear();
                pause(attempt);
            }
        } finally {
            if (!taken) {
                target.clear();
            }
        }
    }

    /** For who has taken something, and keeps that if this fails. */
    void noteTake() {
        long time = CoarseClock.millisAndPrepare();
        if (time != takeNoted) {
            takeNoted = time;
            if (times.isTakeDue(time)) {
                times.noteTake(System.currentTimeMillis()); // as for a put
            }
        }
    }

    private long read(long head, List<byte[]> target, int maxCount, int maxBytes) {
        long position = head;
        while (target.size() < maxCount && position - head < maxBytes) {
            int kind = kind(position);
            if (kind == PADDING) {
                position = nextLap(position);
            } else if (kind == COMMITTED) {
                int length = length(position);
                if (!isValid(position, length) || (length > SMALL_BYTES && !isHead(head))) {
                    requireMoved(head, position, length);
                    return position;
                }
                target.add(payload(position, length));
                position += recordBytes(length);
            } else {
                break;
            }
        }
        return position;
    }

    /** Whether {@link #take} would return something, be it {@link #OVER}. */
    boolean isReady() {
        for (int attempt = 1; ; attempt++) {
            long head = headAcquire();
            int kind = kind(head);
            if (kind == COMMITTED || kind == CLOSED) {
                return true;
            }
            if (kind == PADDING) {
                compareAndSetHead(head, nextLap(head));
            } else if (isHead(head)) {
                return false;
            }
            pause(attempt);
        }
    }

    // ---- the mutex --------------------------------------------------------------------------------------------------

    private Acquisition lock(long deadline) throws InterruptedException {
        return mutex.tryLock() ? Acquisition.ACQUIRED : lockSlow(deadline);
    }

    private Acquisition lockSlow(long deadline) throws InterruptedException {
        if (deadline == Deadline.NOW) {
            return lockUninterruptibly();
        }
        while (true) {
            requireOpen.run();
            Acquisition acquisition = lockFor(Deadline.atMost(deadline, PATIENCE_NANOS));
            if (acquisition != Acquisition.TIMED_OUT || Deadline.hasPassed(deadline)) {
                return acquisition;
            }
        }
    }

    private Acquisition lockFor(long deadline) throws InterruptedException {
        try {
            return mutex.lock(deadline);
        } catch (UncheckedIOException e) {
            // the members file is closed with the handle
            requireOpen.run();
            throw e;
        }
    }

    private Acquisition lockUninterruptibly() {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return lock(Deadline.NEVER);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * A handle that is closed is no living member: others may have taken the mutex over, and nothing is to be touched.
     * A thread that took it over from the dead repairs what they left.
     */
    private void enter(Acquisition acquisition) {
        requireOpen.run();
        if (acquisition == Acquisition.RECOVERED) {
            repair();
            if (mutex.predecessor() != QueueSnapshot.ABANDONED) {
                Events.takeover(region.file().resolveSibling(""), mutex.predecessor());
            }
        }
    }

    /** A fault in mapped memory shows up late; another one is not to come out while somebody deals with the first. */
    private void drainFaults() {
        try {
            MappedRegion.surfaceFaults();
        } catch (InternalError next) {
            QueueLog.get().debug("the memory of a ring is gone: file={}", region.file(), next);
        }
    }

    // ---- words ------------------------------------------------------------------------------------------------------

    private boolean compareAndSetHead(long head, long next) {
        return region.compareAndSetLong(HEAD, head, next);
    }

    private void stampRelease(long position, int kind) {
        region.putLongRelease(offset(position) + RECORD_STAMP, key ^ (position | kind));
    }
}
