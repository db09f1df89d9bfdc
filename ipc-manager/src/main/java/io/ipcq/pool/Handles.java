// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.process.TravelLimits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads objects. A queue that came before is the same object when it comes again: a worker attaches to it once, not with
 * every task. Thread-safe.
 */
final class Handles {

    private final Map<ByteBuffer, Object> attached = new HashMap<>(); // guarded by itself
    private final @Nullable ClassLoader program;

    Handles() {
        this(null);
    }

    /** @param program one that knows the classes of the program, if those of this library and of the thread do not */
    Handles(@Nullable ClassLoader program) {
        this.program = program;
    }

    /** The serialized handle of a queue. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares two
    record Handle(byte[] bytes) implements Serializable {}

    <T> @Nullable T read(InputStream bytes, long count, Class<T> type) throws IOException, ClassNotFoundException {
        try (Input in = new Input(bytes, new TravelLimits(count, type))) {
            return type.cast(in.readObject());
        }
    }

    private Object attach(Handle handle) throws IOException {
        ByteBuffer key = ByteBuffer.wrap(handle.bytes);
        synchronized (attached) {
            Object known = attached.get(key);
            if (known == null) {
                try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(handle.bytes))) {
                    in.setObjectInputFilter(new TravelLimits(handle.bytes.length, Serializable.class));
                    known = in.readObject();
                } catch (ClassNotFoundException unknown) {
                    throw (IOException)
                            new InvalidObjectException("a queue's codec is not on the class path").initCause(unknown);
                }
                attached.put(key, known);
            }
            return known;
        }
    }

    private final class Input extends ObjectInputStream {

        Input(InputStream bytes, TravelLimits limits) throws IOException {
            super(bytes);
            enableResolveObject(true);
            setObjectInputFilter(limits);
        }

        @Override
        protected Object resolveObject(Object object) throws IOException {
            return object instanceof Handle handle ? attach(handle) : object;
        }

        /** Also finds what only the thread's or the program's class loader knows, as in containers. */
        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            try {
                return super.resolveClass(description);
            } catch (ClassNotFoundException notHere) {
                for (ClassLoader loader :
                        new @Nullable ClassLoader[] {Thread.currentThread().getContextClassLoader(), program}) {
                    try {
                        if (loader != null) {
                            return Class.forName(description.getName(), false, loader);
                        }
                    } catch (ClassNotFoundException notThere) {
                        notHere.addSuppressed(notThere);
                    }
                }
                throw notHere;
            }
        }
    }
}
