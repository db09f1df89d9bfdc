// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.ConstructorDetector;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.cfg.MutableCoercionConfig;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;

/** Jackson, configured once for all codecs. */
final class Jackson {

    /*
     * Idea: what encodes must decode to an equal value, or be refused while the producer can still act. So types are
     * taken as declared (a subclass that the declaration does not name is refused), nothing is coerced, an object is
     * its fields, and the only open positions are those of a sealed type (one of its permitted subclasses) and of
     * Object (what JSON itself can tell apart). What is not known to come back is tried (GuardedSerializers). The
     * reader and the writer have the same limits.
     */

    static final int MAX_NESTING = 500;
    static final int MAX_NUMBER_CHARS = 100_000;
    /** Text has no limit of its own. The size of an element is the limit, and no queue takes a larger one than this. */
    static final int MAX_STRING_CHARS = 1 << 30;

    static final JsonMapper MAPPER = mapper();

    private Jackson() {}

    /** Finds the reader of a type, which shows most of what is wrong with the type; null if there is one. */
    static @Nullable RuntimeException whyUndecodable(JavaType type) {
        try {
            deserializer(type);
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    static ValueDeserializer<Object> deserializer(JavaType type) {
        return MAPPER._deserializationContext().findRootValueDeserializer(type);
    }

    /** The writer of a type, or of an Optional of it if {@link #isBoxed}. */
    static ObjectWriter writer(JavaType type) {
        return MAPPER.writerFor(
                isBoxed(type) ? MAPPER.getTypeFactory().constructReferenceType(Optional.class, type) : type);
    }

    /**
     * Alone, a value whose class is named would be written by its class, which does not know its type parameters; an
     * Optional writes the same bytes and knows.
     */
    static boolean isBoxed(JavaType type) {
        return type.hasGenericTypes() && JsonTypes.isNamed(type);
    }

    private static JsonMapper mapper() {
        return JsonMapper.builder(factory())
                .serializerFactory(new GuardedSerializers())
                .addModule(new SimpleModule("ipcq")
                        .setDeserializerModifier(new GuardedDeserializers())
                        .setSerializerModifier(new SetSerializer.Modifier()))
                .annotationIntrospector(new JsonTypes())
                .changeDefaultVisibility(JsonTypes::fieldsOnly)
                .withCoercionConfig(LogicalType.Textual, Jackson::refuseAllButText)
                .constructorDetector(ConstructorDetector.USE_PROPERTIES_BASED)
                .enable(MapperFeature.USE_STATIC_TYPING, MapperFeature.INFER_RECORD_GETTERS_FROM_COMPONENTS_ONLY)
                .disable(
                        MapperFeature.PROPAGATE_TRANSIENT_MARKER,
                        MapperFeature.ALLOW_COERCION_OF_SCALARS,
                        MapperFeature.USE_GETTERS_AS_SETTERS,
                        MapperFeature.ALLOW_FINAL_FIELDS_AS_MUTATORS)
                .enable(
                        DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                        DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                        DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .enable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .disable(SerializationFeature.FAIL_ON_SELF_REFERENCES, SerializationFeature.CLOSE_CLOSEABLE)
                .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .disable(EnumFeature.WRITE_ENUMS_USING_TO_STRING, EnumFeature.READ_ENUMS_USING_TO_STRING)
                .enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
                .disable(
                        DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS,
                        DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS,
                        DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE,
                        DateTimeFeature.NORMALIZE_DESERIALIZED_ZONE_ID)
                .build();
    }

    private static void refuseAllButText(MutableCoercionConfig coercion) {
        coercion.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
    }

    private static JsonFactory factory() {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_NESTING)
                        .maxNumberLength(MAX_NUMBER_CHARS)
                        .maxStringLength(MAX_STRING_CHARS)
                        .maxNameLength(MAX_STRING_CHARS)
                        .build())
                .streamWriteConstraints(StreamWriteConstraints.builder()
                        .maxNestingDepth(MAX_NESTING)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .build();
    }
}
