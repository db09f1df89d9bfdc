// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.time.Duration;

/**
 * One element under a lease.
 *
 * <p>Thread-safe: yes; may be acknowledged from another thread than it was received in. Process-safe: belongs to the process
 * that received it. Survives a crash: when that process dies the element is delivered again, with {@link #attempts()} one
 * higher.
 *
 * @param <E> the type of the element
 */
public interface Delivery<E> {

    /** The element. */
    E value();

    /** Its number in the order of commitment, from 0. */
    long number();

    /** How often it has been delivered, this time included: 1 for the first. */
    int attempts();

    /**
     * Says that the element has been dealt with; it will not be delivered again. Counts as {@code taskDone}.
     *
     * @return false if that came too late: the lease ended and the element went to somebody else, or it was settled already
     */
    boolean ack();

    /**
     * Takes the element for good, as {@link DurableQueue#get()} would have: it will not be delivered again, but does not count as
     * dealt with before {@link DurableQueue#taskDone()} is called. For who hands it on, and knows only later that it arrived.
     *
     * @return false if that came too late, as for {@link #ack()}
     */
    boolean take();

    /**
     * Gives the element back, to be delivered again after the {@linkplain DurableQueueBuilder#redeliveryDelay redelivery delay} of the
     * queue, which grows with each attempt, or, after too many attempts, to the dead letters. Others are delivered meanwhile.
     *
     * @return false if that came too late, as for {@link #ack()}
     */
    boolean nack();

    /**
     * Like {@link #nack()}, but with a delay of the caller's. With none it is delivered again at once, before all others.
     *
     * @return false if that came too late, as for {@link #ack()}
     */
    boolean nack(Duration delay);

    /**
     * Gives the element back as if it had never been delivered: this attempt does not count, and it is delivered again at once, before
     * all others. For who cannot work on it, though nothing is wrong with it: a program that is told to stop, for instance.
     *
     * @return false if that came too late, as for {@link #ack()}
     */
    boolean release();

    /**
     * Lets a lease with a {@linkplain DurableQueueBuilder#leaseTimeout time limit} last that long from now on, for who needs longer.
     *
     * @return false if that came too late, as for {@link #ack()}
     */
    boolean renew();
}
