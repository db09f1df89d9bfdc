// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;

/**
 * Allows at run time what a JVM option would allow: native calls, and what other libraries do with
 * {@code sun.misc.Unsafe}. So users are not warned of code that they did not write. {@code -Dipcq.openModules=false}
 * switches it off.
 *
 * <p>Thread-safe. Process-safe: it concerns this process only. Survives a crash: not applicable.
 */
public final class JdkAccess {
    /*
     * Idea. With a lookup that may do everything, the JDK is told what the option would tell it. The constructor of
     * such a lookup is made accessible through the JDK's own support for serialization libraries (module
     * jdk.unsupported), without a call that the JVM warns of. Where anything is missing or different, nothing is
     * changed, and the JVM warns as usual.
     *
     * What the program was told to deny stays denied.
     */

    /** {@code false} switches it off. */
    public static final String SWITCH = "ipcq.openModules";

    private static final int TRUSTED = -1;
    private static final int FIRST_THAT_WARNS_OF_NATIVE_CALLS = 22;
    private static final int FIRST_THAT_MAY_DENY_NATIVE_CALLS = 24;
    private static final int FIRST_THAT_WARNS_OF_UNSAFE = 24;

    private JdkAccess() {}

    /** Whether the program has switched it off. */
    public static boolean isForbidden() {
        return !Boolean.parseBoolean(System.getProperty(SWITCH, "true"));
    }

    /** A lookup that may do everything. */
    public static Lookup trustedLookup() throws ReflectiveOperationException {
        Class<?> type = Class.forName("sun.reflect.ReflectionFactory");
        Object factory = type.getMethod("getReflectionFactory").invoke(null);
        Constructor<Lookup> closed = Lookup.class.getDeclaredConstructor(Class.class, Class.class, int.class);
        Constructor<?> open =
                (Constructor<?>) type.getMethod("newConstructorForSerialization", Class.class, Constructor.class)
                        .invoke(factory, Lookup.class, closed);
        return (Lookup) open.newInstance(Object.class, null, TRUSTED);
    }

    /** As {@code --enable-native-access} for this library. */
    static void allowNativeCalls() {
        if (isForbidden() || Runtime.version().feature() < FIRST_THAT_WARNS_OF_NATIVE_CALLS) {
            return;
        }
        try {
            Lookup trusted = trustedLookup();
            if (isDenied(trusted)) {
                return;
            }
            Module here = JdkAccess.class.getModule();
            if (here.isNamed()) {
                MethodHandle allow = trusted.findVirtual(
                        Module.class, "implAddEnableNativeAccess", MethodType.methodType(Module.class));
                var unused = (Module) allow.invoke(here);
            } else {
                trusted.findStatic(
                                Module.class,
                                "implAddEnableNativeAccessToAllUnnamed",
                                MethodType.methodType(void.class))
                        .invoke();
            }
        } catch (Throwable different) {
            // then the JVM warns, or refuses the call
        }
    }

    /** By {@code --illegal-native-access=deny}. */
    private static boolean isDenied(Lookup trusted) throws Throwable {
        if (Runtime.version().feature() < FIRST_THAT_MAY_DENY_NATIVE_CALLS) {
            return false;
        }
        Class<?> options = Class.forName("jdk.internal.module.ModuleBootstrap");
        Class<?> answer = Class.forName("jdk.internal.module.ModuleBootstrap$IllegalNativeAccess");
        Object told = (Object) trusted.findStatic(options, "illegalNativeAccess", MethodType.methodType(answer))
                .invoke();
        return String.valueOf(told).equals("DENY");
    }

    /** As {@code --sun-misc-unsafe-memory-access=allow} where the JVM would warn once. */
    public static void allowUnsafe() {
        if (isForbidden() || Runtime.version().feature() < FIRST_THAT_WARNS_OF_UNSAFE) {
            return;
        }
        try {
            Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            var unused = (boolean) trustedLookup()
                    .findStatic(unsafe, "trySetMemoryAccessWarned", MethodType.methodType(boolean.class))
                    .invoke();
        } catch (Throwable different) {
            // then the JVM warns
        }
    }
}
