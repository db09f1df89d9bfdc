// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.queue.JournalConsumer.Claim;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Moves what was given up to the dead letters. Thread-safe.
 *
 * <p>Nobody takes an element for it, and nothing that goes wrong with the dead letters reaches those who take: what cannot be
 * written stays in its slot, counted, and is tried again by whoever next looks after the leases, of any process.
 */
final class Burial {

    private static final int BATCH = 64;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final JournalQueue<?> queue;
    private final JournalConsumer consumer;
    private final Leases leases;
    private final DeadLetters letters;
    /** Held as long as a slot names this member as the one who buries: what names it otherwise was left halfway. */
    private final ReentrantLock atIt = new ReentrantLock();

    private boolean warned; // guarded by atIt

    Burial(JournalQueue<?> queue, JournalConsumer consumer, Leases leases, DeadLetters letters) {
        this.queue = queue;
        this.consumer = consumer;
        this.leases = leases;
        this.letters = letters;
    }

    /** An element that this member is about to bury. */
    private record Grave(int slot, long fence, long number, long index, int attempts, GivenUp why) {}

    /** Buries some of what there is to bury, unless another thread is at it. */
    void buryWaiting(long deadline) throws InterruptedException {
        if (atIt.tryLock()) {
            try {
                List<Grave> graves = new ArrayList<>();
                consumer.underMutex(deadline, () -> dig(graves));
                graves.forEach(grave -> bury(grave, null, grave.why().reason(grave.attempts())));
            } finally {
                atIt.unlock();
            }
        }
    }

    /** Buries an element that was just given up, and what else there is to bury. */
    void bury(Claim claim, String reason) {
        atIt.lock();
        try {
            List<Grave> graves = new ArrayList<>();
            consumer.underMutex(() -> dig(graves));
            for (Grave grave : graves) {
                boolean known = claim.number() == grave.number();
                bury(
                        grave,
                        known ? claim.payload() : null,
                        known ? reason : grave.why().reason(grave.attempts()));
            }
        } catch (QueueClosedException e) {
            // it is left to those who still have the queue open
        } finally {
            atIt.unlock();
        }
    }

    private boolean dig(List<Grave> graves) {
        leases.bury(BATCH, slot -> graves.add(grave(slot)));
        return true;
    }

    private Grave grave(int slot) {
        return new Grave(
                slot,
                leases.fence(slot),
                leases.number(slot),
                leases.index(slot),
                leases.attempts(slot),
                leases.why(slot));
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
                queue.leaseEnded();
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
                            queue.directory(),
                            String.valueOf(cause));
        }
    }
}
