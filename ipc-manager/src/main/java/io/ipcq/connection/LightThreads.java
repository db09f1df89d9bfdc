// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Threads for work that mostly waits: virtual ones where there are any (Java 21), else platform daemons.
 *
 * <p>The methods of Java 21 are named by strings only, so that one class file serves Java 17 too. Thread-safe.
 * Process-safe: it concerns this process only.
 */
public final class LightThreads {

    private static final @Nullable MethodHandle START_VIRTUAL;
    private static final MethodHandle IS_VIRTUAL;

    static {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        MethodHandle start = null;
        MethodHandle isVirtual =
                MethodHandles.dropArguments(MethodHandles.constant(boolean.class, false), 0, Thread.class);
        try {
            MethodHandle found = lookup.findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
            start = lookup.findStatic(
                    Thread.class, "startVirtualThread", MethodType.methodType(Thread.class, Runnable.class));
            isVirtual = found;
        } catch (ReflectiveOperationException javaBefore21) {
            // or Java 19 and 20, where they are a preview
        }
        START_VIRTUAL = start;
        IS_VIRTUAL = isVirtual;
    }

    private LightThreads() {}

    /** Starts a thread; it does not keep the JVM alive. */
    public static Thread start(String name, Runnable work) {
        if (START_VIRTUAL == null) {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            thread.start();
            return thread;
        }
        try {
            return (Thread) START_VIRTUAL.invokeExact((Runnable) () -> {
                Thread.currentThread().setName(name);
                work.run();
            });
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e); // it declares none
        }
    }

    /** Whether {@link #start} makes virtual threads. */
    public static boolean areVirtual() {
        return START_VIRTUAL != null;
    }

    static boolean isVirtual(Thread thread) {
        try {
            return (boolean) IS_VIRTUAL.invokeExact(thread);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
