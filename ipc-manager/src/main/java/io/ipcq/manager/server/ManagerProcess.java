// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.ManagerTask;
import io.ipcq.manager.wire.StartReport;
import io.ipcq.process.ChildProcess;
import io.ipcq.process.SerializableRunnable;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What runs in the process of a manager that was started as a child. Only {@code ManagerBuilder} uses it.
 *
 * <p>Thread-safe: not applicable. Process-safe: not applicable. Survives a crash: the parent's, by ending.
 */
public final class ManagerProcess {

    private ManagerProcess() {}

    /**
     * Serves until the server is closed or the parent has ended. Reports where it serves, or why it does not, in a
     * {@link StartReport}.
     */
    public static void serve(ManagerTask task, SharedQueue<byte[]> report) throws Exception {
        try (ManagerServer server = begin(task, report)) {
            ChildProcess.parent().ifPresent(parent -> parent.onEnd(server::close));
            report.put(StartReport.serves(server.address()));
            report.close();
            server.serveForever();
        }
    }

    /** Begins to serve. A failure is reported to the parent, which waits for that, and then ends this process. */
    private static ManagerServer begin(ManagerTask task, SharedQueue<byte[]> report) throws Exception {
        try {
            SerializableRunnable initializer = task.initializer();
            if (initializer != null) {
                initializer.run();
            }
            return bind(task);
        } catch (Throwable e) {
            report.put(StartReport.failed(e));
            throw e;
        }
    }

    @SuppressWarnings("unchecked")
    private static ManagerServer bind(ManagerTask task) throws IOException {
        ManagerServerBuilder builder = ManagerServer.builder();
        if (task.directory() != null) {
            builder.directory(Path.of(task.directory()));
        }
        for (Map.Entry<Class<?>, Supplier<?>> type : task.types().entrySet()) {
            builder.register((Class<Object>) type.getKey(), type.getValue());
        }
        return builder.bind(task.key());
    }
}
