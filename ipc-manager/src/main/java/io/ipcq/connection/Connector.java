// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.memory.Deadline;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** Makes connections: from an address to the end of the {@link Introduction}. */
final class Connector {

    private static final String[] TLS_VERSIONS = {"TLSv1.3"};

    private static final long FIRST_PAUSE_MILLIS = 5;
    private static final long LONGEST_PAUSE_MILLIS = 200;

    private Connector() {}

    /**
     * Tries again while the peer cuts the connection off before the keys are proved, as a listener with too many peers
     * does.
     */
    static Connection connect(SocketAddress address, AuthKey key, ConnectionOptions options)
            throws IOException, InterruptedException {
        requireProtected(address, options);
        long deadline = Deadline.in(options.connectTimeout());
        for (long pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
            SocketChannel channel = open(address, options, deadline);
            try {
                return introduce(new Introduction(
                        Handshake.Role.CLIENT, channel, key, options, clientEngines(address, options)));
            } catch (CutOffException e) {
                channel.close();
                long millis = pause + ThreadLocalRandom.current().nextLong(pause);
                if (Deadline.remainingNanos(deadline) < TimeUnit.MILLISECONDS.toNanos(millis)) {
                    throw e;
                }
                Thread.sleep(millis);
            } catch (IOException | InterruptedException | RuntimeException | Error e) {
                channel.close();
                throw e;
            }
        }
    }

    private static Connection introduce(Introduction introduction) throws IOException, InterruptedException {
        try {
            for (WireProgress progress = introduction.advance();
                    progress != WireProgress.DONE;
                    progress = introduction.advance()) {
                if (progress == WireProgress.WORK) {
                    introduction.work();
                } else {
                    introduction.await(progress);
                }
            }
            return introduction.connection();
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            introduction.close();
            throw e;
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

    private static Optional<Supplier<SSLEngine>> clientEngines(SocketAddress address, ConnectionOptions options) {
        if (!(address instanceof InetSocketAddress inet)) {
            return Optional.empty();
        }
        return options.tls().map(context -> () -> {
            SSLEngine engine = context.createSSLEngine(inet.getHostString(), inet.getPort());
            engine.setUseClientMode(true);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setProtocols(TLS_VERSIONS);
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            engine.setSSLParameters(parameters);
            return engine;
        });
    }

    /** For each peer of a listener. */
    static Optional<Supplier<SSLEngine>> listenerEngines(ListenerOptions options) {
        return options.connection().tls().map(context -> () -> {
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(false);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setProtocols(TLS_VERSIONS);
            parameters.setNeedClientAuth(options.clientCertificates());
            engine.setSSLParameters(parameters);
            return engine;
        });
    }

    private static SocketChannel open(SocketAddress address, ConnectionOptions options, long deadline)
            throws IOException, InterruptedException {
        Duration timeout = options.connectTimeout();
        try {
            return address instanceof UnixDomainSocketAddress unix
                    ? openUnix(unix, deadline)
                    : openTcp(address, deadline);
        } catch (ClosedByInterruptException e) {
            Thread.interrupted();
            InterruptedException interrupted = new InterruptedException("interrupted while connecting");
            interrupted.initCause(e);
            throw interrupted;
        } catch (SocketTimeoutException e) {
            throw named(new SocketTimeoutException("nobody answered in " + timeout + ": address=" + address), e);
        } catch (IOException e) {
            throw named(
                    new ConnectException("nobody listens there: address=" + address + ", reason=" + e.getMessage()), e);
        }
    }

    private static SocketChannel openTcp(SocketAddress address, long deadline) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            long millis = Math.max(1, Deadline.remainingMillis(deadline));
            channel.socket().connect(address, (int) Math.min(Integer.MAX_VALUE, millis));
            return channel;
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Tries again while the listener's queue is full. The kernel would wait there without limit, and a thread that is
     * about to wait is not woken when its socket is closed.
     */
    private static SocketChannel openUnix(UnixDomainSocketAddress address, long deadline)
            throws IOException, InterruptedException {
        for (long pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.configureBlocking(false);
                boolean connected = channel.connect(address);
                while (!connected) {
                    pauseBefore(deadline, pause, null);
                    connected = channel.finishConnect();
                }
                return channel;
            } catch (ConnectException | SocketTimeoutException e) {
                channel.close();
                throw e;
            } catch (SocketException e) {
                channel.close();
                if (!isUsableSocket(address.getPath())) {
                    throw e;
                }
                pauseBefore(deadline, pause, e);
            } catch (IOException | InterruptedException | RuntimeException | Error e) {
                channel.close();
                throw e;
            }
        }
    }

    private static boolean isUsableSocket(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).isOther() && Files.isWritable(path);
        } catch (NoSuchFileException | AccessDeniedException gone) {
            return false;
        }
    }

    private static void pauseBefore(long deadline, long pauseMillis, @Nullable IOException busy)
            throws SocketTimeoutException, InterruptedException {
        long left = Deadline.remainingMillis(deadline);
        if (left <= 0) {
            SocketTimeoutException late = new SocketTimeoutException(
                    "the listener's queue is full" + (busy == null ? "" : ": reason=" + busy.getMessage()));
            late.initCause(busy);
            throw late;
        }
        Thread.sleep(Math.min(left, 1 + ThreadLocalRandom.current().nextLong(pauseMillis)));
    }

    private static IOException named(IOException named, IOException cause) {
        named.initCause(cause);
        return named;
    }
}
