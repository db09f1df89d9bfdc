// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import java.time.Duration;

/** What calls one method with the elements of a queue. Thread-safe. */
public interface QueueListenerContainer {

    /** By which {@link QueueListeners} knows it. */
    String id();

    /** Takes elements from now on; does nothing if it does so already. */
    void start();

    /**
     * Takes no more elements, and waits for those in hand; does nothing if it is stopped. May be started again.
     *
     * @param patience how long it waits before it interrupts the method; an element of a durable queue whose method
     *     throws goes back
     * @return false if the method ignores the interrupt
     */
    boolean stop(Duration patience);

    /** Whether it takes elements, or is paused. */
    boolean isRunning();

    /** Takes no more elements until {@link #resume}; those in hand are finished. */
    void pause();

    /** Takes elements again, after {@link #pause}. */
    void resume();
}
