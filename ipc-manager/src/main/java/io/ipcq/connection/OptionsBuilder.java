// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * The options that both sides of a connection have.
 *
 * <p>Not thread-safe. Process-safe: it concerns this process only.
 *
 * @param <B> the builder itself
 */
public abstract class OptionsBuilder<B extends OptionsBuilder<B>> {

    private int maxFrameBytes = Limits.FRAME_BYTES;
    private Duration handshakeTimeout = Limits.HANDSHAKE;
    private Duration ownHandshakeTimeout = Limits.OWN_HANDSHAKE;
    private Duration writeTimeout = Limits.WRITE;
    private boolean legacyMd5;
    private boolean plaintext;
    private boolean otherUsers;
    private Optional<SSLContext> tls = Optional.empty();

    OptionsBuilder() {}

    abstract B self();

    /** The largest message, both ways, by default {@link Limits#FRAME_BYTES}. */
    public B maxFrameBytes(int bytes) {
        maxFrameBytes = bytes;
        return self();
    }

    /**
     * How long TLS and the proofs of the key may take together, for every peer. By default this is
     * {@link Limits#HANDSHAKE}, and {@link Limits#OWN_HANDSHAKE} where the kernel says that the peer is a process of
     * this user.
     */
    public B handshakeTimeout(Duration timeout) {
        handshakeTimeout = timeout;
        return ownHandshakeTimeout(timeout);
    }

    final B ownHandshakeTimeout(Duration timeout) {
        ownHandshakeTimeout = timeout;
        return self();
    }

    /** How long the peer may take to read one message, by default {@link Limits#WRITE}. */
    public B writeTimeout(Duration timeout) {
        writeTimeout = timeout;
        return self();
    }

    /** Lets the peer prove the key with MD5, as Python before 3.12 does; off by default. */
    public B legacyMd5(boolean allowed) {
        legacyMd5 = allowed;
        return self();
    }

    /** Encrypts TCP with TLS 1.3; a client demands a certificate for the host name of the address. */
    public B tls(SSLContext context) {
        tls = Optional.of(context);
        return self();
    }

    /** Allows TCP beyond loopback without TLS. Everybody in between can then read and change it. Off by default. */
    public B plaintext(boolean allowed) {
        plaintext = allowed;
        return self();
    }

    /**
     * Allows another user of this machine as the peer at a Unix-domain socket; off by default. The permissions of the
     * socket's directory have to allow that user, too.
     */
    public B otherUsers(boolean allowed) {
        otherUsers = allowed;
        return self();
    }

    final B from(ConnectionOptions options) {
        maxFrameBytes = options.maxFrameBytes();
        handshakeTimeout = options.handshakeTimeout();
        ownHandshakeTimeout = options.ownHandshakeTimeout();
        writeTimeout = options.writeTimeout();
        legacyMd5 = options.legacyMd5();
        plaintext = options.plaintext();
        otherUsers = options.otherUsers();
        tls = options.tls();
        return self();
    }

    final ConnectionOptions options(Duration connectTimeout) {
        return new ConnectionOptions(
                maxFrameBytes,
                connectTimeout,
                handshakeTimeout,
                ownHandshakeTimeout,
                writeTimeout,
                legacyMd5,
                plaintext,
                otherUsers,
                tls);
    }
}
