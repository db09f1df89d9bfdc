// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.introspect.VisibilityChecker;

/** Tells Jackson which types are closed, which are open, and that an object is its fields. */
final class JsonTypes extends JacksonAnnotationIntrospector {

    private static final long serialVersionUID = 1L;

    /** Constructors of any visibility make an object again; getters and setters are not called. */
    static VisibilityChecker fieldsOnly(VisibilityChecker checker) {
        return checker.with(Visibility.NONE).withFieldVisibility(Visibility.ANY).withCreatorVisibility(Visibility.ANY);
    }

    /** Records have accessors. A class that is not open to reflection shows only what is public. */
    @Override
    public VisibilityChecker findAutoDetectVisibility(
            MapperConfig<?> config, AnnotatedClass type, VisibilityChecker checker) {
        Class<?> raw = type.getRawType();
        VisibilityChecker ours = checker;
        if (raw.isRecord()) {
            ours = checker.withGetterVisibility(Visibility.PUBLIC_ONLY);
        } else if (!raw.getModule().isOpen(raw.getPackageName(), MapperConfig.class.getModule())) {
            ours = checker.withFieldVisibility(Visibility.PUBLIC_ONLY);
        }
        return super.findAutoDetectVisibility(config, type, ours);
    }

    @Override
    public @Nullable Object findTypeResolverBuilder(MapperConfig<?> config, Annotated annotated) {
        Object annotation = super.findTypeResolverBuilder(config, annotated);
        if (annotation != null || !(annotated instanceof AnnotatedClass) || hasTypeInfo(config, annotated)) {
            return annotation;
        }
        Class<?> raw = annotated.getRawType();
        if (PlainValues.isOpen(raw)) {
            return new PlainValues();
        }
        return SealedTypes.isSealed(raw) ? new SealedTypes() : null;
    }

    /** A class that the bytes name is never loaded, even where an annotation asks for it. */
    @Override
    public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(MapperConfig<?> config, Annotated annotated) {
        JsonTypeInfo.Value info = super.findPolymorphicTypeInfo(config, annotated);
        if (info != null
                && (info.getIdType() == JsonTypeInfo.Id.CLASS || info.getIdType() == JsonTypeInfo.Id.MINIMAL_CLASS)) {
            throw new JsonRefusal("@JsonTypeInfo(use = " + info.getIdType() + ") at " + annotated.getName()
                    + " would take class names from the data; use a sealed interface");
        }
        return info;
    }

    /**
     * Whether the runtime class counts; otherwise the declared one does. Before Jackson 3.2 a field has to repeat what
     * its class says.
     */
    @Override
    public JsonSerialize.@Nullable Typing findSerializationTyping(MapperConfig<?> config, Annotated annotated) {
        boolean dynamic = annotated instanceof AnnotatedClass type
                ? PlainValues.isOpen(type.getRawType())
                        || SealedTypes.isSealed(type.getRawType())
                        || hasTypeInfo(config, type)
                // not its raw type, which of a type variable is the bound
                : PlainValues.isOpen(annotated.getType().getRawClass()) || isNamed(annotated.getType());
        return dynamic ? JsonSerialize.Typing.DYNAMIC : super.findSerializationTyping(config, annotated);
    }

    /** Whether the data names the class of a value of this type. */
    static boolean isNamed(JavaType type) {
        return SealedTypes.isSealed(type.getRawClass()) || isMarked(declaration(type));
    }

    /** The highest type that an annotation marks as one whose classes the data names; the type itself if none is. */
    static JavaType declaration(JavaType type) {
        JavaType declaration = type;
        for (JavaType above = type; above != null; above = above.getSuperClass()) {
            declaration = isMarked(above) ? above : declaration;
            for (JavaType face : above.getInterfaces()) {
                declaration = isMarked(face) ? face : declaration;
            }
        }
        return declaration;
    }

    private static boolean isMarked(JavaType type) {
        return type.getRawClass().isAnnotationPresent(JsonTypeInfo.class);
    }

    private boolean hasTypeInfo(MapperConfig<?> config, Annotated annotated) {
        return findPolymorphicTypeInfo(config, annotated) != null;
    }
}
