// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.time.Duration;

/**
 * One element under a lease.
 *
 * <p>Thread-safe: yes; another thread than the one that received it may acknowledge it. Process-safe: it belongs to the
 * process that received it. Survives a crash: when that process dies, the element is delivered again, with
 * {@link #attempts()} one higher.
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
     * @return false if that came too late: the lease ended and the element went to somebody else, or it was settled
     *     already
     */
    boolean ack();

    /**
     * Takes the element for good, as {@link DurableQueue#get()} does. It will not be delivered again, but counts as
     * unfinished until {@link DurableQueue#taskDone()} is called. This is for a program that hands the element on, and
     * learns only later that it arrived.
     *
     * @return false if that came too late, as for {@link #ack()}
     */
    boolean take();

    /**
     * Gives the element back. It is delivered again after the
     * {@linkplain DurableQueueBuilder#redeliveryDelay redelivery delay} of the queue, which grows with each attempt.
     * After too many attempts it goes to the dead letters. Other elements are delivered meanwhile.
     *
     * @return false if that came too late, as for {@link #ack()}
     */
    boolean nack();

    /**
     * Like {@link #nack()}, but the caller chooses the delay. With a delay of zero, the element is delivered again at
     * once, before all others.
     *
     * @return false if that came too late, as for {@link #ack()}
     */
    boolean nack(Duration delay);

    /**
     * Gives the element back as if it had never been delivered: this attempt does not count, and the element is
     * delivered again at once, before all others. Use it when nothing is wrong with the element, for instance in a
     * program that was told to stop.
     *
     * @return false if that came too late, as for {@link #ack()}
     */
    boolean release();

    /**
     * Starts the {@linkplain DurableQueueBuilder#leaseTimeout time limit} of the lease anew, for work that takes
     * longer.
     *
     * @return false if that came too late, as for {@link #ack()}
     */
    boolean renew();
}
