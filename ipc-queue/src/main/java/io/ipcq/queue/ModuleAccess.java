// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.IpcException;
import io.ipcq.memory.JdkAccess;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The parts of {@code java.base} that Chronicle Queue reaches into, and how they are opened to it.
 *
 * <p>JVM options are the documented way. Where a program was started without them, the same parts are opened at run
 * time, once; {@code -Dipcq.openModules=false} switches that off. They are opened to the class path, or to Chronicle's
 * modules where the program runs from the module path.
 */
final class ModuleAccess {

    private static final String[] OPENED = {"java.lang.reflect"};
    private static final String[] EXPORTED = {"sun.nio.ch", "jdk.internal.ref"};
    private static final String CHRONICLE = "net.openhft.";
    private static final String CLASS_PATH = "ALL-UNNAMED";
    private static final int FIRST_JDK_THAT_WARNS = 24;

    private static boolean granted;

    private ModuleAccess() {}

    /** What keeps newer JDKs from printing warnings; costs nothing at start-up. */
    static List<String> quietOptions(int version) {
        return version < FIRST_JDK_THAT_WARNS
                ? List.of()
                : List.of("--enable-native-access=" + nativeUsers(), "--sun-misc-unsafe-memory-access=allow");
    }

    /**
     * The quiet options, and those that open the parts; the latter cost a JVM some 25 ms, for it starts without its
     * archive.
     */
    static List<String> jvmOptions() {
        List<String> options = new ArrayList<>();
        String users = users().stream()
                .map(user -> user.isNamed() ? user.getName() : CLASS_PATH)
                .collect(Collectors.joining(","));
        for (String name : OPENED) {
            options.add("--add-opens=java.base/" + name + "=" + users);
        }
        for (String name : EXPORTED) {
            options.add("--add-exports=java.base/" + name + "=" + users);
        }
        options.addAll(quietOptions(Runtime.version().feature()));
        return List.copyOf(options);
    }

    private static String nativeUsers() {
        Module here = ModuleAccess.class.getModule();
        return here.isNamed() ? here.getName() + "," + CLASS_PATH : CLASS_PATH;
    }

    private static List<Module> users() {
        return users(ModuleAccess.class.getModule());
    }

    /** The module that reaches into them, for a library that is that module: in its layer, or in one above. */
    static List<Module> users(Module here) {
        if (!here.isNamed()) {
            return List.of(here);
        }
        return withParents(Objects.requireNonNull(here.getLayer()))
                .flatMap(layer -> layer.modules().stream())
                .distinct()
                .filter(module -> module.getPackages().stream().anyMatch(name -> name.startsWith(CHRONICLE)))
                .sorted((a, b) -> a.getName().compareTo(b.getName()))
                .toList();
    }

    private static Stream<ModuleLayer> withParents(ModuleLayer layer) {
        return Stream.concat(Stream.of(layer), layer.parents().stream().flatMap(ModuleAccess::withParents));
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
        for (Module user : users()) {
            for (String name : OPENED) {
                if (!base.isOpen(name, user)) {
                    return false;
                }
            }
            for (String name : EXPORTED) {
                if (!base.isExported(name, user)) {
                    return false;
                }
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
            for (Module user : users()) {
                if (user.isNamed()) {
                    openTo(user, trusted);
                } else {
                    openToClassPath(trusted);
                }
            }
        } catch (Throwable e) {
            throw new IpcException(advice("they could not be opened at run time: " + e), e);
        }
    }

    private static void openTo(Module user, MethodHandles.Lookup trusted) throws Throwable {
        MethodType type = MethodType.methodType(void.class, String.class, Module.class);
        MethodHandle opens = trusted.findVirtual(Module.class, "implAddOpens", type);
        MethodHandle exports = trusted.findVirtual(Module.class, "implAddExports", type);
        Module base = Object.class.getModule();
        for (String name : OPENED) {
            opens.invokeExact(base, name, user);
        }
        for (String name : EXPORTED) {
            exports.invokeExact(base, name, user);
        }
    }

    private static void openToClassPath(MethodHandles.Lookup trusted) throws Throwable {
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
    }

    private static String advice(String reason) {
        return "a durable queue needs parts of java.base that are closed to it, and " + reason
                + ". Start this JVM with: " + String.join(" ", jvmOptions());
    }
}
