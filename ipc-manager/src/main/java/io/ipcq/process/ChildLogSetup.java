// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * Sends a child's {@code java.util.logging} records to the parent. This class is public because the JDK instantiates it
 * when a child first logs ({@code java.util.logging.config.class}). It is not meant for programs.
 *
 * <p>Thread-safe. Concerns one child. If a child dies while it sends a record, that record is lost.
 */
public final class ChildLogSetup {

    /** Keeps the logger and its handler from being garbage-collected. */
    private static final Logger ROOT = Logger.getLogger("");

    public ChildLogSetup() {
        for (Handler handler : ROOT.getHandlers()) {
            ROOT.removeHandler(handler);
        }
        ROOT.addHandler(new Forwarder());
        ChildLogs.onThreshold(threshold -> ROOT.setLevel(level(threshold)));
    }

    private static Level level(int severity) {
        if (severity == Integer.MAX_VALUE) {
            return Level.OFF;
        }
        if (severity == Integer.MIN_VALUE) {
            return Level.ALL;
        }
        return severity >= System.Logger.Level.ERROR.getSeverity()
                ? Level.SEVERE
                : severity >= System.Logger.Level.WARNING.getSeverity()
                        ? Level.WARNING
                        : severity >= System.Logger.Level.INFO.getSeverity()
                                ? Level.INFO
                                : severity >= System.Logger.Level.DEBUG.getSeverity() ? Level.FINE : Level.FINER;
    }

    private static final class Forwarder extends Handler {

        private final SimpleFormatter formatter = new SimpleFormatter();

        @Override
        public void publish(LogRecord entry) {
            if (isLoggable(entry)) {
                Throwable thrown = entry.getThrown();
                ChildLogs.publish(new LogEntry(
                        LogEntry.JUL,
                        entry.getLevel().intValue(),
                        String.valueOf(entry.getLoggerName()),
                        formatter.formatMessage(entry),
                        Map.of(),
                        thrown == null ? null : LoggedThrowable.of(thrown)));
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
