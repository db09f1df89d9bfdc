// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

/**
 * What happens to a listener, as an event of the application: a method with {@code @EventListener} gets it. Immutable.
 */
public sealed interface QueueListenerEvent {

    /** The id of the listener. */
    String id();

    /** It takes elements from now on. */
    record Started(String id) implements QueueListenerEvent {}

    /** It takes no more: it was stopped. Those in hand are finished, or were interrupted. */
    record Stopped(String id) implements QueueListenerEvent {}

    /** Its queue has ended, and all elements are taken: it was shut down, or closed. */
    record Drained(String id) implements QueueListenerEvent {}

    /**
     * Its method threw.
     *
     * @param element what it was called with: an element, a {@link io.ipcq.queue.Delivery}, or a list of these
     * @param thrown what it threw
     */
    record Failed(String id, Object element, Throwable thrown) implements QueueListenerEvent {}
}
