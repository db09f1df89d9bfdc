// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is to be given back when this JVM ends, if nobody does so before: a shutdown hook that is there while there is something for
 * it to do, for it keeps the class loader of this class.
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

    /** Adds something. If this fails it is not held; the next one tries again. */
    public synchronized void add(T thing) {
        if (hook == null) {
            Thread thread = new Thread(() -> held.forEach(release), name);
            try {
                Runtime.getRuntime().addShutdownHook(thread);
                hook = thread;
            } catch (IllegalStateException ending) {
                // a hook of the program makes it: too late to tidy up
            }
        }
        held.add(thing);
    }

    /** Forgets something, which may not have been added. */
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
