// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.Log;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** SLF4J's MDC of a thread. It travels with a task, so that log records of the worker have it, too. */
final class LogContext {

    /** Whether this JVM has SLF4J. Null until the first check. */
    private static volatile @Nullable Boolean usable;

    private LogContext() {}

    /**
     * The MDC of the calling thread, to be sent. Null if there is none, if it is empty, or if the logging system fails.
     */
    static byte @Nullable [] capture() {
        try {
            Map<String, String> said = isUsable() ? Slf4j.get() : null;
            return said == null || said.isEmpty()
                    ? null
                    : new MessageWriter().putTexts(said).toBytes();
        } catch (RuntimeException | Error itsOwnFault) {
            return null;
        }
    }

    /**
     * Sets the MDC of the calling thread to the captured one. Entries that an initializer has set stay, unless the
     * captured MDC has the same keys.
     *
     * @return the former MDC of the thread, for {@link #end}; null if {@link #end} has nothing to do
     */
    static @Nullable Map<String, String> begin(byte @Nullable [] captured) {
        if (captured == null) {
            return null;
        }
        try {
            if (!isUsable()) {
                return null;
            }
            Map<String, String> own = Slf4j.get();
            Map<String, String> all = own == null ? new HashMap<>() : new HashMap<>(own);
            all.putAll(new MessageReader(captured).getTexts());
            Slf4j.set(all);
            return own == null ? Map.of() : own;
        } catch (RuntimeException | Error itsOwnFault) {
            return null; // the thread then logs without the MDC
        }
    }

    /** Restores the former MDC. */
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
        if (known) {
            Log.awaitSlf4j();
        }
        return known;
    }

    /** A class of its own, because SLF4J's classes may be missing. */
    private static final class Slf4j {

        static @Nullable Map<String, String> get() {
            return MDC.getCopyOfContextMap();
        }

        static void set(Map<String, String> said) {
            MDC.setContextMap(said);
        }
    }
}
