// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.Objects;

/**
 * Options of a {@link Listener}, by default those of {@link Listener#bind}.
 *
 * <p>Not thread-safe. Process-safe: it concerns this process only.
 */
public final class ListenerBuilder extends OptionsBuilder<ListenerBuilder> {

    private final SocketAddress address;
    private final AuthKey key;
    private int maxPending = Limits.PENDING_CONNECTIONS;
    private boolean clientCertificates;

    ListenerBuilder(SocketAddress address, AuthKey key) {
        this.address = Objects.requireNonNull(address, "address");
        this.key = Objects.requireNonNull(key, "key");
    }

    @Override
    ListenerBuilder self() {
        return this;
    }

    /** How many peers may be unauthenticated, or not accepted yet, by default {@link Limits#PENDING_CONNECTIONS}. */
    public ListenerBuilder maxPending(int connections) {
        maxPending = connections;
        return this;
    }

    /** Demands a certificate of each client that the context trusts; only with {@link #tls}. */
    public ListenerBuilder clientCertificates(boolean demanded) {
        clientCertificates = demanded;
        return this;
    }

    /** Sets all options to those of another listener. What is set later replaces them one by one. */
    public ListenerBuilder options(ListenerOptions options) {
        maxPending = options.maxPending();
        clientCertificates = options.clientCertificates();
        return from(options.connection());
    }

    /** The options that were set. */
    public ListenerOptions options() {
        return new ListenerOptions(options(Limits.CONNECT), maxPending, clientCertificates);
    }

    /** Binds the address and begins to listen. */
    public Listener bind() throws IOException {
        return Listener.bind(address, key, options());
    }
}
