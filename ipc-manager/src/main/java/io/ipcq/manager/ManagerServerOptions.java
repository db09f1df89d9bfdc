// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a manager behaves, as {@link ManagerServerBuilder} put it together. Immutable.
 *
 * @param directory where durable queues are, one directory each; empty if there are none
 * @param groupTrusted whether durable queues are opened to whose files a group may write
 * @param shutdownAllowed whether a client may end the server
 * @param maxClients how many clients may be connected at a time
 * @param maxFrameBytes the largest message, both ways
 * @param maxThreads how many threads there may be for calls that block or take long, of all clients together
 * @param maxCallBytes how much of the heap the calls of all clients may take, about: requests as they arrive and while they wait,
 *     and what was sent and is not read or confirmed yet
 * @param maxStoredBytes how much of the heap the values of all maps, lists and namespaces may take, about
 */
public record ManagerServerOptions(
        Optional<Path> directory,
        boolean groupTrusted,
        boolean shutdownAllowed,
        int maxClients,
        int maxFrameBytes,
        int maxThreads,
        long maxCallBytes,
        long maxStoredBytes) {

    static final int DEFAULT_MAX_CLIENTS = 10_000;
    static final int DEFAULT_MAX_THREADS = 1_024;

    public ManagerServerOptions {
        requireAtLeast(1, "maxClients", maxClients);
        requireAtLeast(2, "maxThreads", maxThreads); // half for a client, half for the others
        requireAtLeast(1, "maxCallBytes", maxCallBytes);
        requireAtLeast(1, "maxStoredBytes", maxStoredBytes);
    }

    private static void requireAtLeast(int least, String name, long value) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + ": " + name + "=" + value);
        }
    }
}
