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
 * Writes objects that travel to another process. It writes {@link Serializable} objects by Java serialization. It
 * writes others by their JSON codec, if they have one, wherever in the graph they are.
 *
 * <p>Thread-safe: no. Process-safe: what it writes is read by {@link java.io.ObjectInputStream}. Survives a crash: not
 * applicable.
 */
public class TravelOutput extends ObjectOutputStream {

    /** The values encoded so far, so that one object here becomes one object there. Null until there is one. */
    private @Nullable Map<Object, EncodedValue> encoded;

    @SuppressWarnings("this-escape") // the method of the JDK only stores this
    public TravelOutput(OutputStream out) throws IOException {
        super(out);
        enableReplaceObject(true);
    }

    /**
     * Called after {@code writeReplace}. An object that no codec takes is left as it is, and serialization refuses it.
     */
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
     * Refuses the object around a lambda. It is captured when the lambda uses a field or a method of it, mostly by
     * mistake, and is often large. If it is a value, it is accepted.
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
