// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.Deadline;
import io.ipcq.queue.JournalConsumer.Claim;
import java.time.Duration;

/** A claim under a lease, with its decoded value. */
final class JournalDelivery<E> implements Delivery<E> {

    private final JournalQueue<E> queue;
    private final Claim claim;
    private final E value;

    JournalDelivery(JournalQueue<E> queue, Claim claim, E value) {
        this.queue = queue;
        this.claim = claim;
        this.value = value;
    }

    @Override
    public E value() {
        return value;
    }

    @Override
    public long number() {
        return claim.number();
    }

    @Override
    public int attempts() {
        return claim.attempts();
    }

    @Override
    public boolean ack() {
        return queue.acknowledge(claim);
    }

    @Override
    public boolean take() {
        return queue.take(claim);
    }

    @Override
    public boolean nack() {
        return queue.giveBack(claim);
    }

    @Override
    public boolean nack(Duration delay) {
        return queue.giveBack(claim, Deadline.nanos(delay));
    }

    @Override
    public boolean release() {
        return queue.release(claim);
    }

    @Override
    public boolean renew() {
        return queue.renew(claim);
    }

    @Override
    public String toString() {
        return "Delivery[number=" + number() + ", attempts=" + attempts() + "]";
    }
}
