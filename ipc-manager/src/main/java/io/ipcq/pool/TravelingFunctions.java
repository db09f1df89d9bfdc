// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.process.TravelTrace;
import java.io.IOException;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The functions that a pool was given. A function without state is identified by its class. A function with state is
 * identified by its bytes, and serialized each time, because its state may have changed. Thread-safe.
 */
final class TravelingFunctions {

    private static final int REMEMBERED = 256;
    private static final @Nullable Object[] NO_ARGUMENTS = {};

    private final AtomicInteger numbers = new AtomicInteger();
    private final Map<Class<?>, TravelingFunction> stateless = new ConcurrentHashMap<>();

    /** The last function without state that was asked for, because many tasks in a row have the same function. */
    private @Nullable Recent recent; // set by any thread; a record is always seen whole

    private record Recent(Class<?> type, TravelingFunction function) {}

    private final Map<ByteBuffer, TravelingFunction> byBytes = // guarded by itself
            new LinkedHashMap<>(REMEMBERED, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<ByteBuffer, TravelingFunction> eldest) {
                    return size() > REMEMBERED;
                }
            };

    /** @throws io.ipcq.process.CannotTravelException if the function or what it captured is not serializable */
    TravelingFunction of(Object function) {
        Class<?> type = Objects.requireNonNull(function, "function").getClass();
        Recent last = recent;
        if (last != null && last.type == type) {
            return last.function;
        }
        TravelingFunction known = stateless.get(type);
        if (known != null) {
            recent = new Recent(type, known);
            return known;
        }
        byte[] bytes = encode(function);
        if (TravelingFunction.isStateless(type)) {
            return stateless.computeIfAbsent(type, any -> made(function, bytes, true));
        }
        synchronized (byBytes) {
            return byBytes.computeIfAbsent(ByteBuffer.wrap(bytes), any -> made(function, bytes, false));
        }
    }

    private TravelingFunction made(Object function, byte[] bytes, boolean isStateless) {
        return new TravelingFunction(
                numbers.incrementAndGet(),
                bytes,
                isStateless,
                TravelingFunction.nameOf(function),
                function.getClass().getClassLoader());
    }

    private static byte[] encode(Object function) {
        String what = "the task " + TravelingFunction.nameOf(function);
        try {
            if (!(function instanceof Serializable serializable)) {
                throw new java.io.NotSerializableException(function.getClass().getName());
            }
            return TravelingFunction.encode(serializable);
        } catch (ObjectStreamException | RuntimeException | StackOverflowError refused) {
            throw TravelTrace.refusal(what, function, "function", NO_ARGUMENTS, "argument ", refused);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** Arguments as bytes. @throws io.ipcq.process.CannotTravelException if one is not serializable */
    static byte[] encodeArguments(TravelingFunction function, @Nullable Object[] arguments) {
        MessageWriter out = new MessageWriter();
        try {
            Values.write(out, arguments);
        } catch (ObjectStreamException | RuntimeException | StackOverflowError refused) {
            throw TravelTrace.refusal("the task " + function.name(), null, "function", arguments, "argument ", refused);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toBytes();
    }
}
