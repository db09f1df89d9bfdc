// SPDX-License-Identifier: Apache-2.0
/** Processes: child processes, pools, connections, managers. */
module io.ipcq.manager {
    requires transitive io.ipcq.queue;
    requires tools.jackson.databind;
    requires org.slf4j;
    requires static transitive org.jspecify;
    requires static micrometer.core; // IpcqMetrics
    requires static io.opentelemetry.api; // TraceContext
    requires static io.opentelemetry.context; // TraceContext
    requires static jdk.jfr; // events of the Flight Recorder
    requires static me.tongfei.progressbar; // TerminalProgress
    requires java.logging;
    requires transitive java.management;
    requires static jdk.management; // which options this JVM knows
    requires jdk.net; // whose process is at the other end of a socket
    requires jdk.unsupported;

    exports io.ipcq.connection;
    exports io.ipcq.manager;
    exports io.ipcq.manager.server;
    exports io.ipcq.metrics;
    exports io.ipcq.pool;
    exports io.ipcq.process;

    provides io.ipcq.queue.DurableQueueProvider with
            io.ipcq.manager.ManagerQueueProvider; // as in META-INF/services, for the class path
}
