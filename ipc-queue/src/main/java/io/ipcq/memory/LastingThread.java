// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.security.AccessController;
import java.security.PrivilegedAction;
import org.jspecify.annotations.Nullable;

/**
 * Makes threads that all users of this library in a JVM have together. Such a thread outlives whoever needed it first,
 * so it keeps nothing of him: neither his class loader, nor his inheritable thread locals, nor who called, nor his
 * thread group.
 *
 * <p>Thread-safe. It concerns this process only.
 */
public final class LastingThread {

    private LastingThread() {}

    /** One that is not started yet; also for a shutdown hook. */
    @SuppressWarnings("removal") // JDK 17 notes in a thread whose code made it, and their class loaders
    public static Thread make(@Nullable Runnable work, String name) {
        return AccessController.doPrivileged((PrivilegedAction<Thread>) () -> {
            Thread thread = new Thread(root(), work, name, 0, false);
            thread.setContextClassLoader(null);
            return thread;
        });
    }

    private static ThreadGroup root() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        return group;
    }
}
