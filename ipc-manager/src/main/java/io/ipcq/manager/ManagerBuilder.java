// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.codec.JsonCodec;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Limits;
import io.ipcq.manager.server.ManagerProcess;
import io.ipcq.manager.wire.ManagerTask;
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
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Options of a manager in a child process.
 *
 * <p>Thread-safe: no. Process-safe: not applicable. Survives a crash: not applicable.
 */
public final class ManagerBuilder {

    /**
     * How long the process may take to begin. That may be long on a machine at high load. If the process has ended,
     * this is seen at once.
     */
    private static final Duration START = Limits.OWN_HANDSHAKE;

    private static final Duration STEP = Duration.ofMillis(100);

    private final Map<Class<?>, SerializableSupplier<?>> types = new LinkedHashMap<>();
    private Optional<Path> directory = Optional.empty();
    private Optional<SerializableRunnable> initializer = Optional.empty();

    ManagerBuilder() {}

    /** Where durable queues are kept, one directory for each name. Without it there are none. */
    public ManagerBuilder directory(Path directory) {
        this.directory = Optional.of(directory);
        return this;
    }

    /**
     * Serves objects of a type of your own: one for each name, made in the manager's process when it is first asked
     * for.
     */
    public <T> ManagerBuilder register(Class<T> type, SerializableSupplier<? extends T> factory) {
        types.put(type, factory);
        return this;
    }

    /**
     * Is called once in the manager's process before it serves. {@link #start} waits for it as long as it takes, and
     * fails if it throws. A server in this process needs none.
     */
    public ManagerBuilder initializer(SerializableRunnable initializer) {
        this.initializer = Optional.of(initializer);
        return this;
    }

    /** The same with an argument, which is serialized. */
    public <A extends @Nullable Object> ManagerBuilder initializer(SerializableConsumer<A> initializer, A argument) {
        Objects.requireNonNull(initializer, "initializer");
        return initializer(() -> initializer.accept(argument));
    }

    /** Sets all options to those of another manager. What is set later replaces them one by one; types are added to. */
    public ManagerBuilder options(ManagerOptions options) {
        types.clear();
        types.putAll(options.types());
        this.directory = options.directory();
        this.initializer = options.initializer();
        return this;
    }

    /** The options that were set. */
    public ManagerOptions options() {
        return new ManagerOptions(types, directory, initializer);
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
        ManagerOptions options = options();
        ManagerTask task = new ManagerTask(
                AuthKey.random(),
                options.directory()
                        .map(path -> path.toAbsolutePath().toString())
                        .orElse(null),
                new LinkedHashMap<>(options.types()),
                options.initializer().orElse(null));
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
            boolean alive = process.isAlive(); // first, as what it said before its end is read after that
            byte[] told = report.get(alive ? STEP : Duration.ZERO);
            StartReport read = told == null ? StartReport.NOTHING : StartReport.read(told);
            if (read.address() != null) {
                return read.address();
            }
            boolean late = initializer.isEmpty() && System.nanoTime() - deadline >= 0;
            if (!alive || late || read.failure() != null) {
                throw new IOException(
                        "the manager did not start: " + process + "; its output says why", read.failure());
            }
        }
    }
}
