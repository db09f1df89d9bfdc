// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.SharedQueue;
import java.time.Duration;
import java.util.function.Consumer;

/** Takes elements: those of a durable queue are acknowledged when they have been dealt with, and not before. */
final class Taker {

    private final SharedQueue<byte[]> queue;
    private final Consumer<byte[]> work;

    /** @param work deals with an element; one of a durable queue stays in it if this throws */
    Taker(SharedQueue<byte[]> queue, Consumer<byte[]> work) {
        this.queue = queue;
        this.work = work;
    }

    /** Takes the next element; false if there was none, or never will be. */
    boolean next(Duration timeout) throws InterruptedException {
        try {
            return queue instanceof DurableQueue<byte[]> durable ? receive(durable, timeout) : get(timeout);
        } catch (QueueShutdownException drained) {
            return false;
        }
    }

    private boolean get(Duration timeout) throws InterruptedException {
        byte[] element = queue.get(timeout);
        if (element != null) {
            work.accept(element);
        }
        return element != null;
    }

    private boolean receive(DurableQueue<byte[]> durable, Duration timeout) throws InterruptedException {
        Delivery<byte[]> delivery = durable.receive(timeout);
        if (delivery == null) {
            return false;
        }
        boolean done = false;
        try {
            work.accept(delivery.value());
            done = true;
        } finally {
            if (done) {
                delivery.ack();
            } else {
                delivery.nack();
            }
        }
        return true;
    }
}
