// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.queue.JournalConsumer.Claim;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Moves elements that were given up to the dead letters. Thread-safe.
 *
 * <p>It takes no element for that, and no failure of the dead letters reaches consumers. An element that cannot be
 * written stays in its slot and is counted. The next thread of any process that looks after the leases tries again.
 */
final class Burial {

    private static final int BATCH = 64;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Where elements go that are given up. */
    @FunctionalInterface
    interface Letters {
        void write(DeadLetter letter) throws IOException;
    }

    private final JournalConsumer consumer;
    private final Leases leases;
    private final JournalWaiters waiters;
    private final Letters letters;
    private final Path directory;
    /** Held as long as a slot names this member as the one who buries: what names it otherwise was left halfway. */
    private final ReentrantLock atIt = new ReentrantLock();

    private boolean warned; // guarded by atIt

    Burial(JournalConsumer consumer, Leases leases, JournalWaiters waiters, Letters letters, Path directory) {
        this.consumer = consumer;
        this.leases = leases;
        this.waiters = waiters;
        this.letters = letters;
        this.directory = directory;
    }

    /** An element that this member is about to bury. */
    private record Grave(int slot, long fence, long number, long index, int attempts, GivenUp why) {}

    /** Buries some of what there is to bury, unless another thread is at it. */
    void buryWaiting(long deadline) throws InterruptedException {
        Deque<Grave> graves = new ArrayDeque<>();
        if (atIt.tryLock()) {
            try {
                consumer.underMutex(deadline, () -> dig(graves));
                buryAll(graves, null, "");
            } finally {
                end(graves);
            }
        }
    }

    /** Buries an element that was just given up, and what else there is to bury. */
    void bury(Claim claim, String reason) {
        Deque<Grave> graves = new ArrayDeque<>();
        atIt.lock();
        try {
            consumer.underMutex(() -> dig(graves));
            buryAll(graves, claim, reason);
        } catch (QueueClosedException e) {
            // it is left to those who still have the queue open
        } finally {
            end(graves);
        }
    }

    private void buryAll(Deque<Grave> graves, @Nullable Claim known, String reason) {
        while (!graves.isEmpty()) {
            Grave grave = graves.element();
            if (known != null && known.number() == grave.number()) {
                bury(grave, known.payload(), reason);
            } else {
                bury(grave, null, grave.why().reason(grave.attempts()));
            }
            graves.remove();
        }
    }

    /** An element that an Error kept from being buried is left to the next thread, of any process. */
    private void end(Deque<Grave> graves) {
        try {
            if (!graves.isEmpty()) {
                consumer.underMutex(() -> leave(graves));
            }
        } catch (QueueClosedException e) {
            // nor is this member any more
        } finally {
            atIt.unlock();
        }
    }

    private boolean leave(Deque<Grave> graves) {
        for (Grave grave : graves) {
            if (leases.isMineToBury(grave.slot(), grave.fence())) {
                leases.buryLater(grave.slot(), 0);
            }
        }
        return true;
    }

    private boolean dig(Deque<Grave> graves) {
        leases.bury(BATCH, (slot, fence) -> graves.add(grave(slot, fence)));
        return true;
    }

    private Grave grave(int slot, long fence) {
        return new Grave(slot, fence, leases.number(slot), leases.index(slot), leases.attempts(slot), leases.why(slot));
    }

    private void bury(Grave grave, JournalDocument.@Nullable Payload payload, String reason) {
        boolean buried = false;
        try {
            JournalDocument.Payload bytes = payload != null ? payload : consumer.read(grave.index(), grave.number());
            letters.write(new DeadLetter(grave.number(), grave.attempts(), reason, bytes.bytes()));
            buried = true;
            warned = false;
        } catch (Throwable e) {
            warn(e);
        } finally {
            if (settle(grave, buried)) {
                waiters.leaseEnded();
            }
        }
    }

    private boolean settle(Grave grave, boolean buried) {
        return consumer.underMutex(() -> {
            boolean mine = leases.isMineToBury(grave.slot(), grave.fence());
            if (mine && buried) {
                leases.settleBuried(grave.slot());
            } else if (mine) {
                leases.buryLater(grave.slot(), PAUSE_NANOS);
            }
            return mine && buried;
        });
    }

    private void warn(Throwable cause) {
        if (!warned) {
            warned = true;
            QueueLog.get()
                    .warn(
                            "an element that was given up could not be written to the dead letters; it is kept, counts as"
                                    + " unburied in the queue's stats, and is tried again: directory={}, cause={}",
                            directory,
                            String.valueOf(cause));
        }
    }
}
