// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import org.apache.kafka.common.errors.InterruptException;

/**
 * Does what does not wait for others, but which Kafka's clients give up when their thread is interrupted. The interrupt
 * stays.
 */
final class Uninterrupted {

    private Uninterrupted() {}

    /**
     * What is done.
     *
     * @param <T> what comes of it
     * @param <X> what it throws
     */
    interface Step<T, X extends Exception> {
        T run() throws X;
    }

    /** Does it, again if an interrupt came in the middle. */
    static <T, X extends Exception> T run(Step<T, X> step) throws X {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return step.run();
                } catch (InterruptException e) {
                    interrupted = true;
                    Thread.interrupted(); // it has been set again
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
