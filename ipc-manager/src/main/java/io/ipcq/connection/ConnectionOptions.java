// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * The options of one side of a connection, as its builder has set them. Immutable.
 *
 * @param maxFrameBytes the largest message, both ways
 * @param connectTimeout how long reaching the other side may take
 * @param handshakeTimeout how long TLS and the proofs of the key may take together
 * @param ownHandshakeTimeout the same where the kernel says that the peer is a process of this user
 * @param writeTimeout how long the peer may take to read one message
 * @param legacyMd5 whether a peer may prove the key in the MD5 form of Python before 3.12
 * @param plaintext whether TCP beyond loopback may go without TLS
 * @param otherUsers whether another user of this machine may be the peer at a Unix-domain socket
 * @param tls encrypts TCP; empty for none
 */
public record ConnectionOptions(
        int maxFrameBytes,
        Duration connectTimeout,
        Duration handshakeTimeout,
        Duration ownHandshakeTimeout,
        Duration writeTimeout,
        boolean legacyMd5,
        boolean plaintext,
        boolean otherUsers,
        Optional<SSLContext> tls) {

    public ConnectionOptions {
        if (maxFrameBytes < 1) {
            throw new IllegalArgumentException("maxFrameBytes must be positive: maxFrameBytes=" + maxFrameBytes);
        }
        Objects.requireNonNull(tls, "tls");
        requirePositive("connectTimeout", connectTimeout);
        requirePositive("handshakeTimeout", handshakeTimeout);
        requirePositive("ownHandshakeTimeout", ownHandshakeTimeout);
        requirePositive("writeTimeout", writeTimeout);
    }

    private static void requirePositive(String name, Duration timeout) {
        Objects.requireNonNull(timeout, name);
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException(name + " must be positive: " + name + "=" + timeout);
        }
    }
}
