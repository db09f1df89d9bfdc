// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Limits;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.io.Serializable;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Options of a manager in a child process.
 *
 * <p>Thread-safe: no. Process-safe: not applicable. Survives a crash: not applicable.
 */
public final class ManagerBuilder {

    /** The process may be starved on a machine at high load; if it has ended, this is seen at once. */
    private static final Duration START = Limits.OWN_HANDSHAKE;

    private static final Duration STEP = Duration.ofMillis(100);

    private final LinkedHashMap<Class<?>, SerializableSupplier<?>> types = new LinkedHashMap<>();
    private @Nullable Path directory;

    ManagerBuilder() {}

    /** Where durable queues are kept, one directory for each name. Without it there are none. */
    public ManagerBuilder directory(Path directory) {
        this.directory = directory;
        return this;
    }

    /** Serves objects of a type of your own: one for each name, made in the manager's process when it is first asked for. */
    public <T> ManagerBuilder register(Class<T> type, SerializableSupplier<? extends T> factory) {
        new OwnType(type);
        types.put(type, factory);
        return this;
    }

    /** Starts the manager, and waits until it can be reached. */
    public Manager start() throws IOException, InterruptedException {
        Task task = new Task(
                AuthKey.random(),
                directory == null ? null : directory.toAbsolutePath().toString(),
                types);
        try (SharedQueue<String> report =
                SharedQueue.builder(String.class).capacityBytes(1 << 16).create()) {
            ChildProcess process = ChildProcess.builder(ManagerBuilder::serve, task, report)
                    .name("Manager")
                    .start();
            try {
                UnixDomainSocketAddress address = UnixDomainSocketAddress.of(address(process, report));
                return new Manager(Link.to(address, task.key()), process);
            } catch (IOException | InterruptedException | RuntimeException e) {
                process.close();
                throw e;
            }
        }
    }

    private static String address(ChildProcess process, SharedQueue<String> report)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (process.isAlive() && System.nanoTime() - deadline < 0) {
            String address = report.get(STEP);
            if (address != null) {
                return address;
            }
        }
        throw new IOException("the manager did not start: " + process + "; its output says why");
    }

    /** What travels to the process of the manager; through the private file of its task, as it contains the key. */
    record Task(AuthKey key, @Nullable String directory, LinkedHashMap<Class<?>, SerializableSupplier<?>> types)
            implements Serializable {}

    @SuppressWarnings("unchecked")
    private static void serve(Task task, SharedQueue<String> report) throws IOException, InterruptedException {
        ManagerServerBuilder builder = ManagerServer.builder();
        if (task.directory() != null) {
            builder.directory(Path.of(task.directory()));
        }
        for (Map.Entry<Class<?>, SerializableSupplier<?>> type : task.types().entrySet()) {
            builder.register((Class<Object>) type.getKey(), type.getValue());
        }
        try (ManagerServer server = builder.bind(task.key())) {
            report.put(server.address().toString());
            report.close();
            server.serveForever();
        }
    }
}
