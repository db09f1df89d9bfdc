// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The span and the baggage of OpenTelemetry that are current in a thread. They travel with a task as the headers that
 * the W3C specifies: {@code traceparent}, {@code tracestate}, {@code baggage}. So the spans of a worker belong to the
 * trace of the thread that submitted the task.
 *
 * <p>This needs the API of OpenTelemetry only. It does not ask for the global instance, because asking sets it for
 * good.
 */
final class TraceContext {

    private static final String API = "io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator";

    /** Whether this JVM has the API of OpenTelemetry. Null until the first check. */
    private static volatile @Nullable Boolean usable;

    private TraceContext() {}

    /**
     * The context of the calling thread, to be sent. Null if there is neither a span nor baggage, or if OpenTelemetry
     * fails.
     */
    static byte @Nullable [] capture() {
        if (!isUsable()) {
            return null;
        }
        try {
            Map<String, String> headers = OpenTelemetry.headers();
            return headers.isEmpty()
                    ? null
                    : new MessageWriter().putTexts(headers).toBytes();
        } catch (Throwable itsOwnFault) {
            return null;
        }
    }

    /**
     * Makes the captured span and baggage current in the calling thread. What an initializer has made current stays,
     * unless the captured context has the same.
     *
     * @return restores the former context of the thread, for {@link #end}; null if {@link #end} has nothing to do
     */
    static @Nullable Runnable begin(byte @Nullable [] captured) {
        if (captured == null || !isUsable()) {
            return null;
        }
        try {
            return OpenTelemetry.begin(new MessageReader(captured).getTexts());
        } catch (Throwable itsOwnFault) {
            return null; // the task then has a trace of its own
        }
    }

    /** Restores the former context. */
    static void end(@Nullable Runnable restoration) {
        if (restoration != null) {
            try {
                restoration.run();
            } catch (Throwable itsOwnFault) {
                // as above
            }
        }
    }

    private static boolean isUsable() {
        Boolean known = usable;
        if (known == null) {
            known = isThere();
            usable = known;
        }
        return known;
    }

    private static boolean isThere() {
        try {
            Class.forName(API, false, TraceContext.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError missing) {
            return false;
        }
    }

    /** Sets a thread's own context again. */
    private static final class Restoration implements Runnable {
        private final Context own;
        private @Nullable Scope scope;

        private Restoration(Context own) {
            this.own = own;
        }

        /** A scope does not close if the task has left another one open. */
        @Override
        @SuppressWarnings("MustBeClosedChecker") // the thread stays in this context
        public void run() {
            try {
                if (scope != null) {
                    scope.close();
                }
            } finally {
                if (!Context.current().equals(own)) {
                    own.makeCurrent();
                }
            }
        }
    }

    /** A class of its own, because the classes of OpenTelemetry may be missing. */
    private static final class OpenTelemetry {

        static Map<String, String> headers() {
            Context current = Context.current();
            if (current.equals(Context.root())) {
                return Map.of();
            }
            Map<String, String> headers = new HashMap<>();
            trace().inject(current, headers, (all, name, text) -> headers.put(name, text));
            baggage().inject(current, headers, (all, name, text) -> headers.put(name, text));
            return headers;
        }

        @SuppressWarnings("MustBeClosedChecker") // the restoration closes it
        static Runnable begin(Map<String, String> headers) {
            Context own = Context.current();
            Context sent =
                    baggage().extract(trace().extract(own, headers, new HeaderGetter()), headers, new HeaderGetter());
            Restoration restoration = new Restoration(own); // first, as nothing may fail when the context is current
            restoration.scope = sent.makeCurrent();
            return restoration;
        }

        private static TextMapPropagator trace() {
            return W3CTraceContextPropagator.getInstance();
        }

        private static TextMapPropagator baggage() {
            return W3CBaggagePropagator.getInstance();
        }
    }

    private static final class HeaderGetter implements TextMapGetter<Map<String, String>> {

        @Override
        @SuppressWarnings("deprecation") // older versions demand it
        public Iterable<String> keys(Map<String, String> headers) {
            return headers.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> headers, String name) {
            return headers == null ? null : headers.get(name);
        }
    }
}
