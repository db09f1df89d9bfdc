// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;

/**
 * Options of a {@link Connection} from this side, by default those of {@link Connection#connect}.
 *
 * <p>Not thread-safe. Process-safe: it concerns this process only.
 */
public final class ConnectionBuilder extends OptionsBuilder<ConnectionBuilder> {

    private final SocketAddress address;
    private final AuthKey key;
    private Duration connectTimeout = Limits.CONNECT;

    ConnectionBuilder(SocketAddress address, AuthKey key) {
        this.address = Objects.requireNonNull(address, "address");
        this.key = Objects.requireNonNull(key, "key");
    }

    @Override
    ConnectionBuilder self() {
        return this;
    }

    /**
     * How long reaching the other side may take, by default {@link Limits#CONNECT}; if it cuts the connection off before it is
     * authenticated, as one does that has too many, this side tries again in that time.
     */
    public ConnectionBuilder connectTimeout(Duration timeout) {
        connectTimeout = timeout;
        return this;
    }

    /** The options by themselves. */
    public ConnectionOptions options() {
        return options(connectTimeout);
    }

    /**
     * Connects, and proves the key both ways.
     *
     * @throws AuthenticationException if the other side knows another key, does not speak the protocol, or is another user
     * @throws IOException if nobody listens there, or the peer does not answer in time
     */
    public Connection connect() throws IOException, InterruptedException {
        return Connector.connect(address, key, options());
    }
}
