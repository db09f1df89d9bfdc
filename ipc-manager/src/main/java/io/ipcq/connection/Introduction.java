// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.memory.Deadline;
import io.ipcq.memory.PrivateFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * The way from a socket to a connection: whose process the peer is, TLS, and the proof of the key. Never waits. Used by
 * one thread at a time; closed by any.
 */
final class Introduction {

    private static final int KEEP_ALIVE_IDLE_SECONDS = 30;
    private static final int KEEP_ALIVE_STEP_SECONDS = 10;
    private static final int KEEP_ALIVE_STEPS = 3;

    private final Handshake.Role role;
    private final AuthKey key;
    private final ConnectionOptions options;
    private final Optional<Supplier<SSLEngine>> engines;

    private final SocketAddress remote;
    private final Optional<PeerCredentials> peer;
    private final Ends ends;
    private final Wire socket;
    private final long deadline;
    private final long undisturbedUntil;

    private boolean looked;
    private @Nullable TlsWire tls;
    private boolean encrypted;

    /** Null before the first byte is sent or expected. */
    private @Nullable Talk talk;

    private record Talk(Wire wire, FrameReader reader, FrameWriter writer, Handshake handshake) {}

    /**
     * Nothing is sent yet. The channel does not block afterwards.
     *
     * @throws AuthenticationException if the peer is another user who may not be
     */
    Introduction(
            Handshake.Role role,
            SocketChannel channel,
            AuthKey key,
            ConnectionOptions options,
            Optional<Supplier<SSLEngine>> engines)
            throws IOException {
        this.role = role;
        this.key = key;
        this.options = options;
        this.engines = engines;
        this.remote = channel.getRemoteAddress();
        this.ends = Ends.of(channel);
        this.peer = PeerCredentials.of(channel);
        long ofStranger = Deadline.in(options.handshakeTimeout());
        boolean own = peer.isPresent() && PrivateFiles.isTrusted(peer.get().user());
        this.deadline = own ? Deadline.in(options.ownHandshakeTimeout()) : ofStranger;
        this.undisturbedUntil = own ? ofStranger : System.nanoTime();
        this.socket = new ChannelWire(channel);
        requireTrustedUser();
        if (remote instanceof InetSocketAddress) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            keepAlive(channel);
        }
        channel.configureBlocking(false);
    }

    /**
     * Makes the system notice within a minute, not after hours, that the peer's machine is gone; where it can do that.
     */
    private static void keepAlive(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        if (ExtendedOptions.has(channel, "TCP_KEEPIDLE")) {
            channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, KEEP_ALIVE_IDLE_SECONDS);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEP_ALIVE_STEP_SECONDS);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, KEEP_ALIVE_STEPS);
        }
    }

    private void requireTrustedUser() throws AuthenticationException {
        if (!options.otherUsers()
                && peer.isPresent()
                && !PrivateFiles.isTrusted(peer.get().user())) {
            throw new AuthenticationException("the peer is another user: user="
                    + peer.get().user().getName() + ", expected="
                    + PrivateFiles.user().getName()
                    + "; say otherUsers(true) if it may be");
        }
    }

    SocketAddress remote() {
        return remote;
    }

    Optional<PeerCredentials> peer() {
        return peer;
    }

    /** When it has to be over. */
    long deadline() {
        return deadline;
    }

    /** The time until which nobody else may have its place; a stranger has none. */
    long undisturbedUntil() {
        return undisturbedUntil;
    }

    /** Whether the peer has proved that it knows the key. */
    boolean peerKnowsKey() {
        return talk != null && talk.handshake().peerKnowsKey();
    }

    /**
     * Goes as far as the bytes that have come allow.
     *
     * @throws CutOffException if the peer is gone
     */
    WireProgress advance() throws IOException {
        try {
            return goOn();
        } catch (AuthenticationException | SSLException e) {
            throw e;
        } catch (IOException e) {
            throw new CutOffException(role, e);
        }
    }

    private WireProgress goOn() throws IOException {
        if (talk == null) {
            if (role == Handshake.Role.LISTENER && engines.isPresent() && !looked) {
                looked = true; // TLS takes memory: not for a peer that has sent nothing
                return WireProgress.READ;
            }
            talk = begin();
        }
        if (tls != null && !encrypted) {
            WireProgress progress = tls.handshake();
            if (progress != WireProgress.DONE) {
                return progress;
            }
            encrypted = true;
        }
        return talk.handshake().advance();
    }

    private Talk begin() {
        tls = engines.map(engine -> new TlsWire(socket, engine.get())).orElse(null);
        Wire wire = tls == null ? socket : tls;
        FrameReader reader = new FrameReader(wire, Limits.UNAUTHENTICATED_FRAME_BYTES);
        FrameWriter writer = new FrameWriter(wire);
        return new Talk(wire, reader, writer, new Handshake(role, ends, reader, writer, key, options.legacyMd5()));
    }

    /** What {@link WireProgress#WORK} is about. Only then. */
    void work() {
        if (tls != null) {
            tls.work();
        }
    }

    /** Waits for what the peer has to do. */
    void await(WireProgress progress) throws IOException, InterruptedException {
        if (!(progress == WireProgress.READ ? socket.awaitReadable(deadline) : socket.awaitWritable(deadline))) {
            throw late();
        }
    }

    /** Time is up; to be closed afterwards. */
    SocketTimeoutException late() {
        try {
            if (talk == null) {
                advance(); // so closing tells a peer that waits in the clear that this side is not
            }
        } catch (IOException gone) {
            // then there is nobody to be told
        }
        return new SocketTimeoutException(
                "the peer did not complete the " + (tls == null || encrypted ? "" : "TLS ") + "handshake in time");
    }

    /** The end of the way. */
    SocketConnection connection() {
        if (talk == null) {
            throw new IllegalStateException("not introduced");
        }
        talk.handshake().close();
        return new SocketConnection(talk.wire(), talk.reader(), talk.writer(), options, remote, peer);
    }

    /** Gives up without telling the peer, and without waiting for {@link #work}. */
    void cut() {
        socket.close();
    }

    /** Gives up. */
    void close() {
        if (talk == null) {
            socket.close();
        } else {
            talk.handshake().close();
            talk.wire().close();
        }
    }
}
