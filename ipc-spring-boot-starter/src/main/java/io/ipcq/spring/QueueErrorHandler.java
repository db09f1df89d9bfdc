// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import io.ipcq.queue.Delivery;
import java.time.Duration;
import org.springframework.util.backoff.BackOff;
import org.springframework.util.backoff.BackOffExecution;

/**
 * Decides what becomes of an element of a durable queue whose listener threw: a bean, named by
 * {@link QueueListener#errorHandler}. Thread-safe, if several threads call the listener.
 */
@FunctionalInterface
public interface QueueErrorHandler {

    /**
     * Settles the delivery: {@code ack()} gives the element up, {@code nack(delay)} lets it come again later,
     * {@code release()} at once and without counting. What is not settled here goes back as without a handler, as it
     * does if this throws.
     *
     * @param listener the id of the listener
     * @param thrown what it threw
     */
    void handle(String listener, Delivery<?> delivery, Throwable thrown);

    /**
     * Lets an element come again after the pauses of a back-off: the first after the first attempt, and so on. When
     * these have come to their end, the queue's own {@code redelivery-delay} and {@code max-attempts} hold.
     */
    static QueueErrorHandler backOff(BackOff pauses) {
        return (listener, delivery, thrown) -> {
            BackOffExecution execution = pauses.start();
            long millis = execution.nextBackOff();
            for (int attempt = 1; attempt < delivery.attempts() && millis != BackOffExecution.STOP; attempt++) {
                millis = execution.nextBackOff();
            }
            if (millis != BackOffExecution.STOP) {
                delivery.nack(Duration.ofMillis(millis));
            }
        };
    }
}
