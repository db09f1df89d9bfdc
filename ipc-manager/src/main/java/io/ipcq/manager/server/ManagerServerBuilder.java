// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.codec.JsonCodec;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Limits;
import io.ipcq.connection.Listener;
import io.ipcq.queue.DurableQueueBuilder;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Options of a {@link ManagerServer}.
 *
 * <p>Thread-safe: no. Process-safe: not applicable. Survives a crash: not applicable.
 */
public final class ManagerServerBuilder {

    private final Map<Class<?>, Supplier<?>> types = new LinkedHashMap<>();
    private Optional<Path> directory = Optional.empty();
    private boolean groupTrusted;
    private boolean shutdownAllowed;
    private int maxClients = ManagerServerOptions.defaultMaxClients();
    private int maxFrameBytes = Limits.FRAME_BYTES;
    private int maxThreads = ManagerServerOptions.DEFAULT_MAX_THREADS;
    private long maxCallBytes = Runtime.getRuntime().maxMemory() / 4;
    private long maxStoredBytes = Runtime.getRuntime().maxMemory() / 2;
    private int maxNames = ManagerServerOptions.defaultMaxNames();
    private int maxQueueDescriptors = ManagerServerOptions.defaultMaxQueueDescriptors();

    ManagerServerBuilder() {}

    /** Where durable queues are kept, one directory for each name. Without it there are none. */
    public ManagerServerBuilder directory(Path directory) {
        this.directory = Optional.of(directory);
        return this;
    }

    /** Opens durable queues also if a group may write to their files; see {@link DurableQueueBuilder#trustGroup}. */
    public ManagerServerBuilder trustGroup(boolean trusted) {
        this.groupTrusted = trusted;
        return this;
    }

    /**
     * Serves objects of a type of your own: one for each name, made when it is first asked for. Each call has a thread
     * of the server ({@link #maxThreads}), which is interrupted when the client is gone. A method that ignores this
     * keeps its thread, so that there is one less for others.
     */
    public <T> ManagerServerBuilder register(Class<T> type, Supplier<? extends T> factory) {
        types.put(type, factory);
        return this;
    }

    /** Whether a client may end the server, and take locks and permits from others; it may not unless this is set. */
    public ManagerServerBuilder allowShutdown(boolean allowed) {
        this.shutdownAllowed = allowed;
        return this;
    }

    /**
     * How many clients may be connected. Unless set, this is 10,000. It is fewer if the process may have less than four
     * descriptors, or has less than 64 KiB of heap, for each.
     */
    public ManagerServerBuilder maxClients(int clients) {
        this.maxClients = clients;
        return this;
    }

    /** The largest message in either direction, in bytes. */
    public ManagerServerBuilder maxFrameBytes(int bytes) {
        this.maxFrameBytes = bytes;
        return this;
    }

    /**
     * How many threads there may be for calls that block or take long: calls of own types, {@code flush}, and one for
     * each end of a queue at which clients wait. Each client may have half of the threads that the others leave. If it
     * has no thread left, a call waits ten seconds for one; a call that would wait at a queue is refused at once. 1,024
     * unless set. Parts of which clients are assured may exceed it, by a third at most, so the process must be allowed
     * to have a third more.
     */
    public ManagerServerBuilder maxThreads(int threads) {
        this.maxThreads = threads;
        return this;
    }

    /**
     * About how much of the heap the calls of all clients may take. Requests count as they arrive and while they wait.
     * What was sent counts until it is read or confirmed. Each client may have half of what the others leave; more is
     * refused. Parts of which clients are assured may exceed it, by a third at most. A quarter of the largest heap
     * unless set.
     */
    public ManagerServerBuilder maxCallBytes(long bytes) {
        this.maxCallBytes = bytes;
        return this;
    }

    /**
     * About how much of the heap all maps, sets, lists, arrays, values and namespaces may take. Each of them counts for
     * one of the clients that hold it: the one that was the first to store something there, and when that one goes,
     * another. Each client may have half of what the others leave. Parts of which clients are assured may exceed it, by
     * a third at most. Half of the largest heap unless set.
     */
    public ManagerServerBuilder maxStoredBytes(long bytes) {
        this.maxStoredBytes = bytes;
        return this;
    }

    /**
     * How many names all clients may hold. A name counts for each client that holds it. Each client may have half of
     * what the others leave. Unless set, there may be one for each 16 KiB of the largest heap, and at most 100,000.
     */
    public ManagerServerBuilder maxNames(int names) {
        this.maxNames = names;
        return this;
    }

    /**
     * How many file descriptors the queues of all clients may take. A queue in memory takes two, a durable one six.
     * Each client may have half of what the others leave. Parts of which clients are assured may exceed it, by a third
     * at most. Half of what the process may have unless set.
     */
    public ManagerServerBuilder maxQueueDescriptors(int descriptors) {
        this.maxQueueDescriptors = descriptors;
        return this;
    }

    /** Sets all options to those of another server. What is set later replaces them one by one; types are added to. */
    public ManagerServerBuilder options(ManagerServerOptions options) {
        types.clear();
        types.putAll(options.types());
        this.directory = options.directory();
        this.groupTrusted = options.groupTrusted();
        this.shutdownAllowed = options.shutdownAllowed();
        this.maxClients = options.maxClients();
        this.maxFrameBytes = options.maxFrameBytes();
        this.maxThreads = options.maxThreads();
        this.maxCallBytes = options.maxCallBytes();
        this.maxStoredBytes = options.maxStoredBytes();
        this.maxNames = options.maxNames();
        this.maxQueueDescriptors = options.maxQueueDescriptors();
        return this;
    }

    /** The options that were set. */
    public ManagerServerOptions options() {
        return new ManagerServerOptions(
                types,
                directory,
                groupTrusted,
                shutdownAllowed,
                maxClients,
                maxFrameBytes,
                maxThreads,
                maxCallBytes,
                maxStoredBytes,
                maxNames,
                maxQueueDescriptors);
    }

    /** A server at a Unix-domain socket in a new private directory. */
    public ManagerServer bind(AuthKey key) throws IOException {
        return bind((SocketAddress) null, key);
    }

    /** A server at a {@link java.net.UnixDomainSocketAddress} or an {@link java.net.InetSocketAddress}. */
    public ManagerServer bind(@Nullable SocketAddress address, AuthKey key) throws IOException {
        ManagerServerOptions options = options(); // checked before there is a socket
        return bind(
                address == null
                        ? Listener.bind(key)
                        : Listener.builder(address, key)
                                .maxFrameBytes(options.maxFrameBytes())
                                .bind());
    }

    /** A server at a listener with options of its own, such as TLS. The server closes it. */
    public ManagerServer bind(Listener listener) throws IOException {
        ManagerServer server = null;
        try {
            JsonCodec.requireJackson();
            server = new ManagerServer(listener, options());
            return server.begin();
        } catch (IOException | RuntimeException | Error e) {
            try (listener) {
                if (server != null) {
                    server.close();
                }
            }
            throw e;
        }
    }
}
