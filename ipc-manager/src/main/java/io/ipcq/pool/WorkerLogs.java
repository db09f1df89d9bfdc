// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/** Where a worker's log records go: to the parent, as messages between its results. */
final class WorkerLogs {

    /** Of which logging library the record is, so that it comes out at the same in the parent. */
    static final byte SLF4J = 0;

    static final byte JUL = 1;

    private static volatile @Nullable ResultSender sender;
    private static volatile int threshold = System.Logger.Level.INFO.getSeverity();

    private WorkerLogs() {}

    static void send(ResultSender to, System.Logger.Level from) {
        threshold = from.getSeverity();
        sender = to;
    }

    /** Whether records of a severity, as {@link System.Logger.Level} counts, are wanted. */
    static boolean isWanted(int severity) {
        return severity >= threshold;
    }

    static int threshold() {
        return threshold;
    }

    static void publish(byte library, int level, String logger, String text, @Nullable Throwable thrown) {
        ResultSender to = sender;
        if (to == null) {
            System.err.println(logger + ": " + text); // before the worker has its rings
            return;
        }
        MessageWriter out = new MessageWriter(MessageKind.LOG).putByte(library).putInt(level);
        out.putString(logger).putString(text).putString(thrown == null ? null : stack(thrown));
        to.put(out.toBytes());
    }

    private static String stack(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text, true));
        return text.toString().stripTrailing();
    }
}
