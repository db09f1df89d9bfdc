// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.IpcException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;

/**
 * The parts of {@code java.base} that Chronicle Queue reaches into, and how they are opened to it.
 *
 * <p>JVM options are the documented way. Where a program was started without them, the same parts are opened at run time,
 * once; {@code -Dipcq.openModules=false} switches that off.
 */
final class ModuleAccess {

    static final String SWITCH = "ipcq.openModules";

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

    /** The quiet options, and those that open the parts; the latter cost a JVM some 25 ms, for it starts without its archive. */
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
        if (!Boolean.parseBoolean(System.getProperty(SWITCH, "true"))) {
            throw new IpcException(advice("-D" + SWITCH + "=false forbids opening them at run time"));
        }
        try {
            MethodHandles.Lookup trusted = trustedLookup();
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

    private static MethodHandles.Lookup trustedLookup() throws ReflectiveOperationException {
        // by reflection, as the compiler's warning about this class cannot be switched off
        Class<?> type = Class.forName("sun.misc.Unsafe");
        Field instance = type.getDeclaredField("theUnsafe");
        instance.setAccessible(true);
        Object unsafe = instance.get(null);
        Field lookup = MethodHandles.Lookup.class.getDeclaredField("IMPL_LOOKUP");
        Object base = type.getMethod("staticFieldBase", Field.class).invoke(unsafe, lookup);
        Object offset = type.getMethod("staticFieldOffset", Field.class).invoke(unsafe, lookup);
        return (MethodHandles.Lookup)
                type.getMethod("getObject", Object.class, long.class).invoke(unsafe, base, offset);
    }

    private static String advice(String reason) {
        return "a durable queue needs parts of java.base that are closed to it, and " + reason
                + ". Start this JVM with: " + String.join(" ", jvmOptions());
    }
}
