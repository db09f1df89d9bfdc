// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes what travels to another process: by Java serialization what is {@link Serializable}, by its JSON codec what is
 * not and has one, wherever in the graph it is.
 *
 * <p>Thread-safe: no. Process-safe: what it writes is read by {@link java.io.ObjectInputStream}. Survives a crash: not
 * applicable.
 */
public class TravelOutput extends ObjectOutputStream {

    /** So that what is one object here is one object there; null until there is one. */
    private @Nullable Map<Object, EncodedValue> encoded;

    @SuppressWarnings("this-escape") // the method of the JDK only notes it
    public TravelOutput(OutputStream out) throws IOException {
        super(out);
        enableReplaceObject(true);
    }

    /** Is asked after {@code writeReplace}. What no codec takes is left as it is, and refused by serialization. */
    @Override
    protected Object replaceObject(Object object) throws IOException {
        if (object instanceof SerializedLambda lambda) {
            refuseAccomplice(lambda);
        }
        return object instanceof Serializable ? object : encoded(object);
    }

    private Object encoded(Object object) {
        Map<Object, EncodedValue> known = encoded == null ? new IdentityHashMap<>() : encoded;
        encoded = known;
        EncodedValue before = known.get(object);
        if (before != null) {
            return before;
        }
        EncodedValue value = EncodedValue.of(object);
        if (value == null) {
            return object;
        }
        known.put(object, value);
        return value;
    }

    /**
     * The object around a lambda, which comes along when the lambda uses a field or a method of it, is mostly not
     * meant, and large. If it is a value, it may.
     */
    private static void refuseAccomplice(SerializedLambda lambda) throws NotSerializableException {
        String around = lambda.getCapturingClass().replace('/', '.');
        for (int i = 0; i < lambda.getCapturedArgCount(); i++) {
            Object captured = lambda.getCapturedArg(i);
            if (captured != null && captured.getClass().getName().equals(around) && !isMeant(captured)) {
                throw new NotSerializableException(around);
            }
        }
    }

    static boolean isMeant(Object around) {
        return around instanceof Serializable || around instanceof Record;
    }
}
