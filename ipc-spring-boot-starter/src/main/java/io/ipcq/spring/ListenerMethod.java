// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import io.ipcq.queue.Delivery;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.core.ResolvableType;

/**
 * A method of a bean, to be called with elements; nothing that it throws gets out of here. Thread-safe, if the method
 * is.
 *
 * @param method with one parameter
 * @param batch how many elements it is called with at most; 0 if it is called with one, and not with a list
 */
record ListenerMethod(String id, Object bean, Method method, int batch, ListenerSurroundings surroundings) {

    private static final Log LOG = LogFactory.getLog(QueueListener.class);

    ListenerMethod {
        if (method.getParameterCount() != 1) {
            throw new SettingException(
                    "a method with @QueueListener has one parameter: method=" + method.toGenericString(),
                    "Let it be the element, its Delivery, or, with a batch, a List of these.");
        }
        if (batch > 0 && method.getParameterTypes()[0] != List.class) {
            throw new SettingException(
                    "a listener with a batch is called with a List: method=" + method.toGenericString() + ", batch="
                            + batch,
                    "Let its parameter be a List of elements, or of their Deliveries.");
        }
        method.setAccessible(true);
    }

    /** How many elements are taken for one call. */
    int most() {
        return Math.max(1, batch);
    }

    boolean takesDelivery() {
        ResolvableType parameter = ResolvableType.forMethodParameter(method, 0);
        return (batch > 0 ? parameter.getGeneric(0) : parameter).toClass() == Delivery.class;
    }

    /** With elements of a durable queue: settles them. */
    void deliver(List<? extends Delivery<?>> taken) {
        List<Delivery<?>> wanted = new ArrayList<>();
        for (Delivery<?> delivery : taken) {
            try {
                if (surroundings.filter().test(delivery.value())) {
                    wanted.add(delivery);
                } else {
                    acknowledge(delivery);
                }
            } catch (RuntimeException | Error e) {
                fail(List.of(delivery), delivery, e);
            }
        }
        if (wanted.isEmpty()) {
            return;
        }
        Object argument = argument(wanted);
        try {
            invoke(argument);
        } catch (Throwable e) {
            fail(wanted, argument, e);
            return;
        }
        wanted.forEach(this::acknowledge);
    }

    private Object argument(List<Delivery<?>> wanted) {
        List<?> all = takesDelivery()
                ? List.copyOf(wanted)
                : wanted.stream().map(Delivery::value).toList();
        return batch > 0 ? all : all.get(0);
    }

    private void fail(List<Delivery<?>> deliveries, Object argument, Throwable thrown) {
        surroundings.publish(new QueueListenerEvent.Failed(id, argument, thrown));
        for (Delivery<?> delivery : deliveries) {
            if (surroundings.errorHandler().isPresent()) {
                handle(surroundings.errorHandler().get(), delivery, thrown);
            } else {
                LOG.error(
                        "a listener failed, and its element goes back: id=" + id + ", number=" + delivery.number()
                                + ", attempts=" + delivery.attempts(),
                        thrown);
            }
            giveBack(delivery);
        }
    }

    private void handle(QueueErrorHandler handler, Delivery<?> delivery, Throwable thrown) {
        try {
            handler.handle(id, delivery, thrown);
        } catch (RuntimeException | Error e) {
            e.addSuppressed(thrown);
            LOG.error("the error handler of a listener failed, and the element goes back: id=" + id, e);
        }
    }

    private void acknowledge(Delivery<?> delivery) {
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

    /** Does nothing to what is settled. */
    private void giveBack(Delivery<?> delivery) {
        try {
            delivery.nack();
        } catch (RuntimeException | Error e) {
            LOG.error("an element could not be given back, and comes again when this process ends: id=" + id, e);
        }
    }

    /** With elements of a queue that keeps none: they are gone, whatever happens. */
    void call(List<Object> taken) {
        Object argument = taken;
        try {
            List<Object> wanted = taken.stream().filter(surroundings.filter()).toList();
            if (!wanted.isEmpty()) {
                argument = batch > 0 ? wanted : wanted.get(0);
                invoke(argument);
            }
        } catch (Throwable e) {
            LOG.error("a listener failed, and its element is gone: id=" + id, e);
            surroundings.publish(new QueueListenerEvent.Failed(id, argument, e));
        }
    }

    private void invoke(Object argument) throws Throwable {
        surroundings.observer().observe(id, () -> {
            try {
                method.invoke(bean, argument);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }
}
