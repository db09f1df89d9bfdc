// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.queue.SharedQueue;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Tasks that say which context of OpenTelemetry they see. They run without its API, too. */
final class TraceChores {

    static final String NOTHING = "no span {}";

    private TraceChores() {}

    /** What the calling thread has, in words. */
    static String here() {
        try {
            return OfOpenTelemetry.here();
        } catch (NoClassDefFoundError missing) {
            return "no API";
        }
    }

    static String hereOfBytes(byte[] first) {
        return here();
    }

    static String hereOf(Object first) {
        return here();
    }

    static String hereOfTwo(Object first, Object second) {
        return here();
    }

    static String hereOfThree(Object first, Object second, Object third) {
        return here();
    }

    static void tell(SharedQueue<String> seen) throws InterruptedException {
        seen.put(here());
    }

    /** For a {@link Runnable}. */
    static void tellUnchecked(SharedQueue<String> seen) {
        try {
            tell(seen);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    static void tell(SharedQueue<String> seen, Object second) throws InterruptedException {
        seen.put(here());
    }

    static void tell(SharedQueue<String> seen, Object second, Object third) throws InterruptedException {
        seen.put(here());
    }

    /** The first time, this kills the worker. */
    static String hereTheSecondTime(String died) throws IOException {
        if (!new File(died).createNewFile()) {
            return here();
        }
        Runtime.getRuntime().halt(1);
        return "";
    }

    static void fail() {
        throw new IllegalStateException(here());
    }

    static void stay(SharedQueue<String> seen) throws InterruptedException {
        seen.put(here());
        Thread.sleep(Duration.ofDays(1).toMillis());
    }

    /** A class of its own, because the classes of OpenTelemetry may be missing. */
    private static final class OfOpenTelemetry {

        static String here() {
            SpanContext span = Span.current().getSpanContext();
            Map<String, String> baggage = new TreeMap<>();
            Baggage.current().forEach((name, entry) -> baggage.put(name, entry.getValue()));
            String trace = span.isValid()
                    ? span.getTraceId() + "-" + span.getSpanId() + "-"
                            + span.getTraceFlags().asHex() + " "
                            + span.getTraceState().asMap()
                    : "no span";
            return trace + " " + baggage;
        }
    }
}
