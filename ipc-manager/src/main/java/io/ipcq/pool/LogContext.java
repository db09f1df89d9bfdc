// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.Log;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * What a thread has said about its work (SLF4J's MDC): it goes with a task, so that what the worker logs has it, too.
 */
final class LogContext {

    /** Null until somebody has looked: a JVM has a logging system or has none. */
    private static volatile @Nullable Boolean usable;

    private LogContext() {}

    /** Of the calling thread, to be sent; null if there is none. A logging system that fails has none. */
    static byte @Nullable [] capture() {
        if (!isUsable()) {
            return null;
        }
        try {
            Map<String, String> said = Slf4j.get();
            return said == null || said.isEmpty() ? null : encode(said);
        } catch (RuntimeException | LinkageError itsOwnFault) {
            return null;
        }
    }

    private static byte[] encode(Map<String, String> said) {
        MessageWriter out = new MessageWriter().putInt(said.size());
        said.forEach((name, value) -> out.putString(name).putString(value));
        return out.toBytes();
    }

    /**
     * The calling thread works on what the one that was captured has begun. What an initializer has said stays, unless
     * that says otherwise.
     *
     * @return what the thread has said itself, for {@link #end}; null if nothing is to be done there
     */
    static @Nullable Map<String, String> begin(byte @Nullable [] captured) {
        if (captured == null || !isUsable()) {
            return null;
        }
        try {
            Map<String, String> own = Slf4j.get();
            Map<String, String> all = own == null ? new HashMap<>() : new HashMap<>(own);
            MessageReader in = new MessageReader(captured);
            for (int left = in.getInt(); left > 0; left--) {
                all.put(in.getString(), in.getString());
            }
            Slf4j.set(all);
            return own == null ? Map.of() : own;
        } catch (RuntimeException | LinkageError itsOwnFault) {
            return null; // then it logs without
        }
    }

    /** It does so no more. */
    static void end(@Nullable Map<String, String> own) {
        if (own != null) {
            try {
                Slf4j.set(own);
            } catch (RuntimeException | LinkageError itsOwnFault) {
                // as above
            }
        }
    }

    private static boolean isUsable() {
        Boolean known = usable;
        if (known == null) {
            known = Log.isSlf4jUsable();
            usable = known;
        }
        return known;
    }

    /** Apart, as its classes may be missing. */
    private static final class Slf4j {

        static @Nullable Map<String, String> get() {
            return MDC.getCopyOfContextMap();
        }

        static void set(Map<String, String> said) {
            MDC.setContextMap(said);
        }
    }
}
