// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.Attached;
import io.ipcq.Passed;
import io.ipcq.process.TravelLimits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads objects. If a queue or proxy arrives again, it is the same object as before, as long as a task keeps it. So a
 * worker attaches it once, and not for every task. The worker does not keep handles that its tasks have dropped.
 * Thread-safe.
 */
final class Handles {

    private static final int SWEEP = 64;

    /** A worker that has had no task for so long has time to tidy up. Once it has begun, it goes on soon. */
    private static final Duration IDLE = Duration.ofSeconds(1);

    private static final Duration SOON = Duration.ofMillis(100);

    private final Map<ByteBuffer, WeakReference<Object>> attached = new HashMap<>(); // guarded by itself
    private int sweepAt = SWEEP; // guarded by it, as are the next ones
    private boolean detaching;

    /** Whether nothing was ever attached, so that there is nothing to detach. This is so in most workers. */
    private volatile boolean isUnused = true;

    private final CollectorCalls collector = new CollectorCalls();
    private final @Nullable ClassLoader program;

    Handles() {
        this(null);
    }

    /**
     * @param program knows the classes of the program; used if the class loaders of this library and of the thread do
     *     not know them
     */
    Handles(@Nullable ClassLoader program) {
        this.program = program;
    }

    /** The serialized handle of a queue or proxy. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares two
    record Sealed(byte[] bytes) implements Serializable {}

    <T> @Nullable T read(InputStream bytes, long count, Class<T> type) throws IOException, ClassNotFoundException {
        try (Input in = new Input(bytes, new TravelLimits(count, type))) {
            return type.cast(in.readObject());
        }
    }

    private Object attach(Sealed handle) throws IOException {
        ByteBuffer key = ByteBuffer.wrap(handle.bytes);
        synchronized (attached) {
            WeakReference<Object> before = attached.get(key);
            Object known = before == null ? null : before.get();
            if (known == null || (known instanceof Attached there && there.isClosed())) {
                isUnused = false;
                known = open(handle);
                collector.attached();
                attached.put(key, new WeakReference<>(known));
                sweepIfDue();
            }
            return known;
        }
    }

    private static Object open(Sealed handle) throws IOException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(handle.bytes))) {
            in.setObjectInputFilter(new TravelLimits(handle.bytes.length, Serializable.class));
            return in.readObject();
        } catch (ClassNotFoundException unknown) {
            throw (IOException)
                    new InvalidObjectException("a queue's codec is not on the class path").initCause(unknown);
        }
    }

    /** Forgets the keys of collected objects, when there are twice as many keys as after the last time. */
    private void sweepIfDue() {
        if (attached.size() >= sweepAt) {
            sweep();
            sweepAt = Math.max(SWEEP, 2 * attached.size());
        }
    }

    private void sweep() {
        attached.values().removeIf(there -> there.get() == null);
    }

    /** After how long without a task {@link #letGo} has to be called; null if there is nothing to detach. */
    @Nullable
    Duration patience() {
        if (isUnused) {
            return null;
        }
        synchronized (attached) {
            if (detaching || collector.hasBegun()) {
                return SOON;
            }
            return collector.isDue() || !attached.isEmpty() ? IDLE : null;
        }
    }

    /**
     * Detaches the queues and proxies that tasks were passed and did not keep, and those that do not exist any more.
     * For a worker that has nothing to do. It makes so little garbage that its collector would not run by itself.
     */
    void letGo() {
        Passed.dropGone();
        boolean more = Passed.isDetaching();
        int detached = Passed.detached();
        boolean collect;
        synchronized (attached) {
            sweep();
            detaching = more;
            collect = collector.next(detached);
        }
        if (collect) {
            System.gc();
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
            return object instanceof Sealed handle ? attach(handle) : object;
        }

        /** Also finds classes that only the class loader of the thread or of the program knows, as in containers. */
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
