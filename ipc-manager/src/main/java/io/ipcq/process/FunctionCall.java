// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.Serializable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * A function with its arguments. A child process runs it unless its class overrides {@code run()}.
 *
 * <p>The subclasses are not records, because to deserialize its first record costs a JVM more than ten milliseconds.
 */
abstract sealed class FunctionCall implements Serializable {

    private static final long serialVersionUID = 1L;

    abstract void run() throws Exception;

    abstract Serializable function();

    abstract @Nullable Object[] arguments();

    static final class Call0 extends FunctionCall {

        private static final long serialVersionUID = 1L;

        private final SerializableRunnable function;

        Call0(SerializableRunnable function) {
            this.function = function;
        }

        @Override
        void run() throws Exception {
            function.run();
        }

        @Override
        Serializable function() {
            return function;
        }

        @Override
        @Nullable
        Object[] arguments() {
            return new @Nullable Object[0];
        }
    }

    @SuppressWarnings("serial") // that an argument can travel is checked when it is written
    static final class Call1<A extends @Nullable Object> extends FunctionCall {

        private static final long serialVersionUID = 1L;

        private final SerializableConsumer<A> function;
        private final A a;

        Call1(SerializableConsumer<A> function, A a) {
            this.function = function;
            this.a = a;
        }

        @Override
        void run() throws Exception {
            function.accept(a);
        }

        @Override
        Serializable function() {
            return function;
        }

        @Override
        @Nullable
        Object[] arguments() {
            return new @Nullable Object[] {a};
        }
    }

    @SuppressWarnings("serial") // as above
    static final class Call2<A extends @Nullable Object, B extends @Nullable Object> extends FunctionCall {

        private static final long serialVersionUID = 1L;

        private final SerializableBiConsumer<A, B> function;
        private final A a;
        private final B b;

        Call2(SerializableBiConsumer<A, B> function, A a, B b) {
            this.function = function;
            this.a = a;
            this.b = b;
        }

        @Override
        void run() throws Exception {
            function.accept(a, b);
        }

        @Override
        Serializable function() {
            return function;
        }

        @Override
        @Nullable
        Object[] arguments() {
            return new @Nullable Object[] {a, b};
        }
    }

    @SuppressWarnings("serial") // as above
    static final class Call3<A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>
            extends FunctionCall {

        private static final long serialVersionUID = 1L;

        private final SerializableTriConsumer<A, B, C> function;
        private final A a;
        private final B b;
        private final C c;

        Call3(SerializableTriConsumer<A, B, C> function, A a, B b, C c) {
            this.function = function;
            this.a = a;
            this.b = b;
            this.c = c;
        }

        @Override
        void run() throws Exception {
            function.accept(a, b, c);
        }

        @Override
        Serializable function() {
            return function;
        }

        @Override
        @Nullable
        Object[] arguments() {
            return new @Nullable Object[] {a, b, c};
        }
    }

    /** In the child: the static method that a lambda or method reference stood for in the parent. */
    static final class OfMethod extends FunctionCall {

        private static final long serialVersionUID = 1L;

        private final transient Method method;
        private final transient @Nullable Object[] arguments;

        /** @param arguments the values that the lambda captured, and then the arguments */
        OfMethod(Method method, @Nullable Object[] arguments) {
            this.method = method;
            this.arguments = arguments;
        }

        @Override
        void run() throws Exception {
            try {
                method.invoke(null, arguments);
            } catch (InvocationTargetException thrown) {
                if (thrown.getCause() instanceof Error error) {
                    throw error;
                }
                throw thrown.getCause() instanceof Exception exception ? exception : thrown;
            }
        }

        @Override
        Serializable function() {
            throw new IllegalStateException("only the parent has the function itself: method=" + method);
        }

        @Override
        @Nullable
        Object[] arguments() {
            return arguments.clone();
        }
    }
}
