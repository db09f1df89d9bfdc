// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a method of a bean: it is called with each element of a queue.
 *
 * <p>The method has one parameter: the element, or its {@link io.ipcq.queue.Delivery} if the queue is durable; with a
 * {@link #batch}, a {@link java.util.List} of these.
 *
 * <ul>
 *   <li>An element of a durable queue is acknowledged when the method returns. When it throws, the element goes back,
 *       waits for the queue's {@code redeliveryDelay}, and is with the dead letters after {@code maxAttempts}. If this
 *       process dies meanwhile, another one gets the element. So a method may be called more than once with an element.
 *   <li>With a {@code Delivery} as parameter, the same holds unless the method has settled it itself.
 *   <li>An element of another queue is gone when the method throws; the exception is logged.
 * </ul>
 *
 * <p>At the end of the application no more elements are taken, and the method may finish those in hand for
 * {@code ipcq.listener.shutdown-timeout}; then it is interrupted.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface QueueListener {

    /** Name of the bean that is the queue; may contain placeholders. */
    String queue();

    /** By which {@link QueueListeners} knows it; bean and method unless it is given. */
    String id() default "";

    /** How many threads call the method; may contain placeholders. */
    String workers() default "1";

    /**
     * How many child processes call it instead, each with so many workers; may contain placeholders. A child process
     * runs this application without its web server and with no other listeners. It is replaced when it dies.
     */
    String processes() default "0";

    /**
     * How many elements the method is called with at most; may contain placeholders. It is called with those that are
     * there, and waits for no more than one. All of them are acknowledged when it returns, or go back when it throws.
     * Without a batch it gets one, not in a list.
     */
    String batch() default "0";

    /**
     * Name of a bean, a {@link java.util.function.Predicate}: the method is called with the elements that it accepts.
     * The others are passed over, as if the method had returned.
     */
    String filter() default "";

    /** Name of a bean, a {@link QueueErrorHandler}, for a durable queue. */
    String errorHandler() default "";

    /** Whether it is called as soon as the application has started; may contain placeholders. */
    String autoStartup() default "true";
}
