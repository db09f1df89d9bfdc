// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A place in shared memory where threads of several processes wait until something has changed.
 *
 * <p>Thread-safe; process-safe. A waiter or a waker that is killed leaves nothing behind that another one would stumble
 * over; a wake-up that died with its waker is made up for within 90 ms.
 */
public final class Waiter {

    /*
     * Idea
     *   Two words: a flag "somebody sleeps", and a counter of those who were to be woken, which is what sleepers sleep
     *   on.
     *     await: e = counter; unless flag = 1 already: look, flag = 1; look; sleep while counter = e, 90 ms at most;
     *             from the start
     *     signal: (the change was made;) flag = 1?  then flag = 0, counter + many, wake all
     *   Nobody sleeping: signal is a fence and a load.
     *   Who sleeps looks again sooner than after 90 ms at first. Where many threads of its process sleep, it does so
     *   later: up to 900 of them look ten thousand times a second together, and more of them each 90 ms.
     *   A virtual thread parks, and a platform thread of its process sleeps for it: see VirtualSleepers.
     *   Where a change is for one of them alone, as an element is, waking all would cost each put as much as there are
     *   sleepers. So there signal wakes as many as there is for, and as the flag is 0 now for all who sleep on:
     *     await:  as above; who has slept sets flag = 1 before it returns that the condition holds
     *     relay:  (it has taken what there was;) flag = 1 and there is more?  then signal one
     *   What was put before the flag was set again is seen by relay; what was put later, its producer signals.
     *
     * Visibility
     *   The flag is set before the last look, and the change is made before the flag is read, each with a full fence in
     *   between: at least one side sees the other. A release store before the read of the flag would not do, not even
     *   on x86. If the waker saw the flag after the last look, the counter has moved and the kernel does not put the
     *   sleeper to sleep, or wakes it. A flag that is found set needs no other fence: a waker that has not seen it yet
     *   will, as only wakers clear it; one that clears it moves the counter afterwards, past what was read before the
     *   flag.
     *
     * Crash
     *   A flag and not a count: there is nothing to leak when a sleeper dies, and nothing to repair. Because a waker
     *   clears it for all, it wakes all, or the one that it wakes sets it again for the others; who still has to wait
     *   sets it again too. A waker that dies between its change and the wake-up, or a woken process that dies or is
     *   stopped before it acts, costs the others 90 ms at most.
     *
     * References
     *   U. Drepper, Futexes Are Tricky; docs/models/wait.pml (all interleavings, with store buffers and a kill).
     */

    public static final int BYTES = 8;

    static final int FLAG_OFFSET = 0;
    static final int COUNTER_OFFSET = FLAG_OFFSET + Integer.BYTES;

    private static final int SOMEBODY_SLEEPS = 1;
    /** What the counter grows by when all are woken. */
    static final int ALL = 1 << 16;

    private static final long LONGEST_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(90);
    private static final long SHORTEST_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    /** Between the looks of any two of the threads of this process that sleep. */
    private static final long BETWEEN_LOOKS_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int TURNS_BETWEEN_CLOCKS = 64;

    /** How many threads of this process sleep, at all waiters. */
    private static final AtomicInteger SLEEPERS = new AtomicInteger();

    private final MappedRegion region;
    private final long flag;
    private final long counter;
    private final StandardWait strategy;
    private final boolean relays;
    private final AtomicReference<@Nullable VirtualSleepers> virtualSleepers = new AtomicReference<>();

    private Waiter(MappedRegion region, long offset, WaitStrategy strategy, boolean relays) {
        this.region = region;
        this.flag = offset + FLAG_OFFSET;
        this.counter = offset + COUNTER_OFFSET;
        this.strategy = (StandardWait) strategy;
        this.relays = relays;
    }

    /**
     * For a change that concerns all who wait, or one that they do not say.
     *
     * <p>Uses {@value #BYTES} bytes of the region at an offset that is a multiple of 4; zeroed memory is right to begin
     * with.
     */
    public Waiter(MappedRegion region, long offset, WaitStrategy strategy) {
        this(region, offset, strategy, false);
    }

    /**
     * For changes of which each concerns one of those who wait, whichever: they wait for the same condition, take what
     * made it true, and then call {@link #relay}.
     *
     * <p>All who use these words of the region do so in this way.
     */
    public static Waiter relaying(MappedRegion region, long offset, WaitStrategy strategy) {
        return new Waiter(region, offset, strategy, true);
    }

    /**
     * Whether who waits sleeps in the kernel on this machine; if not, it looks again and again, with growing pauses.
     */
    public static boolean isNative() {
        return Futex.isNative();
    }

    /** Whether somebody sleeps on the words at an offset, or did when it was last woken, for one who only looks. */
    public static boolean somebodySleeps(MappedRegion region, long offset) {
        return region.getIntVolatile(offset + FLAG_OFFSET) == SOMEBODY_SLEEPS;
    }

    /**
     * Waits until the condition holds.
     *
     * @param condition reads shared words, at least with acquire; called often, so it is cheap and has no side effect
     *     unless it returns true
     * @param deadlineNanos as of {@link System#nanoTime}; {@link Long#MAX_VALUE} is never
     * @return true if the condition held, false at the deadline
     */
    public boolean await(BooleanSupplier condition, long deadlineNanos) throws InterruptedException {
        return await(condition, deadlineNanos, System.nanoTime());
    }

    /**
     * Goes on with a wait that has pauses, in which something else is looked at.
     *
     * @param beganNanos when the first part of it began: who has waited for long sleeps for long, and costs next to
     *     nothing
     */
    public boolean await(BooleanSupplier condition, long deadlineNanos, long beganNanos) throws InterruptedException {
        if (condition.getAsBoolean()) {
            return true;
        }
        return strategy == StandardWait.SPINNING
                ? spin(condition, deadlineNanos)
                : await(condition, condition, deadlineNanos, beganNanos);
    }

    /**
     * Waits until the condition holds, but for some 30 us at first for something better.
     *
     * @param better implies the condition, and is of the same kind
     * @param beganNanos as of {@link #await(BooleanSupplier, long, long)}
     */
    public boolean await(BooleanSupplier better, BooleanSupplier condition, long deadlineNanos, long beganNanos)
            throws InterruptedException {
        if (Spin.briefly(better)) {
            return true;
        }
        return switch (strategy) {
            case BLOCKING -> sleep(condition, deadlineNanos, beganNanos);
            case SPINNING -> spin(condition, deadlineNanos);
            case BACKOFF -> backOff(condition, deadlineNanos);
        };
    }

    /** Wakes all who wait, after something has changed; without a system call if nobody sleeps. */
    public void signal() {
        VarHandle.fullFence();
        signalFenced();
    }

    /** Like {@link #signal}, for a caller that had a full fence, such as a compare-and-set, in or after its change. */
    public void signalFenced() {
        signalFenced(Integer.MAX_VALUE);
    }

    /** Like {@link #signalFenced()}, but wakes {@code count} of those who relay, at most. */
    public void signalFenced(int count) {
        if (region.getIntVolatile(flag) != 0) {
            wake(count);
        }
    }

    /**
     * Passes on a wake-up that may have been meant for more than the caller, who has waited and has taken its part.
     *
     * @param more whether there is something left for another one
     */
    public void relay(BooleanSupplier more) {
        VarHandle.fullFence();
        if (region.getIntVolatile(flag) != 0 && more.getAsBoolean()) {
            wake(1);
        }
    }

    /** Wakes all who wait, also those of whom nothing is known, because a relay is under way or has died. */
    public void wakeAll() {
        wake(Integer.MAX_VALUE);
    }

    private void wake(int count) {
        try {
            region.putIntVolatile(flag, 0);
            region.getAndAddInt(counter, Math.min(count, ALL));
            Futex.wake(region, counter, count);
        } catch (InternalError e) {
            throw e; // the memory is gone
        } catch (Error e) {
            // the change was made, and its maker is to know; a sleeper looks again within 90 ms
        }
    }

    private boolean sleep(BooleanSupplier condition, long deadlineNanos, long beganNanos) throws InterruptedException {
        boolean slept = false;
        while (true) {
            int event = region.getIntVolatile(counter);
            if (region.getIntVolatile(flag) == 0) {
                if (condition.getAsBoolean()) {
                    return woken(slept);
                }
                region.putIntVolatile(flag, SOMEBODY_SLEEPS);
                VarHandle.fullFence();
            }
            if (condition.getAsBoolean()) {
                return woken(slept);
            }
            long now = System.nanoTime();
            long remaining = remaining(deadlineNanos, now);
            if (remaining <= 0) {
                return false;
            }
            nap(event, Math.min(remaining, longestSleepNanos(now - beganNanos, sleepers())), now - beganNanos);
            slept = true;
        }
    }

    private void nap(int event, long nanos, long waitedNanos) {
        SLEEPERS.getAndIncrement();
        try {
            if (VirtualThreads.isCurrent() && Futex.isNative()) {
                virtualSleepers().await(event, nanos, waitedNanos);
            } else {
                Futex.await(region, counter, event, nanos, waitedNanos);
            }
        } finally {
            SLEEPERS.getAndDecrement();
        }
    }

    private VirtualSleepers virtualSleepers() {
        VirtualSleepers sleepers = virtualSleepers.get();
        if (sleepers == null) {
            virtualSleepers.compareAndSet(null, new VirtualSleepers(region, counter));
            sleepers = virtualSleepers.get();
        }
        return Objects.requireNonNull(sleepers);
    }

    /** The waker has cleared the flag for all, and others may sleep on. */
    private boolean woken(boolean slept) {
        if (slept && relays) {
            region.putIntVolatile(flag, SOMEBODY_SLEEPS);
        }
        return true;
    }

    /** How many threads of this process sleep in a waiter. */
    static int sleepers() {
        return SLEEPERS.get();
    }

    /** Short at first: a waker that has just started changes its word long before it can make its first system call. */
    static long longestSleepNanos(long waitedNanos, int others) {
        long shortest = Math.max(SHORTEST_SLEEP_NANOS, BETWEEN_LOOKS_NANOS * others);
        return Math.min(LONGEST_SLEEP_NANOS, Math.max(shortest, waitedNanos / 16));
    }

    private static boolean spin(BooleanSupplier condition, long deadlineNanos) throws InterruptedException {
        for (int turn = 0; !condition.getAsBoolean(); turn++) {
            if (turn % TURNS_BETWEEN_CLOCKS == 0 && remaining(deadlineNanos, System.nanoTime()) <= 0) {
                return condition.getAsBoolean();
            }
            Spin.once(turn & Integer.MAX_VALUE, Spin.LONG_RUN);
        }
        return true;
    }

    private static boolean backOff(BooleanSupplier condition, long deadlineNanos) throws InterruptedException {
        long pauseNanos = 1_000;
        while (!condition.getAsBoolean()) {
            long remaining = remaining(deadlineNanos, System.nanoTime());
            if (remaining <= 0) {
                return condition.getAsBoolean();
            }
            LockSupport.parkNanos(Math.min(remaining, pauseNanos));
            pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
        }
        return true;
    }

    private static long remaining(long deadlineNanos, long now) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return Deadline.remainingNanos(deadlineNanos, now);
    }
}
