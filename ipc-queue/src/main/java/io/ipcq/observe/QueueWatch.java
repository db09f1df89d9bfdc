// SPDX-License-Identifier: Apache-2.0
package io.ipcq.observe;

import io.ipcq.memory.Deadline;
import io.ipcq.queue.QueueSnapshot;
import io.ipcq.queue.QueueView;
import io.ipcq.queue.QueueWord;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A queue over some time: what changed, and above all what did not.
 *
 * <p>Thread-safe: immutable.
 *
 * @param first the look at the beginning
 * @param last the look at the end; a process waits there for everything that it was seen to wait for in between
 * @param heldThroughout the mutexes that one member held in every look, while what they protect did not change
 */
public record QueueWatch(QueueLook first, QueueLook last, Map<QueueWord, Integer> heldThroughout) {

    private static final long BETWEEN_MILLIS = 20;
    /** A thread that waits sleeps in short naps, so a single look may see it between two of them. */
    private static final long LOOKS = 10;

    public QueueWatch {
        heldThroughout = Map.copyOf(heldThroughout);
    }

    /** Watches a queue for some time. A second is enough to tell a stall from a pause. */
    public static QueueWatch of(QueueView queue, Duration duration) throws InterruptedException {
        long nanos = Deadline.nanos(duration);
        long between = nanos / LOOKS;
        long nextLook = between;
        long start = System.nanoTime();
        QueueLook first = QueueLook.at(queue);
        QueueLook last = first;
        Map<QueueWord, Integer> held = new EnumMap<>(QueueWord.class);
        held.putAll(first.snapshot().holders());
        for (long passed = 0; passed < nanos; passed = System.nanoTime() - start) {
            TimeUnit.MILLISECONDS.sleep(BETWEEN_MILLIS);
            retain(held, first.snapshot(), queue.snapshot());
            if (passed >= nextLook) {
                nextLook += between;
                last = QueueLook.at(queue).addWaits(last);
            }
        }
        last = QueueLook.at(queue).addWaits(last);
        retain(held, first.snapshot(), last.snapshot());
        return new QueueWatch(first, last, held);
    }

    /**
     * Of two looks that somebody else took, a while apart. What happened between them is not known: the more there are,
     * the better.
     */
    public static QueueWatch between(QueueLook first, QueueLook last) {
        Map<QueueWord, Integer> held = new EnumMap<>(QueueWord.class);
        held.putAll(first.snapshot().holders());
        retain(held, first.snapshot(), last.snapshot());
        return new QueueWatch(first, last.addWaits(first), held);
    }

    private static void retain(Map<QueueWord, Integer> held, QueueSnapshot before, QueueSnapshot now) {
        held.entrySet()
                .removeIf(entry -> !entry.getValue().equals(now.holders().get(entry.getKey()))
                        || progress(entry.getKey(), before) != progress(entry.getKey(), now));
    }

    /** A count that grows when somebody does what the mutex protects. */
    private static long progress(QueueWord mutex, QueueSnapshot snapshot) {
        return mutex == QueueWord.PUT_MUTEX ? snapshot.put() : snapshot.taken() + snapshot.acknowledged();
    }

    /** How long the queue was watched. */
    public long nanos() {
        return last.snapshot().nanoTime() - first.snapshot().nanoTime();
    }

    /** How many elements were put in that time. */
    public long put() {
        return last.snapshot().put() - first.snapshot().put();
    }

    /** How many elements were taken in that time. */
    public long taken() {
        return last.snapshot().taken() - first.snapshot().taken();
    }

    /** How many elements were acknowledged in that time. */
    public long acknowledged() {
        return last.snapshot().acknowledged() - first.snapshot().acknowledged();
    }
}
