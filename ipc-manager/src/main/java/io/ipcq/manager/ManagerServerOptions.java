// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a manager behaves, as {@link ManagerServerBuilder} put it together. Immutable.
 *
 * @param directory where durable queues are, one directory each; empty if there are none
 * @param shutdownAllowed whether a client may end the server
 * @param maxClients how many clients may be connected at a time
 * @param maxFrameBytes the largest message, both ways
 * @param maxStoredBytes how much of the heap the values of all maps, lists and namespaces may take, about
 */
public record ManagerServerOptions(
        Optional<Path> directory, boolean shutdownAllowed, int maxClients, int maxFrameBytes, long maxStoredBytes) {

    static final int DEFAULT_MAX_CLIENTS = 10_000;

    public ManagerServerOptions {
        if (maxClients < 1) {
            throw new IllegalArgumentException("maxClients must be positive: maxClients=" + maxClients);
        }
        if (maxStoredBytes < 1) {
            throw new IllegalArgumentException("maxStoredBytes must be positive: maxStoredBytes=" + maxStoredBytes);
        }
    }
}
