// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Options of a {@link Connection} from this side, by default those of {@link Connection#connect}.
 *
 * <p>Not thread-safe. Process-safe: it concerns this process only.
 */
public final class ConnectionBuilder {

    private final SocketAddress address;
    private final AuthKey key;
    private int maxFrameBytes = Limits.FRAME_BYTES;
    private Duration connectTimeout = Limits.CONNECT;
    private Duration handshakeTimeout = Limits.HANDSHAKE;
    private Duration writeTimeout = Limits.WRITE;
    private boolean legacyMd5;
    private boolean plaintext;
    private Optional<SSLContext> tls = Optional.empty();

    ConnectionBuilder(SocketAddress address, AuthKey key) {
        this.address = Objects.requireNonNull(address, "address");
        this.key = Objects.requireNonNull(key, "key");
    }

    /** The largest message, both ways, by default {@link Limits#FRAME_BYTES}. */
    public ConnectionBuilder maxFrameBytes(int bytes) {
        maxFrameBytes = bytes;
        return this;
    }

    /** How long reaching the other side may take, by default {@link Limits#CONNECT}. */
    public ConnectionBuilder connectTimeout(Duration timeout) {
        connectTimeout = timeout;
        return this;
    }

    /** How long TLS and the proofs of the key may take together, by default {@link Limits#HANDSHAKE}. */
    public ConnectionBuilder handshakeTimeout(Duration timeout) {
        handshakeTimeout = timeout;
        return this;
    }

    /** How long the peer may take to read one message, by default {@link Limits#WRITE}. */
    public ConnectionBuilder writeTimeout(Duration timeout) {
        writeTimeout = timeout;
        return this;
    }

    /** Lets the peer prove the key with MD5, as Python before 3.12 does; off by default. */
    public ConnectionBuilder legacyMd5(boolean allowed) {
        legacyMd5 = allowed;
        return this;
    }

    /** Encrypts TCP with TLS 1.3; the certificate must be for the host name of the address. */
    public ConnectionBuilder tls(SSLContext context) {
        tls = Optional.of(context);
        return this;
    }

    /** Lets TCP beyond loopback go without TLS, where everybody between can read and change it; off by default. */
    public ConnectionBuilder plaintext(boolean allowed) {
        plaintext = allowed;
        return this;
    }

    /** The options by themselves. */
    public ConnectionOptions options() {
        return new ConnectionOptions(
                maxFrameBytes, connectTimeout, handshakeTimeout, writeTimeout, legacyMd5, plaintext, tls);
    }

    /**
     * Connects, and proves the key both ways.
     *
     * @throws AuthenticationException if the other side knows another key, or does not speak the protocol
     * @throws IOException if nobody listens there, or the peer does not answer in time
     */
    public Connection connect() throws IOException, InterruptedException {
        return Connector.connect(address, key, options());
    }
}
