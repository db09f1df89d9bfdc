// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationContext;

/** Writes a value apart, reads it, and compares: for types of which it is not known that their values come back. */
final class Trial {

    private static final Object RUNNING = Trial.class;

    private final JavaType type;
    private final boolean boxed;
    private final String name;
    private final @Nullable String flaw;
    private @Nullable ObjectWriter writer;
    private @Nullable ObjectReader reader;

    private Trial(JavaType type, String name, @Nullable String flaw) {
        this.type = type;
        this.boxed = Jackson.isBoxed(type);
        this.name = name;
        this.flaw = flaw;
    }

    /** For values of a type; the flaw, if any, is why not all of them come back. */
    static Trial of(JavaType type, @Nullable String flaw) {
        // a name in the data has to be known where it is read: where the type is declared, not in the class itself
        return new Trial(JsonTypes.declaration(type), type.getRawClass().getName(), flaw);
    }

    /** For keys of maps: each is tried in a map of its own, as {@link #inMap} makes it. */
    static Trial ofKey(JavaType type) {
        JavaType text = Jackson.MAPPER.constructType(String.class);
        JavaType map = Jackson.MAPPER.getTypeFactory().constructMapType(Map.class, type, text);
        return new Trial(map, "key, a " + type.getRawClass().getName() + ",", null);
    }

    static Map<Object, @Nullable Object> inMap(Object key) {
        return Collections.singletonMap(key, null);
    }

    /** Whether what is being written is part of a trial, or of a value that has passed one. */
    static boolean isRunning(SerializationContext context) {
        return context.getAttribute(RUNNING) != null;
    }

    static void start(SerializationContext context) {
        context.setAttribute(RUNNING, true);
    }

    static void end(SerializationContext context) {
        context.setAttribute(RUNNING, null);
    }

    /** @throws JsonRefusal if the value does not come back as it is */
    void refuseUnlessSame(Object value) {
        byte[] json = writer().writeValueAsBytes(boxed ? Optional.of(value) : value);
        Object back;
        try {
            back = reader().readValue(json);
        } catch (RuntimeException e) {
            throw refusal("could not be read again");
        }
        if (!Sameness.same(value, back)) {
            throw refusal("would come back as something else");
        }
    }

    private JsonRefusal refusal(String what) {
        return new JsonRefusal("this " + name + " " + what
                + (flaw == null ? "; declare a type that JSON can tell all of" : ": " + flaw));
    }

    /** Two threads may both make it; either one serves. */
    private ObjectWriter writer() {
        ObjectWriter current = writer;
        if (current == null) {
            current = Jackson.writer(type).withAttribute(RUNNING, true);
            writer = current;
        }
        return current;
    }

    private ObjectReader reader() {
        ObjectReader current = reader;
        if (current == null) {
            current = Jackson.MAPPER.readerFor(type);
            reader = current;
        }
        return current;
    }
}
