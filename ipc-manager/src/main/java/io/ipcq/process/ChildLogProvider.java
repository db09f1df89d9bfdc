// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Logger;
import org.slf4j.MDC;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMDCAdapter;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Sends a child's SLF4J records to the parent. The parent's logging library decides whether and where they are logged.
 * This class is public because SLF4J instantiates it ({@code slf4j.provider}). It is not meant for programs.
 *
 * <p>Thread-safe. Concerns one child. If a child dies while it sends a record, that record is lost.
 */
@SuppressWarnings("exports") // whoever instantiates it knows SLF4J
public final class ChildLogProvider implements SLF4JServiceProvider {

    private final Map<String, Logger> loggers = new ConcurrentHashMap<>();
    private final IMarkerFactory markers = new BasicMarkerFactory();
    private final MDCAdapter diagnosticContext = new BasicMDCAdapter();

    /** For SLF4J. */
    public ChildLogProvider() {}

    @Override
    public ILoggerFactory getLoggerFactory() {
        return name -> loggers.computeIfAbsent(name, Forwarder::new);
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return markers;
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return diagnosticContext;
    }

    @Override
    public String getRequestedApiVersion() {
        return "2.0.99";
    }

    @Override
    public void initialize() {}

    private static final class Forwarder extends LegacyAbstractLogger {

        private static final long serialVersionUID = 1L;

        Forwarder(String name) {
            this.name = name;
        }

        @Override
        public boolean isTraceEnabled() {
            return ChildLogs.isWanted(System.Logger.Level.TRACE.getSeverity());
        }

        @Override
        public boolean isDebugEnabled() {
            return ChildLogs.isWanted(System.Logger.Level.DEBUG.getSeverity());
        }

        @Override
        public boolean isInfoEnabled() {
            return ChildLogs.isWanted(System.Logger.Level.INFO.getSeverity());
        }

        @Override
        public boolean isWarnEnabled() {
            return ChildLogs.isWanted(System.Logger.Level.WARNING.getSeverity());
        }

        @Override
        public boolean isErrorEnabled() {
            return ChildLogs.isWanted(System.Logger.Level.ERROR.getSeverity());
        }

        @Override
        protected @Nullable String getFullyQualifiedCallerName() {
            return null;
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level,
                @Nullable Marker marker,
                String pattern,
                Object @Nullable [] arguments,
                @Nullable Throwable thrown) {
            String text = MessageFormatter.basicArrayFormat(pattern, arguments);
            Map<String, String> context = MDC.getCopyOfContextMap();
            ChildLogs.publish(new LogEntry(
                    LogEntry.SLF4J,
                    level.toInt(),
                    name,
                    text == null ? "" : text,
                    context == null ? Map.of() : context,
                    thrown == null ? null : LoggedThrowable.of(thrown)));
        }
    }
}
