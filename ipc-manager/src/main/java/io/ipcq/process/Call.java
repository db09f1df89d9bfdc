// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** A function together with its arguments: what a child process runs unless its class overrides {@code run()}. */
sealed interface Call extends Serializable {

    void run() throws Exception;

    Serializable function();

    @Nullable
    Object[] arguments();

    record Call0(SerializableRunnable function) implements Call {
        @Override
        public void run() throws Exception {
            function.run();
        }

        @Override
        public @Nullable Object[] arguments() {
            return new @Nullable Object[0];
        }
    }

    record Call1<A extends @Nullable Object>(SerializableConsumer<A> function, A a) implements Call {
        @Override
        public void run() throws Exception {
            function.accept(a);
        }

        @Override
        public @Nullable Object[] arguments() {
            return new @Nullable Object[] {a};
        }
    }

    record Call2<A extends @Nullable Object, B extends @Nullable Object>(
            SerializableBiConsumer<A, B> function, A a, B b) implements Call {
        @Override
        public void run() throws Exception {
            function.accept(a, b);
        }

        @Override
        public @Nullable Object[] arguments() {
            return new @Nullable Object[] {a, b};
        }
    }

    record Call3<A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>(
            SerializableTriConsumer<A, B, C> function, A a, B b, C c) implements Call {
        @Override
        public void run() throws Exception {
            function.accept(a, b, c);
        }

        @Override
        public @Nullable Object[] arguments() {
            return new @Nullable Object[] {a, b, c};
        }
    }
}
