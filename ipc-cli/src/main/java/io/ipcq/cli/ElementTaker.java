// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.IpcException;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.SharedQueue;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Takes elements: those of a durable queue are acknowledged when they have been dealt with, and not before; one of a
 * queue in memory is put back, at the end, if it could not be dealt with.
 *
 * @param <E> the type of the elements
 */
final class ElementTaker<E> {

    private final SharedQueue<E> queue;
    private final Consumer<? super E> work;
    private long late;

    /** @param work deals with an element, which stays in the queue if this throws */
    ElementTaker(SharedQueue<E> queue, Consumer<? super E> work) {
        this.queue = queue;
        this.work = work;
    }

    /** How many were dealt with when they had been handed out again, as their lease had ended. */
    long late() {
        return late;
    }

    /** Takes the next element; false if there was none, or never will be. */
    boolean next(Duration timeout) throws InterruptedException {
        return queue instanceof DurableQueue<E> durable ? receive(durable, timeout) : get(timeout);
    }

    private boolean get(Duration timeout) throws InterruptedException {
        E element;
        try {
            element = queue.get(timeout);
        } catch (QueueShutdownException drained) {
            return false;
        }
        if (element == null) {
            return false;
        }
        boolean done = false;
        try {
            work.accept(element);
            done = true;
        } finally {
            if (!done) {
                putBack(element);
            }
        }
        return true;
    }

    private void putBack(E element) {
        boolean back = false;
        try {
            back = queue.offer(element);
        } catch (IpcException e) {
            // shut down or deleted meanwhile
        }
        if (!back) {
            throw new IllegalStateException(
                    "an element could not be dealt with, and not be put back: it is gone, queue=" + queue.directory());
        }
    }

    private boolean receive(DurableQueue<E> durable, Duration timeout) throws InterruptedException {
        Delivery<E> delivery;
        try {
            delivery = durable.receive(timeout);
        } catch (QueueShutdownException drained) {
            return false;
        }
        if (delivery == null) {
            return false;
        }
        boolean done = false;
        try {
            work.accept(delivery.value());
            done = true;
        } finally {
            if (!done) {
                delivery.release(); // nothing is wrong with it
            } else if (!delivery.ack()) {
                late++;
            }
        }
        return true;
    }
}
