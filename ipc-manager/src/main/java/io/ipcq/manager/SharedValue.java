// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.codec.Codec;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A value that processes share, null until it is set; the JDK's {@link java.util.concurrent.atomic.AtomicReference}
 * between processes. Values are compared by {@code equals}, arrays by what is in them. Each call is atomic.
 *
 * <p>Thread-safe. Process-safe: what arrives in a child or a pool worker is the same one. Lives while a process holds
 * it.
 */
public final class SharedValue<V> extends Proxy {

    private static final long serialVersionUID = 1L;

    /** The server keeps an array of one. */
    private final transient SharedArray<V> array;

    SharedValue(Reference reference, Codec<V> codec) {
        super(reference, codec);
        this.array = new SharedArray<>(reference, codec);
    }

    /** The value; null if none was set. */
    public @Nullable V get() {
        return array.get(0);
    }

    /** Sets the value; null takes it away. */
    public void set(@Nullable V value) {
        array.set(0, value);
    }

    /** Sets it, and returns what it was. */
    public @Nullable V getAndSet(@Nullable V value) {
        return array.getAndSet(0, value);
    }

    /** Sets it if it is equal to what was expected; says whether it was. */
    public boolean compareAndSet(@Nullable V expected, @Nullable V value) {
        return array.compareAndSet(0, expected, value);
    }

    /**
     * Sets it to what the function makes of it, and returns that. The function is called again if another client came
     * between.
     */
    public @Nullable V updateAndGet(UnaryOperator<@Nullable V> function) {
        return array.updateAndGet(0, function);
    }

    /** The same, and returns what it was. */
    public @Nullable V getAndUpdate(UnaryOperator<@Nullable V> function) {
        return array.getAndUpdate(0, function);
    }
}
