// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.IpcException;
import io.ipcq.memory.JdkAccess;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;

/**
 * The parts of {@code java.base} that Chronicle Queue reaches into, and how they are opened to it.
 *
 * <p>JVM options are the documented way. Where a program was started without them, the same parts are opened at run
 * time, once; {@code -Dipcq.openModules=false} switches that off.
 */
final class ModuleAccess {

    private static final String[] OPENED = {"java.lang.reflect"};
    private static final String[] EXPORTED = {"sun.nio.ch", "jdk.internal.ref"};
    private static final int FIRST_JDK_THAT_WARNS = 24;

    private static boolean granted;

    private ModuleAccess() {}

    /** What keeps newer JDKs from printing warnings; costs nothing at start-up. */
    static List<String> quietOptions(int version) {
        return version < FIRST_JDK_THAT_WARNS
                ? List.of()
                : List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
    }

    /**
     * The quiet options, and those that open the parts; the latter cost a JVM some 25 ms, for it starts without its
     * archive.
     */
    static List<String> jvmOptions() {
        List<String> options = new ArrayList<>();
        for (String name : OPENED) {
            options.add("--add-opens=java.base/" + name + "=ALL-UNNAMED");
        }
        for (String name : EXPORTED) {
            options.add("--add-exports=java.base/" + name + "=ALL-UNNAMED");
        }
        options.addAll(quietOptions(Runtime.version().feature()));
        return List.copyOf(options);
    }

    /** Returns when Chronicle may load; throws one exception that prints the exact options if it never can. */
    static synchronized void ensureGranted() {
        if (granted) {
            return;
        }
        if (!grantedByOptions()) {
            open();
        }
        JdkAccess.allowUnsafe(); // Chronicle uses it
        granted = true;
    }

    private static boolean grantedByOptions() {
        Module base = Object.class.getModule();
        Module here = ModuleAccess.class.getModule();
        for (String name : OPENED) {
            if (!base.isOpen(name, here)) {
                return false;
            }
        }
        for (String name : EXPORTED) {
            if (!base.isExported(name, here)) {
                return false;
            }
        }
        return true;
    }

    private static void open() {
        if (JdkAccess.isForbidden()) {
            throw new IpcException(advice("-D" + JdkAccess.SWITCH + "=false forbids opening them at run time"));
        }
        try {
            MethodHandles.Lookup trusted = JdkAccess.trustedLookup();
            MethodType type = MethodType.methodType(void.class, String.class);
            MethodHandle opens = trusted.findVirtual(Module.class, "implAddOpensToAllUnnamed", type);
            MethodHandle exports = trusted.findVirtual(Module.class, "implAddExportsToAllUnnamed", type);
            Module base = Object.class.getModule();
            for (String name : OPENED) {
                opens.invokeExact(base, name);
            }
            for (String name : EXPORTED) {
                exports.invokeExact(base, name);
            }
        } catch (Throwable e) {
            throw new IpcException(advice("they could not be opened at run time: " + e), e);
        }
    }

    private static String advice(String reason) {
        return "a durable queue needs parts of java.base that are closed to it, and " + reason
                + ". Start this JVM with: " + String.join(" ", jvmOptions());
    }
}
