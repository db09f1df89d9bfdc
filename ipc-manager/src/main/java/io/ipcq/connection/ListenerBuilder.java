// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Options of a {@link Listener}, by default those of {@link Listener#bind}.
 *
 * <p>Not thread-safe. Process-safe: it concerns this process only.
 */
public final class ListenerBuilder {

    private final SocketAddress address;
    private final AuthKey key;
    private int maxFrameBytes = Limits.FRAME_BYTES;
    private Duration handshakeTimeout = Limits.HANDSHAKE;
    private Duration writeTimeout = Limits.WRITE;
    private int maxPending = Limits.PENDING_CONNECTIONS;
    private boolean legacyMd5;
    private boolean plaintext;
    private boolean otherUsers;
    private boolean clientCertificates;
    private Optional<SSLContext> tls = Optional.empty();

    ListenerBuilder(SocketAddress address, AuthKey key) {
        this.address = Objects.requireNonNull(address, "address");
        this.key = Objects.requireNonNull(key, "key");
    }

    /** The largest message, both ways, by default {@link Limits#FRAME_BYTES}. */
    public ListenerBuilder maxFrameBytes(int bytes) {
        maxFrameBytes = bytes;
        return this;
    }

    /** How long TLS and the proofs of the key may take together, by default {@link Limits#HANDSHAKE}. */
    public ListenerBuilder handshakeTimeout(Duration timeout) {
        handshakeTimeout = timeout;
        return this;
    }

    /** How long a peer may take to read one message, by default {@link Limits#WRITE}. */
    public ListenerBuilder writeTimeout(Duration timeout) {
        writeTimeout = timeout;
        return this;
    }

    /** How many peers may be unauthenticated, or not accepted yet, by default {@link Limits#PENDING_CONNECTIONS}. */
    public ListenerBuilder maxPending(int connections) {
        maxPending = connections;
        return this;
    }

    /** Lets clients prove the key with MD5, as Python before 3.12 does; off by default. */
    public ListenerBuilder legacyMd5(boolean allowed) {
        legacyMd5 = allowed;
        return this;
    }

    /** Encrypts TCP with TLS 1.3. */
    public ListenerBuilder tls(SSLContext context) {
        tls = Optional.of(context);
        return this;
    }

    /** Demands a certificate of each client that the context trusts; only with {@link #tls}. */
    public ListenerBuilder clientCertificates(boolean demanded) {
        clientCertificates = demanded;
        return this;
    }

    /** Lets TCP beyond loopback go without TLS, where everybody between can read and change it; off by default. */
    public ListenerBuilder plaintext(boolean allowed) {
        plaintext = allowed;
        return this;
    }

    /** Lets other users of this machine connect to a Unix-domain socket, if its directory lets them; off by default. */
    public ListenerBuilder otherUsers(boolean allowed) {
        otherUsers = allowed;
        return this;
    }

    /** The options by themselves. */
    public ListenerOptions options() {
        if (clientCertificates && tls.isEmpty()) {
            throw new IllegalArgumentException("client certificates need TLS: give tls(context)");
        }
        return new ListenerOptions(
                new ConnectionOptions(
                        maxFrameBytes, Limits.CONNECT, handshakeTimeout, writeTimeout, legacyMd5, plaintext, tls),
                maxPending,
                otherUsers,
                clientCertificates);
    }

    /** Binds the address and begins to listen. */
    public Listener bind() throws IOException {
        return Listener.bind(address, key, options());
    }
}
