// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.codec.JsonCodec;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Limits;
import io.ipcq.process.ChildProcess;
import io.ipcq.process.SerializableConsumer;
import io.ipcq.process.SerializableRunnable;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.io.Serializable;
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

    private final LinkedHashMap<Class<?>, SerializableSupplier<?>> types = new LinkedHashMap<>();
    private @Nullable Path directory;
    private @Nullable SerializableRunnable initializer;

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

    /**
     * Is called in the manager's process before it serves, once. What it throws fails {@link #start}, which waits for it as long as it takes;
     * a server in this process needs none.
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
     * @throws io.ipcq.process.CannotTravelException if a factory, or the initializer with its argument, is not serializable
     */
    public Manager start() throws IOException, InterruptedException {
        JsonCodec.requireJackson();
        Task task = new Task(
                AuthKey.random(),
                directory == null ? null : directory.toAbsolutePath().toString(),
                types,
                initializer);
        try (SharedQueue<byte[]> report = SharedQueue.builder(byte[].class)
                .capacityBytes(4 * StartReport.MAX_BYTES)
                .create()) {
            ChildProcess process = ChildProcess.builder(ManagerBuilder::serve, task, report)
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

    /** What travels to the process of the manager; through the private file of its task, as it contains the key. */
    record Task(
            AuthKey key,
            @Nullable String directory,
            LinkedHashMap<Class<?>, SerializableSupplier<?>> types,
            @Nullable SerializableRunnable initializer)
            implements Serializable {}

    private static void serve(Task task, SharedQueue<byte[]> report) throws Exception {
        try (ManagerServer server = begin(task, report)) {
            ChildProcess.parent().ifPresent(parent -> parent.onEnd(server::close));
            report.put(StartReport.serves(server.address()));
            report.close();
            server.serveForever();
        }
    }

    /** Whatever goes wrong is told to who waits, and then ends this process. */
    private static ManagerServer begin(Task task, SharedQueue<byte[]> report) throws Exception {
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
    private static ManagerServer bind(Task task) throws IOException {
        ManagerServerBuilder builder = ManagerServer.builder();
        if (task.directory() != null) {
            builder.directory(Path.of(task.directory()));
        }
        for (Map.Entry<Class<?>, SerializableSupplier<?>> type : task.types().entrySet()) {
            builder.register((Class<Object>) type.getKey(), type.getValue());
        }
        return builder.bind(task.key());
    }
}
