// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of a listener, and of those who use it, when it is closed or something in it fails. */
class ListenerTest {

    private static final AuthKey KEY = AuthKey.random();
    private static final int ROUNDS = 100;
    private static final Duration STRANGERS_TIME = Duration.ofMillis(200);
    private static final Duration OWN_TIME = Duration.ofDays(1);

    @TempDir
    Path directory;

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static void requireServed(Listener listener) throws Exception {
        try (Connection client = Patient.client(listener.address(), KEY).connect();
                Connection server = listener.accept()) {
            client.sendBytes(new byte[3]);
            assertThat(server.recvBytes()).hasSize(3);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldFreeItsAddressWhenClosed(ConnectionTest.Kind kind) throws Exception {
        SocketAddress address =
                kind == ConnectionTest.Kind.UNIX ? UnixDomainSocketAddress.of(directory.resolve("s")) : loopback(0);
        for (int round = 0; round < ROUNDS; round++) {
            Listener listener = Patient.listener(address, KEY).bind();
            address = listener.address();
            if (round % 10 == 0) {
                requireServed(listener);
            }
            try (RawPeer silent = RawPeer.connect(address)) {
                listener.close();
                silent.awaitEnd();
            }
        }
    }

    @Test
    void shouldWaitLongerForOwnProcessesUnlessToldOtherwise() {
        ConnectionOptions options = Listener.builder(loopback(0), KEY).options().connection();
        assertThat(options.ownHandshakeTimeout())
                .isEqualTo(Limits.OWN_HANDSHAKE)
                .isGreaterThan(options.handshakeTimeout())
                .isEqualTo(Connection.builder(loopback(0), KEY).options().ownHandshakeTimeout());
    }

    private static <B extends OptionsBuilder<B>> B hasty(B builder) {
        return builder.handshakeTimeout(STRANGERS_TIME).ownHandshakeTimeout(OWN_TIME);
    }

    /** A process of this user does nothing for longer than a stranger may, on either side. */
    @Test
    void shouldWaitForOwnProcessThatIsStarved() throws Exception {
        byte[] secret = new byte[32];
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("other"));
        try (Listener listener = hasty(Listener.builder(
                                UnixDomainSocketAddress.of(directory.resolve("s")), AuthKey.of(secret)))
                        .bind();
                RawPeer client = RawPeer.connect(listener.address());
                ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(address);
            FutureTask<byte[]> connecting = ConnectionTest.inThread(() -> {
                hasty(Connection.builder(address, KEY)).connect().close();
                return new byte[0];
            });
            try (RawPeer server = new RawPeer(other.accept())) {
                Thread.sleep(2 * STRANGERS_TIME.toMillis());
                server.sendFrame("#CHALLENGE#no digest");
                assertThatThrownBy(connecting::get).cause().isInstanceOf(AuthenticationException.class);
            }
            client.clientHandshake(secret);
            listener.accept().close();
        }
    }

    /** Whose process it is at the other end of TCP the kernel does not say. */
    @Test
    void shouldNotWaitLongForStrangerThatSaysNothing() throws Exception {
        try (Listener listener = hasty(Listener.builder(loopback(0), KEY)).bind();
                RawPeer client = RawPeer.connect(listener.address());
                ServerSocketChannel other = ServerSocketChannel.open()) {
            client.awaitEnd();
            other.bind(loopback(0));
            assertThatThrownBy(() -> hasty(Connection.builder(other.getLocalAddress(), KEY))
                            .connect())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("handshake in time");
        }
    }

    /** Stopped processes of this user do not lock others out for as long as they are waited for. */
    @Test
    void shouldGivePlaceOfOwnProcessAfterAWhile() throws Exception {
        try (Listener listener = Listener.builder(UnixDomainSocketAddress.of(directory.resolve("s")), KEY)
                .handshakeTimeout(Duration.ofMillis(200))
                .ownHandshakeTimeout(Duration.ofMinutes(1))
                .maxPending(1)
                .bind()) {
            try (RawPeer stopped = RawPeer.connect(listener.address())) {
                stopped.receiveFrame();
                requireServed(listener);
                stopped.awaitEnd();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldTryAgainWhenItIsCutOff(ConnectionTest.Kind kind) throws Exception {
        boolean unix = kind == ConnectionTest.Kind.UNIX;
        try (ServerSocketChannel server =
                unix ? ServerSocketChannel.open(StandardProtocolFamily.UNIX) : ServerSocketChannel.open()) {
            server.bind(unix ? UnixDomainSocketAddress.of(directory.resolve("s")) : loopback(0));
            FutureTask<byte[]> connecting = ConnectionTest.inThread(() -> {
                Patient.client(server.getLocalAddress(), KEY).connect().close();
                return new byte[0];
            });
            for (int i = 0; i < 3; i++) {
                server.accept().close();
            }
            try (RawPeer peer = new RawPeer(server.accept())) {
                peer.sendFrame("#CHALLENGE#no digest");
                assertThatThrownBy(connecting::get).cause().isInstanceOf(AuthenticationException.class);
            }
        }
    }

    @Test
    void shouldTellWhoAcceptsThatItHasFailed() throws Exception {
        try (Listener listener = Listener.bind(loopback(0), KEY)) {
            FutureTask<byte[]> accepting = ConnectionTest.inThread(() -> {
                listener.accept();
                return new byte[0];
            });
            listener.over(); // as if its thread had ended
            assertThatThrownBy(accepting::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("the listener has failed");
            assertThatThrownBy(() -> listener.accept(Duration.ZERO)).hasMessageContaining("the listener has failed");
            Listener.bind(listener.address(), KEY).close();
        }
    }

    /** In the thread that all peers share, and in those that do the work of TLS. */
    @Test
    void shouldLoseNothingButThePeerByAnError() throws Exception {
        KeyStore own = KeyStores.make(directory.resolve("own"), "ip:127.0.0.1");
        FailingTls failing = new FailingTls(KeyStores.context(own, own));
        try (Listener listener =
                Patient.listener(loopback(0), KEY).tls(failing.context()).bind()) {
            SSLContext trusting = KeyStores.context(null, own);
            InetSocketAddress address = (InetSocketAddress) listener.address();
            for (FailingTls.Place place : FailingTls.Place.values()) {
                failing.failOnceAt(place);
                try (SSLSocket lost =
                        (SSLSocket) trusting.getSocketFactory().createSocket(address.getAddress(), address.getPort())) {
                    assertThatThrownBy(lost::startHandshake).as("%s", place).isInstanceOf(IOException.class);
                }
                assertThat(failing.hasFailed()).isTrue();
                Patient.client(address, KEY).tls(trusting).connect().close();
                listener.accept().close();
            }
        }
    }
}
