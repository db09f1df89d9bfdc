// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Hands a worker's log records to the parent's logging, with the worker's name before each. */
final class LogRelay {

    private LogRelay() {}

    static void publish(String worker, byte[] message) {
        MessageReader in = new MessageReader(message);
        in.getByte();
        byte library = in.getByte();
        int level = in.getInt();
        String logger = in.getText();
        String text = "[" + worker + "] " + in.getText();
        String stack = in.getString();
        if (stack != null) {
            text += System.lineSeparator() + stack;
        }
        try {
            if (library == WorkerLogs.SLF4J) {
                LoggerFactory.getLogger(logger).atLevel(Level.intToLevel(level)).log(text);
            } else {
                publish(logger, level, text);
            }
        } catch (RuntimeException itsOwnFault) {
            // a logging library that fails must not take a worker's results with it
            System.err.println(text);
        }
    }

    private static void publish(String logger, int level, String text) {
        LogRecord entry = new LogRecord(julLevel(level), text);
        entry.setLoggerName(logger);
        // the place is in the worker, and looking for it here would name this class
        entry.setSourceClassName(logger);
        entry.setSourceMethodName(null);
        java.util.logging.Logger.getLogger(logger).log(entry);
    }

    private static java.util.logging.@Nullable Level julLevel(int value) {
        return java.util.logging.Level.parse(Integer.toString(value));
    }
}
