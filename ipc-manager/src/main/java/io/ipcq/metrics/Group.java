// SPDX-License-Identifier: Apache-2.0
package io.ipcq.metrics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What one set of meters is about: one thing, or all those that have no names of their own.
 *
 * @param <S> what each of them says
 */
final class Group<S> {

    private final List<Source<S>> sources = new ArrayList<>();

    /** Things by their names, in order; those that are more than so many are one group. */
    static <T extends Watched.Named> Map<String, List<T>> named(List<T> things, int maxNames, String others) {
        Map<String, List<T>> groups = new LinkedHashMap<>();
        for (T thing : things) {
            boolean isNamed = groups.size() < maxNames && !thing.name().equals(others);
            groups.computeIfAbsent(isNamed ? thing.name() : others, name -> new ArrayList<>())
                    .add(thing);
        }
        return groups;
    }

    void add(Source<S> source) {
        sources.add(source);
    }

    boolean isEmpty() {
        return sources.isEmpty();
    }

    /** What those that are open say, in all; not a number if none is. */
    double now(ToDoubleFunction<S> value) {
        double sum = 0;
        boolean anybody = false;
        for (Source<S> source : sources) {
            S said = source.now();
            if (said != null) {
                sum += value.applyAsDouble(said);
                anybody = true;
            }
        }
        return anybody ? sum : Double.NaN;
    }

    /** The greatest of what those that are open say; not a number if none of them says one. */
    double greatest(ToDoubleFunction<S> value) {
        double greatest = Double.NaN;
        for (Source<S> source : sources) {
            S said = source.now();
            double one = said == null ? Double.NaN : value.applyAsDouble(said);
            greatest = Double.isNaN(greatest) ? one : Double.isNaN(one) ? greatest : Math.max(greatest, one);
        }
        return greatest;
    }

    /** What all of them say or said last, in all. */
    double ever(ToDoubleFunction<S> value) {
        double sum = 0;
        for (Source<S> source : sources) {
            S said = source.lately();
            sum += said == null ? 0 : value.applyAsDouble(said);
        }
        return sum;
    }
}
