// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.time.Duration;

/**
 * What a peer may cost. These are the defaults of {@link ConnectionBuilder} and {@link ListenerBuilder}, which have a
 * method for each.
 */
public final class Limits {

    /** The largest message before authentication, in bytes, as in Python. This one is fixed. */
    public static final int UNAUTHENTICATED_FRAME_BYTES = 256;

    /** The largest message after authentication, in bytes, both ways. */
    public static final int FRAME_BYTES = 8 << 20;

    /** How long TLS and the proofs of the key may take together, however often the peer sends something. */
    public static final Duration HANDSHAKE = Duration.ofSeconds(5);

    /**
     * The same for a peer that is a process of this user or of root, as the kernel says. It may lack processor time or
     * be stopped, but it is no stranger.
     */
    public static final Duration OWN_HANDSHAKE = Duration.ofMinutes(2);

    /** How long a peer may take to read one message. */
    public static final Duration WRITE = Duration.ofSeconds(30);

    /** How long reaching the other side may take. */
    public static final Duration CONNECT = Duration.ofSeconds(10);

    /** How many peers of a listener may be unauthenticated, or not accepted yet, at the same time. */
    public static final int PENDING_CONNECTIONS = 128;

    /** The shortest key, in bytes. */
    public static final int KEY_BYTES = 16;

    private Limits() {}
}
