// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static java.util.Objects.requireNonNull;

import io.ipcq.codec.Codec;
import io.ipcq.manager.wire.EncodedElements;
import io.ipcq.manager.wire.Operation.OfArray;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of places for values, each null until it is set; the JDK's {@link
 * java.util.concurrent.atomic.AtomicReferenceArray} between processes. Values are compared by {@code equals}, arrays by
 * what is in them. Each call is atomic, also one for a range.
 *
 * <p>Thread-safe. Process-safe: what arrives in a child or a pool worker is the same one. Lives while a process holds
 * it.
 */
public final class SharedArray<E> extends Proxy {

    private static final long serialVersionUID = 1L;

    private final transient Codec<E> codec;

    SharedArray(Reference reference, Codec<E> codec) {
        super(reference, codec);
        this.codec = requireNonNull(codec, "codec");
    }

    private @Nullable Object wire(@Nullable E value) {
        return value == null
                ? null
                : requireNonNull(EncodedElements.wire(codec, value), "a value that is null in JSON");
    }

    private @Nullable E value(@Nullable Object wire) {
        return EncodedElements.value(codec, wire);
    }

    private int checked(int index) {
        return Objects.checkIndex(index, length());
    }

    /** The number of places. */
    public int length() {
        return Integer.parseInt(reference.about("length"));
    }

    /** The value of a place; null if none was set. */
    public @Nullable E get(int index) {
        return value(reference.call(OfArray.GET, checked(index)));
    }

    /** Sets the value of a place; null takes it away. */
    public void set(int index, @Nullable E value) {
        reference.call(OfArray.SET, checked(index), wire(value));
    }

    /** Sets it, and returns what it was. */
    public @Nullable E getAndSet(int index, @Nullable E value) {
        return value(reference.call(OfArray.SET, checked(index), wire(value)));
    }

    /** Sets it if it is equal to what was expected; says whether it was. */
    public boolean compareAndSet(int index, @Nullable E expected, @Nullable E value) {
        Object after = wire(value);
        Object there = reference.call(OfArray.GET, checked(index));
        while (Objects.deepEquals(value(there), expected)) {
            if (reference.flag(OfArray.COMPARE_AND_SET, index, there, after)) {
                return true;
            }
            there = reference.call(OfArray.GET, index);
        }
        return false;
    }

    /**
     * Sets it to what the function makes of it, and returns that. The function is called again if another client came
     * between.
     */
    public @Nullable E updateAndGet(int index, UnaryOperator<@Nullable E> function) {
        while (true) {
            Object there = reference.call(OfArray.GET, checked(index));
            E after = function.apply(value(there));
            if (reference.flag(OfArray.COMPARE_AND_SET, index, there, wire(after))) {
                return after;
            }
        }
    }

    /** The same, and returns what it was. */
    public @Nullable E getAndUpdate(int index, UnaryOperator<@Nullable E> function) {
        while (true) {
            Object there = reference.call(OfArray.GET, checked(index));
            E before = value(there);
            if (reference.flag(OfArray.COMPARE_AND_SET, index, there, wire(function.apply(before)))) {
                return before;
            }
        }
    }

    // ---- ranges -----------------------------------------------------------------------------------------------------

    /** All values as they are at one time. */
    public List<@Nullable E> getAll() {
        return getRange(0, length());
    }

    /** The values of the places from one to before another, as they are at one time. */
    public List<@Nullable E> getRange(int from, int to) {
        Objects.checkFromToIndex(from, to, length());
        List<@Nullable E> values = new ArrayList<>();
        Pages.range(reference, OfArray.PAGE, from, to).items().forEach(wire -> values.add(value(wire)));
        return Collections.unmodifiableList(values);
    }

    /** Sets as many places as there are values, from one on: all of them or none. */
    public void setRange(int from, List<? extends @Nullable E> values) {
        List<@Nullable Object> wires = new ArrayList<>();
        values.forEach(value -> wires.add(wire(value)));
        Objects.checkFromIndexSize(from, wires.size(), length());
        reference.call(OfArray.SET_ALL, from, wires);
    }

    /** Sets all places to the same value, at one time. */
    public void fill(@Nullable E value) {
        fill(0, length(), value);
    }

    /** Sets the places from one to before another to the same value. */
    public void fill(int from, int to, @Nullable E value) {
        Objects.checkFromToIndex(from, to, length());
        reference.call(OfArray.FILL, from, to, wire(value));
    }
}
