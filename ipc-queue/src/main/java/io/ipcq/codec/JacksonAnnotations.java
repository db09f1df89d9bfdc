// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import com.fasterxml.jackson.annotation.JacksonAnnotation;
import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonRootName;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.lang.annotation.Annotation;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.annotation.JsonNaming;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.AnnotatedWithParams;

/** Knows the annotations with which fields are still written and read, each by its name. */
final class JacksonAnnotations {

    /** What they can do beyond a name, such as leave a field out, is seen in the fields. */
    private static final Set<Class<? extends Annotation>> NAMES = Set.of(
            JsonAlias.class,
            JsonAutoDetect.class,
            JsonClassDescription.class,
            JsonNaming.class,
            JsonProperty.class,
            JsonPropertyDescription.class,
            JsonPropertyOrder.class,
            JsonRootName.class,
            JsonSubTypes.class,
            JsonTypeName.class);

    private JacksonAnnotations() {}

    /** Whether an annotation of the class, or of anything in it, may do more than name a field. */
    static boolean matter(AnnotatedClass type) {
        return type.annotations().anyMatch(JacksonAnnotations::mattersAtClass)
                || members(type).flatMap(Annotated::annotations).anyMatch(JacksonAnnotations::matters);
    }

    private static Stream<? extends Annotated> members(AnnotatedClass type) {
        Stream<AnnotatedWithParams> creators =
                Stream.concat(type.getConstructors().stream(), type.getFactoryMethods().stream());
        Stream<? extends Annotated> others = Stream.concat(
                StreamSupport.stream(type.fields().spliterator(), false),
                StreamSupport.stream(type.memberMethods().spliterator(), false));
        return Stream.concat(creators.flatMap(JacksonAnnotations::withParameters), others);
    }

    private static Stream<Annotated> withParameters(AnnotatedWithParams creator) {
        Stream.Builder<Annotated> all = Stream.builder();
        all.add(creator);
        for (int i = 0; i < creator.getParameterCount(); i++) {
            AnnotatedParameter parameter = creator.getParameter(i);
            all.add(parameter);
        }
        return all.build();
    }

    /**
     * Names that are left out of a whole class are seen in its fields, too; at a field it means those of another class.
     */
    private static boolean mattersAtClass(Annotation annotation) {
        return matters(annotation) && annotation.annotationType() != JsonIgnoreProperties.class;
    }

    private static boolean matters(Annotation annotation) {
        Class<? extends Annotation> type = annotation.annotationType();
        return type.isAnnotationPresent(JacksonAnnotation.class) && !NAMES.contains(type);
    }
}
