// SPDX-License-Identifier: Apache-2.0
package io.ipcq.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What each builder and its record of options keep: each option can be set, read, and is checked by the record itself;
 * a builder can start from options.
 *
 * @param <B> the builder
 * @param <O> the record of its options, with a component for each of them
 */
public abstract class OptionsContract<B, O extends Record> {

    private final Class<O> type;

    protected OptionsContract(Class<O> type) {
        this.type = type;
    }

    /** One that nothing was set at. */
    protected abstract B builder();

    protected abstract O options(B builder);

    protected abstract B from(O options);

    /** Values other than the default that cannot be guessed from the type, by the name of their option. */
    protected Map<String, Object> others() {
        return Map.of();
    }

    /** Methods of the builder that set what is in no record. */
    protected Set<String> beside() {
        return Set.of();
    }

    /** Methods of the builder, by their options, where these have another name or several parameters. */
    protected Map<String, String> setters() {
        return Map.of();
    }

    /** Calls a setter that cannot be called with the value of the option alone; false if there is no such one. */
    protected boolean setOtherwise(B builder, String option, Object value) {
        return false;
    }

    private O untouched() {
        return options(builder());
    }

    private @Nullable Object value(O options, RecordComponent option) {
        try {
            return option.getAccessor().invoke(options);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private void set(B builder, RecordComponent option, Object value) {
        if (setOtherwise(builder, option.getName(), value)) {
            return;
        }
        Method setter = Stream.of(builder.getClass().getMethods())
                .filter(method -> method.getName().equals(setter(option)) && method.getParameterCount() == 1)
                .findFirst()
                .orElseThrow(() -> new AssertionError(option.getName() + " cannot be set"));
        try {
            assertThat(setter.invoke(builder, value)).isSameAs(builder);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private String setter(RecordComponent option) {
        return setters().getOrDefault(option.getName(), option.getName());
    }

    /** As it is given to the builder: not in an {@link Optional}. */
    private Object other(RecordComponent option) {
        Object other = others().get(option.getName());
        if (other != null) {
            return other;
        }
        Object now = value(untouched(), option);
        if (now instanceof Boolean is) {
            return !is;
        }
        if (now instanceof Integer number) {
            return number > 1 ? number / 2 : 2;
        }
        if (now instanceof Long number) {
            return number > 1 ? number / 2 : 2L;
        }
        if (now instanceof Duration time) {
            return time.plusSeconds(1);
        }
        throw new AssertionError("name another value of " + option);
    }

    private static @Nullable Object unwrapped(@Nullable Object value) {
        if (value instanceof OptionalInt optional) {
            return optional.getAsInt();
        }
        return value instanceof Optional<?> optional ? optional.orElseThrow() : value;
    }

    @Test
    void shouldSetAndReadEachOption() {
        for (RecordComponent option : type.getRecordComponents()) {
            Object other = other(option);
            B builder = builder();
            set(builder, option, other);
            assertThat(unwrapped(value(options(builder), option)))
                    .as(option.getName())
                    .isEqualTo(other);
            assertThat(value(untouched(), option)).as(option.getName()).isNotEqualTo(value(options(builder), option));
        }
    }

    @Test
    void shouldStartFromOptions() {
        B builder = builder();
        for (RecordComponent option : type.getRecordComponents()) {
            set(builder, option, other(option));
        }
        O options = options(builder);
        assertThat(options(from(options))).isEqualTo(options).isNotEqualTo(untouched());
        for (RecordComponent option : type.getRecordComponents()) {
            B later = from(untouched());
            set(later, option, other(option));
            assertThat(unwrapped(value(options(later), option))).isEqualTo(other(option));
        }
    }

    @Test
    void shouldReadAllThatCanBeSet() {
        Set<String> settable = Stream.of(builder().getClass().getMethods())
                .filter(method -> method.getReturnType().isInstance(builder()) && method.getParameterCount() > 0)
                .map(Method::getName)
                .filter(name -> !name.equals("options"))
                .collect(Collectors.toCollection(TreeSet::new));
        settable.removeAll(beside());
        assertThat(settable)
                .isEqualTo(Stream.of(type.getRecordComponents())
                        .map(this::setter)
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void shouldCheckEachOptionInTheRecordItself() {
        List<String> accepted = new ArrayList<>();
        for (RecordComponent option : type.getRecordComponents()) {
            Object wrong = wrong(option);
            if (wrong != null) {
                try {
                    with(option, wrong);
                    accepted.add(option.getName() + "=" + wrong);
                } catch (IllegalArgumentException e) {
                    assertThat(e.getMessage()).containsPattern(option.getName() + "|" + setter(option));
                }
            }
        }
        assertThat(accepted).as("values that the record should refuse").isEmpty();
    }

    private @Nullable Object wrong(RecordComponent option) {
        Class<?> is = option.getType();
        if (is == int.class) {
            return -1;
        }
        if (is == long.class) {
            return -1L;
        }
        if (is == OptionalInt.class) {
            return OptionalInt.of(-1);
        }
        Object sample = unwrapped(value(all(), option));
        if (sample instanceof Integer) {
            return Optional.of(-1);
        }
        if (sample instanceof Duration) {
            Duration negative = Duration.ofNanos(-1);
            return is == Optional.class ? Optional.of(negative) : negative;
        }
        return null;
    }

    private O all() {
        B builder = builder();
        Arrays.stream(type.getRecordComponents()).forEach(option -> set(builder, option, other(option)));
        return options(builder);
    }

    private O with(RecordComponent option, @Nullable Object value) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = components[i].getName().equals(option.getName()) ? value : value(all(), components[i]);
        }
        try {
            return type.getConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException refused) {
                throw refused;
            }
            throw new AssertionError(e);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldRefuseWhatIsMissing() {
        for (RecordComponent option : type.getRecordComponents()) {
            boolean mayBeMissing = option.getAnnotatedType().isAnnotationPresent(Nullable.class);
            if (!option.getType().isPrimitive() && !mayBeMissing) {
                assertThatThrownBy(() -> with(option, null))
                        .as(option.getName())
                        .isInstanceOf(NullPointerException.class)
                        .hasMessageContaining(option.getName());
            }
        }
    }
}
