// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import java.lang.reflect.Proxy;

/** What Ctrl-C means in a worker: nothing. The terminal sends it to all processes, and the parent ends its workers itself. */
final class Interrupts {

    private Interrupts() {}

    /** By reflection, as the class is the JDK's own and no part of Java. */
    static void ignoreCtrlC() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ignore = Proxy.newProxyInstance(
                    handler.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> null);
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("INT"), ignore);
        } catch (ReflectiveOperationException | RuntimeException notHere) {
            // then Ctrl-C ends the worker, as any JVM
        }
    }
}
