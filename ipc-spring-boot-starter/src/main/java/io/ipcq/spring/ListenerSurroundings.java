// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import java.util.Optional;
import java.util.function.Predicate;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.ApplicationEventPublisher;

/**
 * What surrounds the calls of one listener's method. Immutable.
 *
 * @param filter which elements it is called with; the others are passed over
 * @param errorHandler what becomes of an element when it throws; empty for what the queue does
 * @param observer sees each call
 * @param events where events go
 */
record ListenerSurroundings(
        Predicate<Object> filter,
        Optional<QueueErrorHandler> errorHandler,
        ListenerObserver observer,
        ApplicationEventPublisher events) {

    private static final Log LOG = LogFactory.getLog(QueueListener.class);

    /** Somebody else's failure is not the listener's. */
    void publish(QueueListenerEvent event) {
        try {
            events.publishEvent(event);
        } catch (RuntimeException | Error e) {
            LOG.error("an event of a listener could not be published: event=" + event, e);
        }
    }
}
