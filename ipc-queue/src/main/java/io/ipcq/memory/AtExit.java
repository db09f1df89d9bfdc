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
    private boolean ending; // guarded by this: nothing is added any more

    /** @param name of the hook's thread */
    public AtExit(String name, Consumer<? super T> release) {
        this.name = name;
        this.release = release;
    }

    /**
     * Adds a thing. If this fails, the thing is not held, and the next call tries again. The end of the JVM comes
     * before this or after it: a thing for which this returns true is released.
     *
     * @return false if the JVM is ending already: the thing is not held, and nobody will release it but the caller
     */
    public synchronized boolean add(T thing) {
        if (!ending && hook == null) {
            Thread thread = LastingThread.make(this::releaseAll, name);
            try {
                Runtime.getRuntime().addShutdownHook(thread);
                hook = thread;
            } catch (IllegalStateException tooLate) {
                ending = true;
            }
        }
        if (!ending) {
            held.add(thing);
        }
        return !ending;
    }

    private void releaseAll() {
        synchronized (this) { // what is just being added is held after that
            ending = true;
        }
        held.forEach(release);
    }

    /** Removes a thing, which may not have been added. */
    public synchronized void remove(T thing) {
        held.remove(thing);
        if (hook != null && held.isEmpty()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
                hook = null;
            } catch (IllegalStateException tooLate) {
                // it is running, or will
            }
        }
    }

    /** What is held, as it changes. */
    public Collection<T> held() {
        return Collections.unmodifiableCollection(held);
    }
}
