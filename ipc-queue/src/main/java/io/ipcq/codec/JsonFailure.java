// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.exc.StreamWriteException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.exc.InvalidDefinitionException;
import tools.jackson.databind.exc.InvalidTypeIdException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.exc.ValueInstantiationException;

/** Says what went wrong without quoting the content, as Jackson's own messages do. */
final class JsonFailure {

    private static final int MAX_STEPS = 12;

    private JsonFailure() {}

    static CodecException encoding(JavaType type, Throwable failure) {
        String path = path(type, failure);
        String message = "cannot encode " + where(type, path) + ": " + reason(failure);
        return new CodecException(message, path, thrownByUser(failure));
    }

    /** Nothing of the type could be decoded, so nothing is encoded. */
    static CodecException undecodable(JavaType type, Throwable failure) {
        String fields = TypePath.toCulprit(type);
        String path = fields.isEmpty() ? null : name(type) + fields;
        return new CodecException(
                "cannot encode " + where(type, path) + ": " + reason(failure), path, thrownByUser(failure));
    }

    static CodecException decoding(JavaType type, byte[] bytes, Throwable failure) {
        String path = path(type, failure);
        String message = "cannot decode " + where(type, path) + ": " + reason(failure) + ", bytes=" + bytes.length;
        return new CodecException(message, path, bytes, isOfUser(failure) ? thrownByUser(failure) : null);
    }

    private static boolean isOfUser(Throwable failure) {
        return failure instanceof ValueInstantiationException || root(failure) instanceof JsonRefusal;
    }

    private static String where(JavaType type, @Nullable String path) {
        return path == null ? name(type) : name(type) + " at " + path;
    }

    /** A generic type without its packages: {@code List<Order>}. */
    private static String name(JavaType type) {
        String name = type.toCanonical();
        return name.replaceAll("[\\w.$]*[.$](\\w)", "$1");
    }

    private static @Nullable String path(JavaType type, Throwable failure) {
        if (!(failure instanceof JacksonException located) || located.getPath().isEmpty()) {
            return null;
        }
        List<JacksonException.Reference> steps = located.getPath();
        int known = failure instanceof UnrecognizedPropertyException ? steps.size() - 1 : steps.size();
        StringBuilder path = new StringBuilder(name(type));
        steps.subList(0, Math.min(known, MAX_STEPS)).forEach(step -> append(path, step));
        return known > MAX_STEPS ? path.append("...").toString() : path.toString();
    }

    /** The names of fields are those of the classes; the keys of a map are content. */
    private static void append(StringBuilder path, JacksonException.Reference step) {
        if (step.getIndex() >= 0) {
            path.append('[').append(step.getIndex()).append(']');
        } else if (step.getPropertyName() == null || isMap(step.from())) {
            path.append("[*]");
        } else {
            path.append('.').append(step.getPropertyName());
        }
    }

    private static boolean isMap(@Nullable Object from) {
        return from instanceof Map<?, ?> || (from instanceof Class<?> type && Map.class.isAssignableFrom(type));
    }

    private static String reason(Throwable failure) {
        Throwable root = root(failure);
        if (root instanceof JsonRefusal refusal && refusal.getMessage() != null) {
            return refusal.getMessage();
        }
        if (root instanceof StackOverflowError || root instanceof StreamConstraintsException) {
            return "a limit is exceeded, or an object contains itself: nesting=" + Jackson.MAX_NESTING + ", digits="
                    + Jackson.MAX_NUMBER_CHARS;
        }
        return failure instanceof JacksonException jackson ? jacksonReason(jackson, root) : threw(root);
    }

    private static String jacksonReason(JacksonException failure, Throwable root) {
        if (failure instanceof UnrecognizedPropertyException unknown) {
            return unknown.getReferringClass().getName()
                    + " has no such field; was another type written? If it was a newer"
                    + " version of this one, update this process, or decode with ignoreUnknown()";
        }
        if (failure instanceof InvalidTypeIdException unknown) {
            return "no permitted subclass of " + unknown.getBaseType().toCanonical()
                    + " has this @type, or it is missing";
        }
        if (failure instanceof InvalidDefinitionException definition) {
            return "the type cannot be mapped: " + definition.getOriginalMessage();
        }
        if (failure instanceof ValueInstantiationException || !(root instanceof JacksonException)) {
            return threw(root);
        }
        if (failure instanceof MismatchedInputException mismatch) {
            Class<?> target = mismatch.getTargetType();
            return "the value does not fit" + (target == null ? "" : " " + target.getName());
        }
        return streamReason(failure);
    }

    private static String streamReason(JacksonException failure) {
        if (failure instanceof UnexpectedEndOfInputException) {
            return "the JSON ends early";
        }
        if (failure instanceof InputCoercionException coercion) {
            return "the number does not fit " + coercion.getTargetType().getName();
        }
        if (failure instanceof StreamReadException) {
            return "malformed JSON, or a duplicate key: offset="
                    + failure.getLocation().getByteOffset();
        }
        if (failure instanceof StreamWriteException) {
            return "JSON has no such value (a lone surrogate?)";
        }
        return failure.getClass().getSimpleName();
    }

    private static String threw(Throwable root) {
        return root.getClass().getName() + " was thrown";
    }

    /** The exception of the user's code, if it is one; never one of Jackson's, whose message would quote content. */
    private static @Nullable Throwable thrownByUser(Throwable failure) {
        Throwable root = root(failure);
        if (root instanceof JsonRefusal refusal) {
            return refusal.getCause();
        }
        return root instanceof JacksonException ? null : root;
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root instanceof JacksonException && root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
