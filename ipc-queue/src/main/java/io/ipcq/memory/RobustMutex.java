// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A lock in shared memory that is taken over when its holder dies.
 *
 * <p>It is held by a {@linkplain Members member}, not by a thread, and is not reentrant: any two threads exclude each
 * other, whether they share a member or not. A thread that gets it as {@link Acquisition#RECOVERED} finds what the lock
 * protects as a death left it, and repairs that before anything else. The repair is idempotent, because its process may
 * die too.
 *
 * <pre>{@code
 * if (mutex.lock() == RECOVERED) {
 *     repair();
 * }
 * try {
 *     change();
 * } catch (Throwable e) {
 *     mutex.abandon();
 *     throw e;
 * }
 * mutex.unlock();
 * }</pre>
 *
 * <p>Thread-safe; process-safe. A killed holder is noticed by whoever waits within some 10 ms; a stopped one is waited
 * for.
 */
public final class RobustMutex {

    /*
     * Idea
     *   One word: 0 is free, else the number of the holder's member, with the top bit set when somebody may sleep.
     *     lock: CAS 0 -> me; else look for some 30 us; else set the bit and sleep on the word, in naps of 1, 2, 5, 10
     *              ms
     *     unlock:  CAS me -> 0; if the bit was set, wake one
     *   Who slept takes the lock with the bit set, for it cannot know who else sleeps.
     *   After a nap that nobody ended, the kernel is asked whether the holder lives. If not: CAS of the very value that
     *   was seen -> me, and the caller repairs. Only a locker takes over; to set a dead holder's word to 0 would hide
     *   that there is something to repair.
     *
     * Visibility
     *   Every change of the word is a volatile CAS, so unlock happens before the next lock, and is a full fence. After
     *   a death was found, a full fence precedes the second look at the word.
     *
     * Crash
     *   A holder that is killed leaves its number, which no later member ever gets, so the word cannot come to mean
     *   somebody else. Leaving by exception must not look like a clean unlock: abandon() stores a number that counts as
     *   dead. A waker killed between the CAS and the wake-up costs a sleeper the rest of its nap.
     *
     * Errors
     *   Any call may find that the stack or the heap is used up, and the holder lives on. So it has to know whether it
     *   holds the lock: nothing is called between the CAS that locks and the return, so who gets an Error has not
     *   locked; and unlock() throws none once it has let go. And leaving has to succeed: the stack that it takes is
     *   reserved before, what it calls is linked by the constructor, and where a CAS finds no memory, a store does:
     *   others change the word only to add their bit, and look again at the end of a nap.
     *
     * References
     *   pthread_mutexattr_setrobust(3); U. Drepper, Futexes Are Tricky; docs/models/mutex.pml (kills and stops
     *   anywhere).
     */

    /** How {@link #lock} ended. */
    public enum Acquisition {
        /** Locked, and what it protects was left in order. */
        ACQUIRED,
        /** Locked, but the last holder died or left by exception: repair first. */
        RECOVERED,
        /** Not locked: the deadline passed. */
        TIMED_OUT
    }

    public static final int BYTES = 8;

    /** What {@link #holder} returns of a free mutex. */
    public static final int NOBODY = 0;

    static final int WORD_OFFSET = 0;
    static final int UNUSED_OFFSET = WORD_OFFSET + Integer.BYTES;
    static final int FREE = 0;
    static final int SLEEPERS = 1 << 31;

    /** Holder that always counts as dead: greater than any member's number. */
    static final int ABANDONED = Integer.MAX_VALUE;

    private static final long[] NAPS_NANOS = {
        TimeUnit.MILLISECONDS.toNanos(1),
        TimeUnit.MILLISECONDS.toNanos(2),
        TimeUnit.MILLISECONDS.toNanos(5),
        TimeUnit.MILLISECONDS.toNanos(10)
    };
    private static final int SPIN_TURNS = 400;

    private final MappedRegion region;
    private final long word;
    private final Members members;
    private final int me;
    private int predecessor; // guarded by the mutex itself

    /** Uses {@value #BYTES} bytes of the region at an offset that is a multiple of 4; zeroed memory is a free lock. */
    public RobustMutex(MappedRegion region, long offset, Members members) {
        this.region = region;
        this.word = offset + WORD_OFFSET;
        this.members = members;
        this.me = members.number();
        region.putIntVolatile(offset + UNUSED_OFFSET, 0); // links it for abandon()
        Objects.requireNonNull(Acquisition.ACQUIRED); // loads it: after locking there may be no stack for that
    }

    /**
     * The number of the member that holds the mutex at an offset, for somebody who is no member; {@link #NOBODY}, or
     * {@link Integer#MAX_VALUE} if its last holder left by exception.
     */
    public static int holder(MappedRegion region, long offset) {
        return owner(region.getIntVolatile(offset + WORD_OFFSET));
    }

    /** Locks, however long it takes; an interrupt is kept for later. */
    public Acquisition lock() {
        StackReserve.require();
        if (region.compareAndSetInt(word, FREE, me)) {
            return Acquisition.ACQUIRED;
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return lockSlow(Deadline.NEVER);
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

    /** Locks if that takes no wait and nothing is to be repaired. */
    public boolean tryLock() {
        StackReserve.require();
        return region.compareAndSetInt(word, FREE, me);
    }

    /**
     * Locks, or gives up.
     *
     * @param deadlineNanos as of {@link System#nanoTime}; {@link Long#MAX_VALUE} is never
     */
    public Acquisition lock(long deadlineNanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        StackReserve.require();
        return region.compareAndSetInt(word, FREE, me) ? Acquisition.ACQUIRED : lockSlow(deadlineNanos);
    }

    /**
     * After {@link Acquisition#RECOVERED}, and as long as it is held: the number of the member that died in it, or
     * {@link Integer#MAX_VALUE} if the last holder left by exception.
     */
    public int predecessor() {
        return predecessor;
    }

    /** Whether a thread of this member holds it. */
    public boolean isHeldByMe() {
        return owner(region.getIntVolatile(word)) == me;
    }

    /** Unlocks; a full fence. An Error that comes out of it came before it had any effect. */
    public void unlock() {
        if (!region.compareAndSetInt(word, me, FREE)) {
            unlockAndWake();
        }
    }

    private void unlockAndWake() {
        int seen;
        do {
            seen = region.getIntVolatile(word);
            if (owner(seen) != me) {
                throw new IllegalMonitorStateException("the mutex is held by another member or by none");
            }
        } while (!region.compareAndSetInt(word, seen, FREE));
        try {
            Futex.wake(region, word, 1);
        } catch (InternalError e) {
            throw e; // the memory is gone
        } catch (Error e) {
            // the sleeper looks again at the end of its nap
        }
    }

    /**
     * Unlocks in such a way that whoever locks next is told to repair; does nothing if another member holds it, or
     * none. Wakes nobody: a sleeper looks again within 10 ms.
     */
    public void abandon() {
        try {
            int seen;
            do {
                seen = region.getIntVolatile(word);
            } while (owner(seen) == me && !region.compareAndSetInt(word, seen, ABANDONED));
        } catch (OutOfMemoryError e) {
            region.putIntVolatile(word, ABANDONED);
        }
    }

    private Acquisition lockSlow(long deadlineNanos) throws InterruptedException {
        for (int turn = 0; turn < SPIN_TURNS; turn++) {
            int seen = region.getIntVolatile(word);
            if (seen == FREE && region.compareAndSetInt(word, FREE, me)) {
                return Acquisition.ACQUIRED;
            }
            Spin.once(turn, Spin.SHORT_RUN);
        }
        return lockAsleep(deadlineNanos);
    }

    private Acquisition lockAsleep(long deadlineNanos) throws InterruptedException {
        long start = System.nanoTime();
        int mine = me | SLEEPERS;
        for (int nap = 0; ; ) {
            int seen = region.getIntVolatile(word);
            if (seen == FREE) {
                if (region.compareAndSetInt(word, FREE, mine)) {
                    return Acquisition.ACQUIRED;
                }
                continue;
            }
            if (owner(seen) == ABANDONED) {
                if (region.compareAndSetInt(word, seen, mine)) {
                    predecessor = ABANDONED;
                    return Acquisition.RECOVERED;
                }
                continue;
            }
            if (seen > 0 && !region.compareAndSetInt(word, seen, seen | SLEEPERS)) {
                continue;
            }
            long now = System.nanoTime();
            long remaining = Deadline.remainingNanos(deadlineNanos, now);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (remaining <= 0) {
                return Acquisition.TIMED_OUT;
            }
            long napNanos = NAPS_NANOS[Math.min(nap++, NAPS_NANOS.length - 1)];
            Futex.await(region, word, seen | SLEEPERS, Math.min(remaining, napNanos), now - start);
            if (region.getIntVolatile(word) == (seen | SLEEPERS) && isDead(owner(seen))) {
                VarHandle.fullFence();
                if (region.compareAndSetInt(word, seen | SLEEPERS, mine)) {
                    predecessor = seen & ~SLEEPERS;
                    return Acquisition.RECOVERED;
                }
            }
        }
    }

    private boolean isDead(int owner) {
        return owner != me && !members.isAlive(owner);
    }

    private static int owner(int word) {
        return word & ~SLEEPERS;
    }

    @Override
    public String toString() {
        int seen = region.getIntVolatile(word);
        String holder =
                seen == FREE ? "free" : owner(seen) == ABANDONED ? "abandoned" : "held by member " + owner(seen);
        return "RobustMutex[" + holder + ", " + region.file() + "]";
    }
}
