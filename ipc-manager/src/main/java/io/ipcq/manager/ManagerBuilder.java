// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.codec.JsonCodec;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Limits;
import io.ipcq.manager.server.ManagerProcess;
import io.ipcq.manager.wire.ManagerTask;
import io.ipcq.manager.wire.OwnType;
import io.ipcq.manager.wire.StartReport;
import io.ipcq.process.ChildProcess;
import io.ipcq.process.SerializableConsumer;
import io.ipcq.process.SerializableRunnable;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
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

    private final Map<Class<?>, SerializableSupplier<?>> types = new LinkedHashMap<>();
    private @Nullable Path directory;
    private @Nullable SerializableRunnable initializer;

    ManagerBuilder() {}

    /** Where durable queues are kept, one directory for each name. Without it there are none. */
    public ManagerBuilder directory(Path directory) {
        this.directory = directory;
        return this;
    }

    /**
     * Serves objects of a type of your own: one for each name, made in the manager's process when it is first asked
     * for.
     */
    public <T> ManagerBuilder register(Class<T> type, SerializableSupplier<? extends T> factory) {
        new OwnType(type);
        types.put(type, factory);
        return this;
    }

    /**
     * Is called in the manager's process before it serves, once. What it throws fails {@link #start}, which waits for
     * it as long as it takes; a server in this process needs none.
     */
    public ManagerBuilder initializer(SerializableRunnable initializer) {
        this.initializer = Objects.requireNonNull(initializer, "initializer");
        return this;
    }

    /** The same with an argument, which is serialized. */
    public <A extends @Nullable Object> ManagerBuilder initializer(SerializableConsumer<A> initializer, A argument) {
        Objects.requireNonNull(initializer, "initializer");
        return initializer(() -> initializer.accept(argument));
    }

    /**
     * Starts the manager, and waits until it can be reached.
     *
     * @throws IOException if it does not start; its cause is what was thrown there, by the initializer for instance
     * @throws io.ipcq.process.CannotTravelException if a factory, or the initializer with its argument, is not
     *     serializable
     */
    public Manager start() throws IOException, InterruptedException {
        JsonCodec.requireJackson();
        ManagerTask task = new ManagerTask(
                AuthKey.random(),
                directory == null ? null : directory.toAbsolutePath().toString(),
                new LinkedHashMap<>(types),
                initializer);
        try (SharedQueue<byte[]> report = SharedQueue.builder(byte[].class)
                .capacityBytes(4 * StartReport.MAX_BYTES)
                .create()) {
            ChildProcess process = ChildProcess.builder(ManagerProcess::serve, task, report)
                    .name("Manager")
                    // hooks of the program may still need it; an orphan ends by itself
                    .endAtExit(false)
                    .start();
            try {
                return new Manager(Link.to(address(process, report), task.key()), process);
            } catch (IOException | InterruptedException | RuntimeException e) {
                process.close();
                throw e;
            }
        }
    }

    private SocketAddress address(ChildProcess process, SharedQueue<byte[]> report)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (true) {
            boolean alive = process.isAlive(); // what it said before its end is read after it
            byte[] told = report.get(alive ? STEP : Duration.ZERO);
            StartReport read = told == null ? StartReport.NOTHING : StartReport.read(told);
            if (read.address() != null) {
                return read.address();
            }
            boolean late = initializer == null && System.nanoTime() - deadline >= 0;
            if (!alive || late || read.failure() != null) {
                throw new IOException(
                        "the manager did not start: " + process + "; its output says why", read.failure());
            }
        }
    }
}
