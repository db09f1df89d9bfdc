// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static io.ipcq.connection.RawPeer.ascii;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two hundred strangers do what they can, all the time and from the same address: who knows the key is served all the
 * same. The soak also asks how soon.
 */
@Tag("once")
class HostileCrowdIT {

    private static final AuthKey KEY = AuthKey.random();
    private static final int STRANGERS = 200;
    private static final int TLS_STRANGERS = 2;
    private static final int TRIES = 100;
    private static final Duration WATCHDOG = Duration.ofSeconds(60);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final int SOON_AT_LEAST = Integer.getInteger("ipcq.crowd.soon", 0);

    @TempDir
    Path directory;

    private final List<Thread> crowd = new ArrayList<>();
    private volatile boolean over;

    @AfterEach
    void disperse() throws Exception {
        over = true;
        for (Thread thread : crowd) {
            thread.join();
        }
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private void begin(Callable<Void> attack) {
        Thread thread = new Thread(() -> {
            while (!over) {
                try {
                    attack.call();
                } catch (Exception cut) {
                    // as it has deserved
                }
            }
        });
        thread.start();
        crowd.add(thread);
    }

    /** What the strangers do in the clear. */
    private enum Kind {
        SAYS_NOTHING,
        TRICKLES,
        ANSWERS_WRONG,
        SPEAKS_ANOTHER_PROTOCOL,
        COMES_AND_GOES;

        private static final ByteBuffer TRICKLE = ByteBuffer.wrap(RawPeer.frame(new byte[200]));
        private static final byte[] WRONG = RawPeer.frame(ascii("{sha256}01234567890123456789012345678901"));
        private static final byte[] HTTP = ascii("GET / HTTP/1.1\r\n\r\n");

        /** False if the socket is over. */
        boolean goOn(SocketChannel channel, int round) throws IOException {
            int count = channel.read(ByteBuffer.allocate(100));
            if (count < 0) {
                return false;
            }
            switch (this) {
                case SAYS_NOTHING -> {}
                case TRICKLES -> channel.write(TRICKLE.slice(round % TRICKLE.limit(), 1));
                case ANSWERS_WRONG -> {
                    if (count > 0) {
                        channel.write(ByteBuffer.wrap(WRONG));
                    }
                }
                case SPEAKS_ANOTHER_PROTOCOL -> channel.write(ByteBuffer.wrap(HTTP));
                case COMES_AND_GOES -> {
                    return false;
                }
            }
            return true;
        }
    }

    /** All of them in one thread, as fast as it can. */
    private Void attack(InetSocketAddress address) throws IOException {
        SocketChannel[] sockets = new SocketChannel[STRANGERS];
        try {
            for (int round = 0; !over; round++) {
                for (int i = 0; i < STRANGERS; i++) {
                    if (sockets[i] == null) {
                        sockets[i] = SocketChannel.open(address);
                        sockets[i].configureBlocking(false);
                    } else if (!goOn(sockets[i], i, round)) {
                        sockets[i].close();
                        sockets[i] = null;
                    }
                }
            }
        } finally {
            for (SocketChannel socket : sockets) {
                if (socket != null) {
                    socket.close();
                }
            }
        }
        return null;
    }

    private static boolean goOn(SocketChannel socket, int number, int round) {
        try {
            return Kind.values()[number % Kind.values().length].goOn(socket, round);
        } catch (IOException cut) {
            return false;
        }
    }

    private void requireServed(Listener listener, ConnectionBuilder client) throws Exception {
        FutureTask<byte[]> server = ConnectionTest.inThread(() -> {
            for (int i = 0; i < TRIES; i++) {
                try (Connection next = listener.accept()) {
                    next.sendBytes(next.recvBytes());
                }
            }
            return new byte[0];
        });
        int soon = 0;
        for (int i = 0; i < TRIES; i++) {
            long began = System.nanoTime();
            try (Connection connection = client.connect()) {
                connection.sendBytes(new byte[9]);
                assertThat(connection.recvBytes()).hasSize(9);
            }
            if (System.nanoTime() - began < SOON.toNanos()) {
                soon++;
            }
        }
        server.get();
        assertThat(soon).isGreaterThanOrEqualTo(SOON_AT_LEAST);
    }

    @Test
    void shouldServeWhoKnowsTheKey() throws Exception {
        try (Listener listener = Patient.listener(loopback(), KEY).bind()) {
            begin(() -> attack((InetSocketAddress) listener.address()));
            requireServed(listener, Patient.client(listener.address(), KEY));
            disperse();
        }
    }

    @Test
    void shouldServeWhoKnowsTheKeyInsideTls() throws Exception {
        KeyStore own = KeyStores.make(directory.resolve("own"), "ip:127.0.0.1");
        SSLContext context = KeyStores.context(own, own);
        try (Listener listener = Listener.builder(loopback(), KEY)
                .tls(context)
                .handshakeTimeout(WATCHDOG)
                .bind()) {
            InetSocketAddress address = (InetSocketAddress) listener.address();
            begin(() -> attack(address));
            for (int i = 0; i < TLS_STRANGERS; i++) {
                begin(() -> askForNewKeys(context, address));
            }
            requireServed(listener, Patient.client(address, KEY).tls(context));
            disperse();
        }
    }

    private Void askForNewKeys(SSLContext context, InetSocketAddress address) throws IOException {
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(address.getAddress(), address.getPort())) {
            while (!over) {
                socket.startHandshake();
            }
        }
        return null;
    }
}
