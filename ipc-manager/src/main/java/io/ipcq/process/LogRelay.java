// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.Log;
import java.util.Map;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;

/** Passes a child's log records to the parent's logging, with the child's name before each text. */
final class LogRelay {

    private LogRelay() {}

    static void publish(String child, LogEntry entry) {
        String text = "[" + child + "] " + entry.text();
        try {
            if (entry.library() != LogEntry.SLF4J) {
                publishToJul(entry, text);
            } else if (Log.isSlf4jThere()) {
                Log.quietSlf4j();
                publishToSlf4j(entry, text);
            }
        } catch (RuntimeException itsOwnFault) {
            // a failing logging library must not stop what else a child sends
            System.err.println(text);
        }
    }

    private static void publishToSlf4j(LogEntry entry, String text) {
        Log.awaitSlf4j();
        Map<String, String> own = MDC.getCopyOfContextMap();
        MDC.setContextMap(entry.context());
        try {
            LoggerFactory.getLogger(entry.logger())
                    .atLevel(Level.intToLevel(entry.level()))
                    .setCause(entry.thrown())
                    .log(text);
        } finally {
            MDC.setContextMap(own == null ? Map.of() : own);
        }
    }

    private static void publishToJul(LogEntry entry, String text) {
        LogRecord record = new LogRecord(julLevel(entry.level()), text);
        record.setLoggerName(entry.logger());
        record.setThrown(entry.thrown());
        // the place of the call is in the child; a look-up here would name this class
        record.setSourceClassName(entry.logger());
        record.setSourceMethodName(null);
        java.util.logging.Logger.getLogger(entry.logger()).log(record);
    }

    private static java.util.logging.@Nullable Level julLevel(int value) {
        return java.util.logging.Level.parse(Integer.toString(value));
    }
}
