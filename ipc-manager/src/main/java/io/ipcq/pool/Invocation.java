// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.process.SerializableBiConsumer;
import io.ipcq.process.SerializableBiFunction;
import io.ipcq.process.SerializableConsumer;
import io.ipcq.process.SerializableFunction;
import io.ipcq.process.SerializableRunnable;
import io.ipcq.process.SerializableTriConsumer;
import io.ipcq.process.SerializableTriFunction;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** How a function is called with its arguments. */
@SuppressWarnings("unchecked") // function and arguments were checked by the compiler where they were given to the pool
enum Invocation {
    CALLABLE {
        @Override
        @Nullable
        Object[] invoke(Object function, @Nullable Object[] a) throws Exception {
            return one(((Callable<?>) function).call());
        }
    },
    FUNCTION {
        @Override
        @Nullable
        Object[] invoke(Object function, @Nullable Object[] a) throws Exception {
            return one(((SerializableFunction<@Nullable Object, ?>) function).apply(a[0]));
        }
    },
    BI_FUNCTION {
        @Override
        @Nullable
        Object[] invoke(Object function, @Nullable Object[] a) throws Exception {
            return one(((SerializableBiFunction<@Nullable Object, @Nullable Object, ?>) function).apply(a[0], a[1]));
        }
    },
    TRI_FUNCTION {
        @Override
        @Nullable
        Object[] invoke(Object function, @Nullable Object[] a) throws Exception {
            return one(((SerializableTriFunction<@Nullable Object, @Nullable Object, @Nullable Object, ?>) function)
                    .apply(a[0], a[1], a[2]));
        }
    },
    /** A {@link Runnable}, with the result to return, if there is one. */
    RUNNABLE {
        @Override
        @Nullable
        Object[] invoke(Object function, @Nullable Object[] a) {
            ((Runnable) function).run();
            return a.length == 0 ? NOTHING : a;
        }
    },
    ACTION {
        @Override
        @Nullable
        Object[] invoke(Object function, @Nullable Object[] a) throws Exception {
            ((SerializableRunnable) function).run();
            return NOTHING;
        }
    },
    CONSUMER {
        @Override
        @Nullable
        Object[] invoke(Object function, @Nullable Object[] a) throws Exception {
            ((SerializableConsumer<@Nullable Object>) function).accept(a[0]);
            return NOTHING;
        }
    },
    BI_CONSUMER {
        @Override
        @Nullable
        Object[] invoke(Object function, @Nullable Object[] a) throws Exception {
            ((SerializableBiConsumer<@Nullable Object, @Nullable Object>) function).accept(a[0], a[1]);
            return NOTHING;
        }
    },
    TRI_CONSUMER {
        @Override
        @Nullable
        Object[] invoke(Object function, @Nullable Object[] a) throws Exception {
            ((SerializableTriConsumer<@Nullable Object, @Nullable Object, @Nullable Object>) function)
                    .accept(a[0], a[1], a[2]);
            return NOTHING;
        }
    },
    /** A function of one argument for each argument. */
    MAP {
        @Override
        @Nullable
        Object[] invoke(Object function, @Nullable Object[] a) throws Exception {
            var each = (SerializableFunction<@Nullable Object, @Nullable Object>) function;
            @Nullable Object[] results = new @Nullable Object[a.length];
            for (int i = 0; i < a.length; i++) {
                results[i] = each.apply(a[i]);
            }
            return results;
        }
    },
    /** A function of two arguments for each pair of arguments. */
    STAR_MAP {
        @Override
        @Nullable
        Object[] invoke(Object function, @Nullable Object[] a) throws Exception {
            var each = (SerializableBiFunction<@Nullable Object, @Nullable Object, @Nullable Object>) function;
            @Nullable Object[] results = new @Nullable Object[a.length / 2];
            for (int i = 0; i < results.length; i++) {
                results[i] = each.apply(a[2 * i], a[2 * i + 1]);
            }
            return results;
        }
    };

    private static final Invocation[] ALL = values();
    private static final @Nullable Object[] NOTHING = {null};

    static Invocation of(byte code) {
        return ALL[code];
    }

    /** The code of this invocation in messages between two JVMs with the same class path. */
    @SuppressWarnings("EnumOrdinal")
    byte code() {
        return (byte) ordinal();
    }

    abstract @Nullable Object[] invoke(Object function, @Nullable Object[] arguments) throws Exception;

    /** Whether there are results of many elements, and not one result. */
    boolean isForMany() {
        return this == MAP || this == STAR_MAP;
    }

    private static @Nullable Object[] one(@Nullable Object result) {
        return new @Nullable Object[] {result};
    }
}
