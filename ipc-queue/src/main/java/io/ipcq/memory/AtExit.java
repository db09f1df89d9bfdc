// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Things to be released when this JVM ends, if nobody has released them before. The shutdown hook exists only while
 * there is something for it to do, because it keeps the class loader of this class alive.
 *
 * <p>Thread-safe. It concerns this process only, and does nothing when that is killed.
 *
 * @param <T> the type of what is given back
 */
public final class AtExit<T> {

    private final Set<T> held = ConcurrentHashMap.newKeySet();
    private final String name;
    private final Consumer<? super T> release;
    private @Nullable Thread hook; // guarded by this

    /** @param name of the hook's thread */
    public AtExit(String name, Consumer<? super T> release) {
        this.name = name;
        this.release = release;
    }

    /**
     * Adds a thing. If this fails, the thing is not held, and the next call tries again.
     *
     * @return false if the JVM is ending already, and nobody will release the thing but who holds it
     */
    public synchronized boolean add(T thing) {
        if (hook == null) {
            Thread thread = LastingThread.make(() -> held.forEach(release), name);
            try {
                Runtime.getRuntime().addShutdownHook(thread);
                hook = thread;
            } catch (IllegalStateException ending) {
                // a hook of the program makes it: too late to tidy up
            }
        }
        held.add(thing);
        return hook != null;
    }

    /** Removes a thing, which may not have been added. */
    public synchronized void remove(T thing) {
        held.remove(thing);
        if (hook != null && held.isEmpty()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
                hook = null;
            } catch (IllegalStateException ending) {
                // it is running, or will
            }
        }
    }

    /** What is held, as it changes. */
    public Collection<T> held() {
        return Collections.unmodifiableCollection(held);
    }
}
