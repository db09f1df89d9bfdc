// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.util.Objects;

/**
 * The options of a listener, as {@link ListenerBuilder} has set them. Immutable.
 *
 * @param connection how each of its connections behaves
 * @param maxPending how many peers may be unauthenticated, or not accepted yet, at the same time
 * @param clientCertificates whether TLS demands a certificate of each client
 */
public record ListenerOptions(ConnectionOptions connection, int maxPending, boolean clientCertificates) {

    public ListenerOptions {
        Objects.requireNonNull(connection, "connection");
        if (maxPending < 1) {
            throw new IllegalArgumentException("maxPending must be positive: maxPending=" + maxPending);
        }
        if (clientCertificates && connection.tls().isEmpty()) {
            throw new IllegalArgumentException("client certificates need TLS: give tls(context)");
        }
    }
}
