// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * System calls through {@code java.lang.foreign}, for Java 22 and later.
 *
 * <p>The package is named by strings only, so that one class file serves Java 17 too; what comes out of it is a plain
 * method handle of longs. A call is not declared critical: the collector goes on while a thread sleeps in it.
 */
final class ForeignCall implements Kernel.SystemCall {

    private static final String PACKAGE = "java.lang.foreign.";
    private static final MethodHandle SYSCALL;
    private static final MethodHandle ADDRESS_OF;

    static {
        try {
            SYSCALL = syscall();
            ADDRESS_OF = addressOf();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @Override
    public long invoke(long number, long first, long second, long third, long fourth) {
        try {
            return (long) SYSCALL.invokeExact(number, first, second, third, fourth);
        } catch (Error e) {
            throw e; // of the heap or the stack that there is no more of
        } catch (Throwable e) {
            throw new AssertionError("a downcall throws no exception", e);
        }
    }

    @Override
    public long addressOf(ByteBuffer directBuffer) {
        try {
            // the first byte, wherever the position is
            return (long)
                    ADDRESS_OF.invokeExact((Buffer) directBuffer.duplicate().clear());
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a getter throws no exception", e);
        }
    }

    private static MethodHandle syscall() throws ReflectiveOperationException {
        Class<?> linkerType = type("Linker");
        Class<?> descriptorType = type("FunctionDescriptor");
        Class<?> layoutType = type("MemoryLayout");
        Class<?> optionType = type("Linker$Option");
        Object linker = linkerType.getMethod("nativeLinker").invoke(null);

        Object lookup = linkerType.getMethod("defaultLookup").invoke(linker);
        Object found = type("SymbolLookup").getMethod("find", String.class).invoke(lookup, "syscall");
        Object symbol = ((Optional<?>) found).orElseThrow();

        Object longLayout = type("ValueLayout").getField("JAVA_LONG").get(null);
        Object fiveLongs = Array.newInstance(layoutType, 5);
        Arrays.fill((Object[]) fiveLongs, longLayout);
        Object descriptor =
                descriptorType.getMethod("of", layoutType, fiveLongs.getClass()).invoke(null, longLayout, fiveLongs);

        Object options = Array.newInstance(optionType, 1);
        Array.set(
                options, 0, optionType.getMethod("firstVariadicArg", int.class).invoke(null, 1));
        return (MethodHandle) linkerType
                .getMethod("downcallHandle", type("MemorySegment"), descriptorType, options.getClass())
                .invoke(linker, symbol, descriptor, options);
    }

    private static MethodHandle addressOf() throws ReflectiveOperationException {
        Class<?> segmentType = type("MemorySegment");
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        MethodHandle ofBuffer =
                lookup.findStatic(segmentType, "ofBuffer", MethodType.methodType(segmentType, Buffer.class));
        MethodHandle address = lookup.findVirtual(segmentType, "address", MethodType.methodType(long.class));
        return MethodHandles.filterReturnValue(ofBuffer, address);
    }

    private static Class<?> type(String name) throws ClassNotFoundException {
        return Class.forName(PACKAGE + name);
    }
}
