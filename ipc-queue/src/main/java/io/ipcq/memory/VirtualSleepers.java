// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The virtual threads of this process that sleep on one word of a {@link Waiter}. One platform thread sleeps in the
 * kernel for all of them. They park, which leaves their carriers to other threads.
 *
 * <p>Thread-safe.
 */
final class VirtualSleepers {

    /*
     * Idea
     *   The word counts all wake-ups so far. The platform thread sleeps while the word is unchanged. Then it unparks as
     *   many threads as the word has grown by, in the order in which they came. To the kernel it is one sleeper,
     *   however many threads it stands for. Wake-ups for more threads than it has, it passes on. It may unpark one
     *   thread too many, because others in the kernel were woken as well. That thread looks and sleeps again.
     *   The first thread that sleeps starts it. It ends when there was none for a second.
     *
     * Visibility
     *   A sleeper adds itself to the set before it looks at the word again. Either it finds the word changed, or the
     *   platform thread, which looks at the set after the word, finds the sleeper.
     *
     * Crash
     *   It dies with the process, like any sleeper. If it ends by an Error, the next sleeper starts another one. Until
     *   then all sleepers look again by themselves at the end of their time, within 90 ms.
     */

    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(90);

    private final MappedRegion region;
    private final long counter;
    private final ReentrantLock lock = new ReentrantLock(); // no monitor, in which Java 21 to 23 would keep the carrier
    private final Set<Sleeper> sleepers = new LinkedHashSet<>(); // guarded by it, as is the next one
    private boolean attended;

    VirtualSleepers(MappedRegion region, long counter) {
        this.region = region;
        this.counter = counter;
    }

    private static final class Sleeper {

        private final Thread thread = Thread.currentThread();
        private volatile boolean woken;
    }

    /** Parks if the counter still is {@code expected}, until it is woken, the time is over, or for no reason. */
    void await(int expected, long timeoutNanos, long waitedNanos) {
        Sleeper sleeper = new Sleeper();
        if (!add(sleeper, expected)) {
            Futex.await(region, counter, expected, timeoutNanos, waitedNanos);
            return;
        }
        try {
            if (region.getIntVolatile(counter) == expected && !sleeper.woken) {
                LockSupport.parkNanos(this, timeoutNanos);
            }
        } finally {
            remove(sleeper);
        }
    }

    /** False if there can be no thread for it. */
    private boolean add(Sleeper sleeper, int expected) {
        lock.lock();
        try {
            if (!attended) {
                Thread attendant = LastingThread.make(() -> attend(expected), "ipcq-sleeper");
                attendant.setDaemon(true);
                attendant.start();
                attended = true;
            }
            return sleepers.add(sleeper);
        } catch (OutOfMemoryError e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void remove(Sleeper sleeper) {
        if (!sleeper.woken) {
            lock.lock();
            try {
                sleepers.remove(sleeper);
            } finally {
                lock.unlock();
            }
        }
    }

    /** @param first what the counter was when there was nobody to attend to it */
    private void attend(int first) {
        boolean over = false;
        try {
            int seen = first;
            long idleSince = System.nanoTime();
            while (!over) {
                Futex.await(region, counter, seen, NAP_NANOS, 0);
                int now = region.getIntVolatile(counter);
                if (now != seen) {
                    wakeFor(now - seen);
                    seen = now;
                    idleSince = System.nanoTime();
                } else if (System.nanoTime() - idleSince >= LINGER_NANOS) {
                    over = isOver();
                    idleSince = System.nanoTime();
                }
            }
        } finally {
            if (!over) {
                leave();
            }
        }
    }

    private void wakeFor(int growth) {
        if (growth < 0 || growth >= Waiter.ALL) {
            wake(Integer.MAX_VALUE);
            return;
        }
        int left = wake(growth);
        if (left > 0) {
            Futex.wake(region, counter, left);
        }
    }

    /** Wakes as many, if there are; returns how many there were not. */
    private int wake(int count) {
        List<Sleeper> woken = new ArrayList<>();
        lock.lock();
        try {
            Iterator<Sleeper> first = sleepers.iterator();
            while (woken.size() < count && first.hasNext()) {
                Sleeper sleeper = first.next();
                sleeper.woken = true;
                woken.add(sleeper);
                first.remove();
            }
        } finally {
            lock.unlock();
        }
        woken.forEach(sleeper -> LockSupport.unpark(sleeper.thread));
        return count - woken.size();
    }

    private boolean isOver() {
        lock.lock();
        try {
            attended = !sleepers.isEmpty();
            return !attended;
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        lock.lock();
        try {
            attended = false;
        } finally {
            lock.unlock();
        }
    }
}
