// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import jdk.net.ExtendedSocketOptions;

/** Makes connections of sockets: the way from an address to the end of the handshake, on either side. */
final class Connector {

    private static final String[] TLS_VERSIONS = {"TLSv1.3"};

    private static final int KEEP_ALIVE_IDLE_SECONDS = 30;
    private static final int KEEP_ALIVE_STEP_SECONDS = 10;
    private static final int KEEP_ALIVE_STEPS = 3;

    private Connector() {}

    static Connection connect(SocketAddress address, AuthKey key, ConnectionOptions options)
            throws IOException, InterruptedException {
        requireProtected(address, options);
        SocketChannel channel = open(address, options.connectTimeout());
        try {
            return handshake(channel, key, options, clientEngine(address, options), false);
        } catch (IOException | InterruptedException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** What a listener does with a socket that it has accepted; the caller closes it if this fails. */
    static Connection accept(SocketChannel channel, AuthKey key, ConnectionOptions options, boolean clientCertificates)
            throws IOException, InterruptedException {
        Optional<SSLEngine> engine = options.tls().map(context -> {
            SSLEngine made = context.createSSLEngine();
            made.setUseClientMode(false);
            SSLParameters parameters = made.getSSLParameters();
            parameters.setProtocols(TLS_VERSIONS);
            parameters.setNeedClientAuth(clientCertificates);
            made.setSSLParameters(parameters);
            return made;
        });
        return handshake(channel, key, options, engine, true);
    }

    private static Connection handshake(
            SocketChannel channel, AuthKey key, ConnectionOptions options, Optional<SSLEngine> engine, boolean listener)
            throws IOException, InterruptedException {
        long deadline = Deadline.in(options.handshakeTimeout());
        SocketAddress remote = channel.getRemoteAddress();
        if (remote instanceof InetSocketAddress) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            keepAlive(channel);
        }
        requireTrustedUser(PeerCredentials.of(channel), options);
        channel.configureBlocking(false);
        Wire wire = new ChannelWire(channel);
        try {
            if (engine.isPresent()) {
                TlsWire tls = new TlsWire(wire, engine.get());
                wire = tls; // whose close tells the peer why
                tls.handshake(deadline);
            }
            FrameReader reader = new FrameReader(wire, Limits.UNAUTHENTICATED_FRAME_BYTES);
            FrameWriter writer = new FrameWriter(wire);
            Handshake handshake = new Handshake(reader, writer, key, options.legacyMd5(), deadline);
            if (listener) {
                handshake.asListener();
            } else {
                handshake.asClient();
            }
            return new SocketConnection(wire, reader, writer, options, remote, PeerCredentials.of(channel));
        } catch (IOException | InterruptedException | RuntimeException e) {
            wire.close();
            throw e;
        }
    }

    /** Finds out within a minute, not after hours, that the peer's machine is gone; where the system can be told so. */
    private static void keepAlive(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        if (channel.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
            channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, KEEP_ALIVE_IDLE_SECONDS);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEP_ALIVE_STEP_SECONDS);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, KEEP_ALIVE_STEPS);
        }
    }

    /** Asked before anything is sent. */
    private static void requireTrustedUser(Optional<PeerCredentials> peer, ConnectionOptions options)
            throws AuthenticationException {
        if (!options.otherUsers()
                && peer.isPresent()
                && !OwnFiles.isTrusted(peer.get().user())) {
            throw new AuthenticationException("the peer is another user: user="
                    + peer.get().user().getName() + ", expected="
                    + OwnFiles.me().getName()
                    + "; say otherUsers(true) if it may be");
        }
    }

    /** Refuses plaintext that would leave this machine. */
    static void requireProtected(SocketAddress address, ConnectionOptions options) throws IOException {
        if (address instanceof UnixDomainSocketAddress) {
            if (options.tls().isPresent()) {
                throw new IllegalArgumentException("TLS is for TCP: address=" + address);
            }
            return;
        }
        if (!(address instanceof InetSocketAddress inet)) {
            throw new IllegalArgumentException("address must be a UnixDomainSocketAddress or an InetSocketAddress: "
                    + address.getClass().getName());
        }
        if (inet.isUnresolved()) {
            throw new UnknownHostException("no such host: address=" + address);
        }
        if (!inet.getAddress().isLoopbackAddress() && options.tls().isEmpty() && !options.plaintext()) {
            throw new IOException("TCP beyond loopback needs TLS: address=" + address
                    + "; give tls(context), use a loopback address, or say plaintext(true) and know who can listen");
        }
    }

    private static Optional<SSLEngine> clientEngine(SocketAddress address, ConnectionOptions options) {
        if (!(address instanceof InetSocketAddress inet) || options.tls().isEmpty()) {
            return Optional.empty();
        }
        SSLContext context = options.tls().get();
        SSLEngine engine = context.createSSLEngine(inet.getHostString(), inet.getPort());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(TLS_VERSIONS);
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return Optional.of(engine);
    }

    private static SocketChannel open(SocketAddress address, Duration timeout)
            throws IOException, InterruptedException {
        boolean unix = address instanceof UnixDomainSocketAddress;
        SocketChannel channel = unix ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
        try {
            if (unix && LightThreads.isVirtual(Thread.currentThread())) {
                connectUnixElsewhere(channel, address, timeout);
            } else if (unix) {
                connectUnix(channel, address, timeout);
            } else {
                channel.socket().connect(address, (int) Math.min(Integer.MAX_VALUE, Math.max(1, timeout.toMillis())));
            }
            return channel;
        } catch (ClosedByInterruptException e) {
            Thread.interrupted();
            InterruptedException interrupted = new InterruptedException("interrupted while connecting");
            interrupted.initCause(e);
            throw interrupted;
        } catch (SocketTimeoutException e) {
            channel.close();
            throw named(new SocketTimeoutException("nobody answered in " + timeout + ": address=" + address), e);
        } catch (IOException e) {
            channel.close();
            throw named(
                    new ConnectException("nobody listens there: address=" + address + ", reason=" + e.getMessage()), e);
        }
    }

    /** The kernel waits without limit while the listener's queue is full; the socket is closed under it in the end. */
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the socket to be closed but who connects
    private static void connectUnix(SocketChannel channel, SocketAddress address, Duration timeout) throws IOException {
        CompletableFuture<Void> connected = new CompletableFuture<>();
        connected.orTimeout(Math.max(1, Deadline.remainingNanos(Deadline.in(timeout))), TimeUnit.NANOSECONDS);
        connected.whenComplete((done, late) -> {
            if (late != null) {
                closeLate(channel);
            }
        });
        try {
            channel.connect(address);
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (AsynchronousCloseException e) {
            throw named(new SocketTimeoutException("the listener's queue is full"), e);
        } finally {
            connected.complete(null);
        }
    }

    /** For a virtual thread, in which the socket would not block, and so fail if the listener's queue is full. */
    private static void connectUnixElsewhere(SocketChannel channel, SocketAddress address, Duration timeout)
            throws IOException {
        FutureTask<Void> connecting = new FutureTask<>(() -> {
            connectUnix(channel, address, timeout);
            return null;
        });
        Thread thread = new Thread(connecting, "ipcq-connect");
        thread.setDaemon(true);
        thread.start();
        try {
            connecting.get();
        } catch (InterruptedException e) {
            channel.close();
            throw new ClosedByInterruptException();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private static void closeLate(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static IOException named(IOException named, IOException cause) {
        named.initCause(cause);
        return named;
    }
}
