// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.memory.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** One element, or several, in the hands of one consumer, until that has settled them. Thread-safe. */
final class Parcel {

    private final Lane lane;
    private final List<ConsumerRecord<byte[], byte[]>> records;
    private final AtomicBoolean settled = new AtomicBoolean();

    /** When its lease ends: not before somebody has it in hand. */
    private volatile long leaseDeadline = Deadline.NEVER;

    Parcel(Lane lane, List<ConsumerRecord<byte[], byte[]>> records) {
        this.lane = lane;
        this.records = records;
    }

    List<ConsumerRecord<byte[], byte[]>> records() {
        return records;
    }

    /** The one that there is, or the first. */
    ConsumerRecord<byte[], byte[]> record() {
        return records.get(0);
    }

    /** How often it was delivered, as the broker counts. */
    int attempts() {
        return record().deliveryCount().map(Short::intValue).orElse(1);
    }

    /** What is to become of it. */
    enum Fate {
        DONE,
        AGAIN,
        AS_IF_NEVER
    }

    /** Settles it, and waits until the broker knows; false if that was too late. */
    boolean settle(Fate fate, Duration delay) {
        return order(Set.of(), fate, delay);
    }

    /** The same; those with some numbers are done. */
    boolean settle(Set<Long> dealtWith, Fate others, Duration delay) {
        return order(dealtWith, dealtWith.size() == records.size() ? Fate.DONE : others, delay);
    }

    private boolean order(Set<Long> dealtWith, Fate fate, Duration delay) {
        if (!settled.compareAndSet(false, true)) {
            return false;
        }
        return lane.settle(this, dealtWith, fate, delay);
    }

    /** Begins its lease, or begins it anew; false if the broker has taken it back, or will. */
    synchronized boolean renew() {
        if (isOver()) {
            return false;
        }
        leaseDeadline = lane.leaseThatBeginsNow();
        if (leaseDeadline != Deadline.NEVER) {
            lane.wake(); // to see to its end
        }
        return !isOver();
    }

    boolean isOver() {
        return settled.get() || lane.isOver(this);
    }

    long leaseDeadline() {
        return leaseDeadline;
    }

    /**
     * Ends the lease, if it is over and nobody has settled it: who settles it has it for as long as that takes. Not
     * while it is being renewed, or who renews it would have what is given to others.
     */
    synchronized boolean endIfDue() {
        if (!Deadline.hasPassed(leaseDeadline)) {
            return false;
        }
        leaseDeadline = Deadline.NEVER;
        return end();
    }

    /** Takes it from whoever has it, if nobody has settled it. */
    boolean end() {
        return settled.compareAndSet(false, true);
    }
}
