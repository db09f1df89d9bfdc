// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.memory.Deadline;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsWireTest {

    private static final AuthKey KEY = AuthKey.random();
    private static final Duration LONG = Patient.TIME;

    @TempDir
    static Path directory;

    private static KeyStore own;
    private static KeyStore other;

    private final List<AutoCloseable> open = new ArrayList<>();
    private Connection client;
    private Connection server;

    @BeforeAll
    static void makeStores() throws Exception {
        own = KeyStores.make(directory.resolve("own"), "ip:127.0.0.1");
        other = KeyStores.make(directory.resolve("other"), "dns:other.example");
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
    }

    private Listener listen(KeyStore shown) throws Exception {
        return listen(builder(shown));
    }

    private Listener listen(ListenerBuilder builder) throws Exception {
        Listener listener = builder.bind();
        open.add(listener);
        return listener;
    }

    private static ListenerBuilder builder(KeyStore shown) throws Exception {
        return Patient.listener(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), KEY)
                .tls(KeyStores.context(shown, own));
    }

    private static ConnectionBuilder client(Listener listener, KeyStore trusted) throws Exception {
        return Patient.client(listener.address(), KEY).tls(KeyStores.context(null, trusted));
    }

    private void connect(Listener listener, ConnectionBuilder builder) throws Exception {
        client = builder.connect();
        open.add(client);
        server = listener.accept();
        open.add(server);
    }

    @Test
    void shouldCarryMessagesBothWaysAtOnce() throws Exception {
        Listener listener = listen(own);
        connect(listener, client(listener, own));
        Random random = new Random(1);
        for (int size : new int[] {0, 1, 16_383, 16_384, 16_385, 200_000, Limits.FRAME_BYTES}) {
            byte[] message = new byte[size];
            random.nextBytes(message);
            FutureTask<byte[]> echo = ConnectionTest.inThread(() -> {
                byte[] received = server.recvBytes();
                server.sendBytes(received);
                return received;
            });
            client.sendBytes(message);
            assertThat(client.recvBytes()).isEqualTo(message);
            assertThat(echo.get()).isEqualTo(message);
        }
        byte[] large = new byte[1 << 20];
        FutureTask<byte[]> up = ConnectionTest.inThread(server::recvBytes);
        FutureTask<byte[]> down = ConnectionTest.inThread(client::recvBytes);
        FutureTask<byte[]> sent = ConnectionTest.inThread(() -> {
            server.sendBytes(large);
            return large;
        });
        client.sendBytes(large);
        assertThat(up.get()).isEqualTo(large);
        assertThat(down.get()).isEqualTo(large);
        sent.get();
    }

    @Test
    void shouldSpeakNothingOlderThanThirteen() throws Exception {
        Listener listener = listen(own);
        SSLContext context = KeyStores.context(null, own);
        InetSocketAddress address = (InetSocketAddress) listener.address();
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(address.getAddress(), address.getPort())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
        }
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(address.getAddress(), address.getPort())) {
            socket.startHandshake();
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
            assertThat(new String(socket.getInputStream().readNBytes(15), java.nio.charset.StandardCharsets.US_ASCII))
                    .endsWith("#CHALLENGE#");
        }
    }

    @Test
    void shouldProveTheKeyInsideToo() throws Exception {
        Listener listener = listen(own);
        assertThatThrownBy(() -> Patient.client(listener.address(), AuthKey.random())
                        .tls(KeyStores.context(null, own))
                        .connect())
                .isInstanceOf(AuthenticationException.class);
        assertThat(listener.accept(Duration.ofMillis(20))).isEmpty();
    }

    @Test
    void shouldGetEverythingBeforeTheEnd() throws Exception {
        Listener listener = listen(own);
        connect(listener, client(listener, own));
        client.sendBytes(new byte[100_000]);
        client.close();
        assertThat(server.recvBytes()).hasSize(100_000);
        assertThatThrownBy(server::recvBytes).isInstanceOf(EOFException.class);
    }

    @Test
    void shouldGiveUpOnPeerThatDoesNotRead() throws Exception {
        Listener listener = listen(own);
        connect(listener, client(listener, own).writeTimeout(Duration.ofMillis(200)));
        byte[] message = new byte[1 << 20];
        assertThatThrownBy(() -> {
                    while (true) {
                        client.sendBytes(message);
                    }
                })
                .isInstanceOf(SocketTimeoutException.class);
        assertThat(client.isOpen()).isFalse();
    }

    @Test
    void shouldRefuseCertificateOfAnotherHost() throws Exception {
        Listener listener = listen(other);
        assertThatThrownBy(() -> client(listener, other).connect()).isInstanceOf(SSLException.class);
        assertThat(listener.accept(Duration.ofMillis(20))).isEmpty();
    }

    @Test
    void shouldRefuseCertificateThatIsNotTrusted() throws Exception {
        Listener listener = listen(own);
        assertThatThrownBy(() -> client(listener, other).connect()).isInstanceOf(SSLException.class);
        assertThat(listener.accept(Duration.ofMillis(20))).isEmpty();
    }

    @Test
    void shouldDemandCertificateOfClient() throws Exception {
        Listener listener = listen(builder(own).clientCertificates(true));
        assertThatThrownBy(() -> client(listener, own).connect())
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("alert");
        assertThatThrownBy(() ->
                        client(listener, own).tls(KeyStores.context(other, own)).connect())
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("alert");
        assertThat(listener.accept(Duration.ofMillis(20))).isEmpty();
        connect(listener, client(listener, own).tls(KeyStores.context(own, own)));
        client.sendBytes(new byte[3]);
        assertThat(server.recvBytes()).hasSize(3);
    }

    @Test
    void shouldRefusePeerInTheClear() throws Exception {
        Listener listener = listen(builder(own).handshakeTimeout(Duration.ofMillis(300)));
        assertThatThrownBy(() -> Patient.client(listener.address(), KEY).connect())
                .isInstanceOf(AuthenticationException.class)
                .hasMessageContaining("does not speak this protocol");
        assertThat(listener.accept(Duration.ofMillis(20))).isEmpty();
    }

    @Test
    void shouldTellCutFromEnd() throws Exception {
        for (boolean announced : new boolean[] {true, false}) {
            SocketChannel[] pair = pair();
            TlsWire here = new TlsWire(new ChannelWire(pair[0]), engine(KeyStores.context(null, own), true));
            TlsWire there = new TlsWire(new ChannelWire(pair[1]), engine(KeyStores.context(own, null), false));
            FutureTask<byte[]> handshake = ConnectionTest.inThread(() -> {
                handshake(there);
                return new byte[0];
            });
            handshake(here);
            handshake.get();
            if (announced) {
                there.close();
                assertThat(readToEnd(here)).isEqualTo(-1);
            } else {
                pair[1].close();
                assertThatThrownBy(() -> readToEnd(here))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("the connection was cut");
                there.close();
            }
            here.close();
        }
    }

    private static void handshake(TlsWire wire) throws Exception {
        for (WireProgress progress = wire.handshake(); progress != WireProgress.DONE; progress = wire.handshake()) {
            switch (progress) {
                case READ -> assertThat(wire.awaitReadable(Deadline.in(LONG))).isTrue();
                case WRITE -> assertThat(wire.awaitWritable(Deadline.in(LONG))).isTrue();
                default -> wire.work();
            }
        }
    }

    /** A JDK's client asks for new keys each time that it is told to begin a handshake which is over. */
    @Test
    void shouldDropPeerThatOnlyAsksForNewKeys() throws Exception {
        Listener listener = listen(own);
        InetSocketAddress address = (InetSocketAddress) listener.address();
        try (SSLSocket socket = (SSLSocket)
                KeyStores.context(null, own).getSocketFactory().createSocket(address.getAddress(), address.getPort())) {
            assertThatThrownBy(() -> {
                        while (true) {
                            socket.startHandshake();
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        connect(listener, client(listener, own));
    }

    @Test
    void shouldDropPeerThatAsksForNewKeysAndDoesNotRead() throws Exception {
        SSLContext context = KeyStores.context(own, own);
        try (ServerSocketChannel listening = ServerSocketChannel.open();
                SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket()) {
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            socket.connect(listening.getLocalAddress());
            SocketChannel channel = listening.accept();
            open.add(channel);
            channel.configureBlocking(false);
            UnreadWire unread = new UnreadWire(new ChannelWire(channel));
            TlsWire wire = new TlsWire(unread, engine(context, false));
            FutureTask<byte[]> asking = ConnectionTest.inThread(() -> {
                while (true) {
                    socket.startHandshake();
                    socket.getOutputStream().write(1);
                }
            });
            handshake(wire);
            unread.peerReads = false;
            assertThatThrownBy(() -> readToEnd(wire, 1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("does not read what TLS has to answer");
            wire.close();
            assertThatThrownBy(asking::get).hasCauseInstanceOf(IOException.class);
        }
    }

    /** As if what the kernel takes for the peer was full. */
    private static final class UnreadWire extends WireAround {

        private boolean peerReads = true;

        UnreadWire(Wire wire) {
            super(wire);
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            return peerReads ? super.write(source) : 0;
        }
    }

    private static int readToEnd(TlsWire wire) throws Exception {
        return readToEnd(wire, 0);
    }

    /** Also ends when more than so many bytes come at a time. */
    private static int readToEnd(TlsWire wire, int expected) throws Exception {
        while (true) {
            int count = wire.read(ByteBuffer.allocate(100));
            if (count < 0 || count > expected) {
                return count;
            }
            assertThat(count > 0 || wire.awaitReadable(Deadline.in(LONG))).isTrue();
        }
    }

    private SocketChannel[] pair() throws IOException {
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            SocketChannel[] pair = {SocketChannel.open(listening.getLocalAddress()), listening.accept()};
            for (SocketChannel channel : pair) {
                channel.configureBlocking(false);
            }
            open.addAll(Arrays.asList(pair));
            return pair;
        }
    }

    private static SSLEngine engine(SSLContext context, boolean client) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(client);
        return engine;
    }
}
