// SPDX-License-Identifier: Apache-2.0
package io.ipcq.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Makes meters in a registry, all with the same tags. */
final class Meters {

    private final MeterRegistry registry;
    private final Tags tags;
    private final List<Meter> made;

    Meters(MeterRegistry registry, Tags tags) {
        this(registry, tags, new ArrayList<>());
    }

    private Meters(MeterRegistry registry, Tags tags, List<Meter> made) {
        this.registry = registry;
        this.tags = tags;
        this.made = made;
    }

    /** The same with one more tag. */
    Meters with(String key, String value) {
        return new Meters(registry, tags.and(key, value), made);
    }

    /** Keeps the group, which nothing else may refer to. */
    <S> void gauge(String name, String unit, String description, Group<S> group, ToDoubleFunction<S> value) {
        add(name, unit, description, group, all -> all.now(value));
    }

    /** The same, of what is not to be added up. */
    <S> void greatest(String name, String unit, String description, Group<S> group, ToDoubleFunction<S> value) {
        add(name, unit, description, group, all -> all.greatest(value));
    }

    private <S> void add(
            String name, String unit, String description, Group<S> group, ToDoubleFunction<Group<S>> value) {
        if (!group.isEmpty()) {
            made.add(Gauge.builder(name, group, value)
                    .strongReference(true)
                    .baseUnit(unit)
                    .description(description)
                    .tags(tags)
                    .register(registry));
        }
    }

    /** Keeps the group only weakly: it needs a gauge beside it. */
    <S> void counter(String name, String unit, String description, Group<S> group, ToDoubleFunction<S> value) {
        made.add(FunctionCounter.builder(name, group, all -> all.ever(value))
                .baseUnit(unit)
                .description(description)
                .tags(tags)
                .register(registry));
    }

    void remove() {
        made.forEach(registry::remove);
        made.clear();
    }
}
