// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** One element in the hands of one consumer, until that has settled it. Thread-safe. */
final class Parcel {

    private final Lane lane;
    private final ConsumerRecord<byte[], byte[]> record;
    private final AtomicBoolean settled = new AtomicBoolean();

    Parcel(Lane lane, ConsumerRecord<byte[], byte[]> record) {
        this.lane = lane;
        this.record = record;
    }

    ConsumerRecord<byte[], byte[]> record() {
        return record;
    }

    /** How often it was delivered, as the broker counts. */
    int attempts() {
        return record.deliveryCount().map(Short::intValue).orElse(1);
    }

    /** What is to become of it. */
    enum Fate {
        DONE,
        AGAIN,
        AS_IF_NEVER
    }

    /**
     * What is to become of a parcel.
     *
     * @param parcel which
     * @param fate what
     * @param delay before it is delivered again
     * @param done whether that came in time
     */
    record Order(Parcel parcel, Fate fate, Duration delay, CompletableFuture<Boolean> done) {}

    /** Settles it, and waits until the broker knows; false if that was too late. */
    boolean settle(Fate fate, Duration delay) {
        if (!settled.compareAndSet(false, true)) {
            return false;
        }
        Order order = new Order(this, fate, delay, new CompletableFuture<>());
        return lane.settle(order);
    }

    /** Begins its lease anew; false if it had ended. */
    boolean renew() {
        return !settled.get() && lane.renew(this);
    }

    /** Ends the lease, if nobody has settled it. */
    boolean end() {
        return settled.compareAndSet(false, true);
    }
}
