// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import io.ipcq.queue.Delivery;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * A method of a bean, to be called with elements; nothing that it throws gets out of here. Thread-safe, if the method is.
 *
 * @param method with one parameter
 */
record ListenerMethod(String id, Object bean, Method method) {

    private static final Log LOG = LogFactory.getLog(QueueListener.class);

    ListenerMethod {
        if (method.getParameterCount() != 1) {
            throw new IllegalStateException(
                    "a method with @QueueListener has one parameter, the element or its Delivery: method="
                            + method.toGenericString());
        }
        method.setAccessible(true);
    }

    boolean takesDelivery() {
        return method.getParameterTypes()[0] == Delivery.class;
    }

    /** With an element of a durable queue: settles it. */
    void deliver(Delivery<?> delivery) {
        try {
            invoke(takesDelivery() ? delivery : delivery.value());
        } catch (Throwable e) {
            LOG.error(
                    "a listener failed, and its element goes back: id=" + id + ", number=" + delivery.number()
                            + ", attempts=" + delivery.attempts(),
                    e);
            giveBack(delivery);
            return;
        }
        try {
            if (!delivery.ack() && !takesDelivery()) {
                LOG.warn(
                        "an element was not the listener's any more when it had worked on it, so another one gets it: id="
                                + id + ", number=" + delivery.number());
            }
        } catch (RuntimeException | Error e) {
            LOG.error("an element could not be acknowledged, and may come again: id=" + id, e);
        }
    }

    private void giveBack(Delivery<?> delivery) {
        try {
            delivery.nack();
        } catch (RuntimeException | Error e) {
            LOG.error("an element could not be given back, and comes again when this process ends: id=" + id, e);
        }
    }

    /** With an element of a queue that keeps none: it is gone, whatever happens. */
    void call(Object element) {
        try {
            invoke(element);
        } catch (Throwable e) {
            LOG.error("a listener failed, and its element is gone: id=" + id, e);
        }
    }

    private void invoke(Object argument) throws Throwable {
        try {
            method.invoke(bean, argument);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
