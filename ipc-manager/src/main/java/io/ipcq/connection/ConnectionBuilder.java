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
     * How long reaching the other side may take, by default {@link Limits#CONNECT}. A listener that has too many peers
     * may cut the connection off before it is authenticated. Then this side tries again within that time.
     */
    public ConnectionBuilder connectTimeout(Duration timeout) {
        connectTimeout = timeout;
        return this;
    }

    /** Sets all options to those of another connection. What is set later replaces them one by one. */
    public ConnectionBuilder options(ConnectionOptions options) {
        connectTimeout = options.connectTimeout();
        return from(options);
    }

    /** The options that were set. */
    public ConnectionOptions options() {
        return options(connectTimeout);
    }

    /**
     * Connects, and proves the key both ways.
     *
     * @throws AuthenticationException if the other side knows another key, does not speak the protocol, or is another
     *     user
     * @throws IOException if nobody listens at the address, or the peer does not answer in time
     */
    public Connection connect() throws IOException, InterruptedException {
        return Connector.connect(address, key, options());
    }
}
