// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Whether the current thread is a virtual one (Java 21). It must not wait in the kernel, because it would keep its
 * carrier, and other virtual threads would wait for that.
 *
 * <p>The method of Java 21 is named by a string only, so that one class file serves Java 17 too. Thread-safe: it has no
 * state.
 */
public final class VirtualThreads {

    private static final MethodHandle IS_VIRTUAL = isVirtual();

    private VirtualThreads() {}

    /** Whether it is one. */
    public static boolean isCurrent() {
        try {
            return (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("it declares no exception", e);
        }
    }

    private static MethodHandle isVirtual() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (ReflectiveOperationException javaBefore21) {
            // or Java 19 and 20, where they are a preview
            return MethodHandles.dropArguments(MethodHandles.constant(boolean.class, false), 0, Thread.class);
        }
    }
}
