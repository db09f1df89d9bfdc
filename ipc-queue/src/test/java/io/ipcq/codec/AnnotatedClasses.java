// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Classes of each form that have each of the annotations that Jackson knows, at the class or at a field.
 */
final class AnnotatedClasses {

    private static final List<String> ANNOTATIONS = List.of(
            "",
            "@JsonProperty(\"renamed\")",
            "@JsonProperty(\"@type\")",
            "@JsonProperty(access = JsonProperty.Access.READ_ONLY)",
            "@JsonProperty(access = JsonProperty.Access.WRITE_ONLY)",
            "@JsonProperty(required = true)",
            "@JsonAlias(\"other\")",
            "@JsonIgnore",
            "@JsonIgnoreProperties(\"name\")",
            "@JsonIncludeProperties(\"name\")",
            "@JsonInclude(JsonInclude.Include.NON_NULL)",
            "@JsonInclude(JsonInclude.Include.NON_EMPTY)",
            "@JsonInclude(JsonInclude.Include.NON_DEFAULT)",
            "@JsonInclude(JsonInclude.Include.NON_ABSENT)",
            "@JsonInclude(content = JsonInclude.Include.NON_EMPTY)",
            "@JsonFormat(shape = JsonFormat.Shape.STRING)",
            "@JsonFormat(shape = JsonFormat.Shape.NUMBER)",
            "@JsonFormat(shape = JsonFormat.Shape.ARRAY)",
            "@JsonFormat(pattern = \"yyyy-MM-dd\")",
            "@JsonRawValue",
            "@JsonUnwrapped",
            "@JsonUnwrapped(prefix = \"p\")",
            "@JsonView(String.class)",
            "@JsonSetter(nulls = Nulls.SKIP)",
            "@JsonSetter(nulls = Nulls.AS_EMPTY)",
            "@JsonSetter(contentNulls = Nulls.SKIP)",
            "@JsonMerge",
            "@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)",
            "@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)",
            "@JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)",
            "@JsonManagedReference",
            "@JsonBackReference",
            "@JsonFilter(\"f\")",
            "@JsonValue",
            "@JsonKey",
            "@JsonTypeId",
            "@JacksonInject",
            "@JsonSerialize(using = tools.jackson.databind.ser.std.ToStringSerializer.class)",
            "@JsonSerialize(nullsUsing = tools.jackson.databind.ser.std.ToStringSerializer.class)",
            "@JsonSerialize(as = Object.class)",
            "@JsonDeserialize(using = AnnotatedClasses.Nothing.class)");

    private static final List<String> CLASS_ANNOTATIONS = List.of(
            "",
            "@JsonInclude(JsonInclude.Include.NON_NULL)",
            "@JsonInclude(JsonInclude.Include.NON_EMPTY)",
            "@JsonInclude(JsonInclude.Include.NON_DEFAULT)",
            "@JsonIgnoreProperties(\"content\")",
            "@JsonIgnoreProperties(ignoreUnknown = true)",
            "@JsonIncludeProperties(\"name\")",
            "@JsonPropertyOrder({\"content\", \"name\"})",
            "@JsonFormat(shape = JsonFormat.Shape.ARRAY)",
            "@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)",
            "@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = \"name\")",
            "@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.EXISTING_PROPERTY, property = \"name\")",
            "@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_ARRAY)",
            "@JsonIdentityInfo(generator = ObjectIdGenerators.IntSequenceGenerator.class)",
            "@JsonIdentityInfo(generator = ObjectIdGenerators.PropertyGenerator.class, property = \"name\")",
            "@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.NONE)",
            "@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.PUBLIC_ONLY)",
            "@JsonNaming(tools.jackson.databind.PropertyNamingStrategies.UpperCamelCaseStrategy.class)",
            "@JsonRootName(\"root\")",
            "@JsonTypeName(\"other\")",
            "@JsonFilter(\"f\")");

    /** The type of the field: a parameter, for which any type can be given, or a primitive one. */
    private static final List<String> TYPES = List.of("T", "int");

    private static final List<String> FORMS = List.of(
            "%3$s record %1$s<T>(String name, %4$s %2$s content) {}",
            "%3$s class %1$s<T> { String name; %4$s %2$s content; }",
            "%3$s class %1$s<T> { final String name; %4$s final %2$s content;"
                    + " %1$s(String name, %2$s content) { this.name = name; this.content = content; } }",
            "%3$s class %1$s<T> extends Named { %4$s %2$s content; }");

    private static final List<Specimen> CONTENTS = List.of(
            content(new TypeRef<String>() {}, "x", "", "1", null),
            content(new TypeRef<Integer>() {}, 1, 0, null),
            content(new TypeRef<Double>() {}, 1.5, 0.0, -0.0, Double.NaN),
            content(new TypeRef<List<String>>() {}, List.of("x"), List.of(), Arrays.asList("x", null), null),
            content(new TypeRef<Optional<String>>() {}, Optional.of("x"), Optional.empty(), null),
            content(new TypeRef<byte[]>() {}, new byte[] {1}, new byte[0], null),
            content(
                    new TypeRef<Map<String, Integer>>() {},
                    Map.of("x", 0),
                    Map.of(),
                    Collections.singletonMap("x", null),
                    null),
            content(new TypeRef<LocalDateTime>() {}, LocalDateTime.of(2024, 2, 29, 1, 2, 3), LocalDateTime.MIN, null),
            content(new TypeRef<Shapes.Sku>() {}, new Shapes.Sku("x"), new Shapes.Sku(null), null),
            content(new TypeRef<Shapes.Animal>() {}, new Shapes.Cat("x"), new Shapes.Dog("x"), null),
            content(new TypeRef<Object>() {}, "x", 1, List.of(), null),
            content(new TypeRef<List<Shapes.Sku>>() {}, List.of(new Shapes.Sku("x")), List.of(), null),
            content(new TypeRef<TimeUnit>() {}, TimeUnit.DAYS, null),
            content(
                    new TypeRef<JsonCodecTest.Shape>() {},
                    new JsonCodecTest.Circle(0),
                    new JsonCodecTest.Nothing(),
                    JsonCodecTest.Level2.TWO,
                    null));

    private static Specimen content(TypeRef<?> type, Object... values) {
        return new Specimen(type.type(), false, Arrays.asList(values));
    }

    /** Reads anything as null. */
    static final class Nothing extends tools.jackson.databind.ValueDeserializer<Object> {
        @Override
        public Object deserialize(
                tools.jackson.core.JsonParser in, tools.jackson.databind.DeserializationContext context) {
            in.skipChildren();
            return null;
        }
    }

    private final List<String> declarations = new ArrayList<>();

    private AnnotatedClasses() {}

    /** Chooses some of them all. */
    static AnnotatedClasses some(Random random, int share) {
        AnnotatedClasses some = new AnnotatedClasses();
        for (String form : FORMS) {
            for (String type : TYPES) {
                for (String annotation : ANNOTATIONS) {
                    some.add(random.nextInt(share) == 0, form, type, "", annotation);
                }
                for (String annotation : CLASS_ANNOTATIONS) {
                    some.add(random.nextInt(share) == 0, form, type, annotation, "");
                }
            }
        }
        return some;
    }

    private void add(boolean chosen, String form, String type, String atClass, String atField) {
        if (chosen) {
            declarations.add(String.format(form, "G" + declarations.size(), type, atClass, atField));
        }
    }

    /** What the field of a class can hold. */
    static List<Specimen> contents(Class<?> type) throws NoSuchFieldException {
        return type.getDeclaredField("content").getType() == int.class
                ? List.of(content(new TypeRef<Integer>() {}, 0, 1))
                : CONTENTS;
    }

    List<String> declarations() {
        return declarations;
    }

    List<Class<?>> compile() {
        CompiledClasses compiled = CompiledClasses.of(
                "import com.fasterxml.jackson.annotation.*; import com.fasterxml.jackson.annotation.JsonFormat;"
                        + " import tools.jackson.databind.annotation.*;\n class Named { String name; }\n"
                        + String.join("\n", declarations));
        List<Class<?>> classes = new ArrayList<>();
        for (int i = 0; i < declarations.size(); i++) {
            classes.add(compiled.named("G" + i));
        }
        return classes;
    }
}
