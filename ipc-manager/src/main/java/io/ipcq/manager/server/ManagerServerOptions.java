// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.OwnType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How a manager behaves, as {@link ManagerServerBuilder} put it together. Immutable.
 *
 * @param types interfaces of the program's own, each with what makes an object for a name
 * @param directory where durable queues are, one directory each; empty if there are none
 * @param groupTrusted whether durable queues are opened to whose files a group may write
 * @param shutdownAllowed whether a client may end the server, and take locks and permits from others
 * @param maxClients how many clients may be connected at a time
 * @param maxFrameBytes the largest message, both ways
 * @param maxThreads how many threads there may be for calls that block or take long, of all clients together
 * @param maxCallBytes how much of the heap the calls of all clients may take, about: requests as they arrive and while
 *     they wait, and what was sent and is not read or confirmed yet
 * @param maxStoredBytes how much of the heap the values of all maps, sets, lists, arrays and namespaces may take, about
 * @param maxNames how many names all clients may hold, each counted for each client that holds it
 * @param maxQueueDescriptors how many file descriptors all queues may take: two for one in memory, six for a durable
 *     one
 */
public record ManagerServerOptions(
        Map<Class<?>, Supplier<?>> types,
        Optional<Path> directory,
        boolean groupTrusted,
        boolean shutdownAllowed,
        int maxClients,
        int maxFrameBytes,
        int maxThreads,
        long maxCallBytes,
        long maxStoredBytes,
        int maxNames,
        int maxQueueDescriptors) {

    static final int DEFAULT_MAX_THREADS = 1_024;

    private static final long MOST_CLIENTS = 10_000;
    private static final long MOST_NAMES = 100_000;

    /** What a client takes that is not counted elsewhere, of the heap and in buffers outside of it. */
    private static final long CLIENT_BYTES = 64 << 10;

    /** About what a name takes of the heap at most. All names together may take a sixteenth of it. */
    private static final long NAME_BYTES = 1 << 10;

    private static final long USUAL_DESCRIPTORS = 4_096;
    private static final Pattern DESCRIPTORS = Pattern.compile("^Max open files +(\\d{1,18})");

    /** @throws IllegalArgumentException if an option is out of its range, or a type cannot be served */
    public ManagerServerOptions {
        Objects.requireNonNull(types, "types").keySet().forEach(OwnType::new);
        Objects.requireNonNull(directory, "directory");
        requireAtLeast(1, "maxClients", maxClients);
        requireAtLeast(1, "maxFrameBytes", maxFrameBytes);
        requireAtLeast(2, "maxThreads", maxThreads); // half for a client, half for the others
        requireAtLeast(1, "maxCallBytes", maxCallBytes);
        requireAtLeast(1, "maxStoredBytes", maxStoredBytes);
        requireAtLeast(1, "maxNames", maxNames);
        requireAtLeast(0, "maxQueueDescriptors", maxQueueDescriptors);
        types = Map.copyOf(types);
    }

    private static void requireAtLeast(int least, String name, long value) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + ": " + name + "=" + value);
        }
    }

    /** As many as there is memory for, and a quarter of the descriptors of this process. */
    static int defaultMaxClients() {
        return (int) Math.max(1, Math.min(MOST_CLIENTS, Math.min(heap() / CLIENT_BYTES, descriptors() / 4)));
    }

    static int defaultMaxNames() {
        return (int) Math.max(1, Math.min(MOST_NAMES, heap() / 16 / NAME_BYTES));
    }

    /** Half of those of this process. */
    static int defaultMaxQueueDescriptors() {
        return (int) Math.min(Integer.MAX_VALUE, descriptors() / 2);
    }

    private static long heap() {
        return Runtime.getRuntime().maxMemory();
    }

    private static long descriptors() {
        try (Stream<String> limits = Files.lines(Path.of("/proc/self/limits"))) {
            return limits.map(DESCRIPTORS::matcher)
                    .filter(Matcher::find)
                    .mapToLong(limit -> Long.parseLong(limit.group(1)))
                    .findFirst()
                    .orElse(USUAL_DESCRIPTORS);
        } catch (IOException | UncheckedIOException | NumberFormatException noLinux) {
            return USUAL_DESCRIPTORS;
        }
    }
}
