// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.queue.SharedQueue;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import java.util.Map;

/** Contexts of OpenTelemetry, made without its SDK, and programs that use them. */
@SuppressWarnings("try") // scopes are there to be closed
final class Traces {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SPAN = "b7ad6b7169203331";

    private Traces() {}

    static Context span() {
        TraceState state = TraceState.builder().put("vendor", "7").build();
        return Context.root().with(Span.wrap(SpanContext.create(TRACE, SPAN, TraceFlags.getSampled(), state)));
    }

    static Context baggage() {
        return Context.root().with(Baggage.builder().put("tenant", "a,b;c=ä €").build());
    }

    static Context both() {
        return span().with(Baggage.fromContext(baggage()));
    }

    /** What a thread has that made this context current. */
    static String in(Context context) {
        try (Scope unused = context.makeCurrent()) {
            return TraceChores.here();
        }
    }

    record Order(int number, Map<String, String> trace) {}

    /** Takes an element that carries a context: what the thread has meanwhile. */
    static String handle(SharedQueue<Order> orders) throws InterruptedException {
        Order order = orders.get();
        Context context = W3CTraceContextPropagator.getInstance().extract(Context.root(), order.trace(), Map::get);
        try (Scope scope = context.makeCurrent()) {
            return TraceChores.here();
        }
    }

    /** Makes another context current, and leaves it so. */
    @SuppressWarnings("MustBeClosedChecker")
    static String leave() {
        String seen = TraceChores.here();
        baggage().makeCurrent();
        return seen;
    }

    /** What the initializer of a worker makes current. */
    @SuppressWarnings("MustBeClosedChecker")
    static void beginWithBaggage() {
        baggage().makeCurrent();
    }

    /** False if somebody has asked for the global instance, or has set it. */
    static boolean isGlobalFree() {
        try {
            GlobalOpenTelemetry.set(io.opentelemetry.api.OpenTelemetry.noop());
            GlobalOpenTelemetry.resetForTest();
            return true;
        } catch (IllegalStateException set) {
            return false;
        }
    }

    /** From now on contexts of this JVM throw what no caller expects. To be called before one is used. */
    static void breakContexts() {
        ContextStorage.addWrapper(storage -> new ContextStorage() {
            @Override
            public Scope attach(Context context) {
                throw new AssertionError("broken");
            }

            @Override
            public Context current() {
                throw new AssertionError("broken");
            }

            @Override
            public Context root() {
                throw new AssertionError("broken");
            }
        });
    }

    static String works() {
        return "works";
    }

    /** Has contexts that throw in the parent, and then in a worker. */
    static final class Broken {
        public static void main(String[] where) throws Exception {
            if (where[0].equals("parent")) {
                breakContexts();
            }
            try (ProcessPool pool = ProcessPool.builder()
                    .workers(1)
                    .initializer(Broken::begin, where[0])
                    .create()) {
                Context context = where[0].equals("parent") ? null : both();
                try (Scope unused = context == null ? null : context.makeCurrent()) {
                    System.out.println(pool.apply(Traces::works) + " "
                            + pool.applyAsync(Traces::works).get());
                }
            }
        }

        private static void begin(String where) {
            if (where.equals("worker")) {
                breakContexts();
            }
        }
    }
}
