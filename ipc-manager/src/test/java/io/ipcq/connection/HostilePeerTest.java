// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static io.ipcq.connection.RawPeer.ascii;
import static io.ipcq.connection.RawPeer.frame;
import static io.ipcq.connection.RawPeer.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ipcq.OpenFiles;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class HostilePeerTest {

    private static final byte[] SECRET = ascii("the secret of this test, 32 bytes");
    private static final AuthKey KEY = AuthKey.of(SECRET);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
    }

    private Listener listen(Duration handshake) throws IOException {
        return listen(Listener.builder(loopback(), KEY).handshakeTimeout(handshake));
    }

    private Listener listen(ListenerBuilder builder) throws IOException {
        Listener listener = builder.bind();
        open.add(listener);
        return listener;
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private RawPeer peer(Listener listener) throws IOException {
        RawPeer peer = RawPeer.connect(listener.address());
        open.add(peer);
        return peer;
    }

    private void requireServed(Listener listener) throws Exception {
        try (Connection good = Patient.client(listener.address(), KEY).connect();
                Connection server = listener.accept()) {
            good.sendBytes(new byte[9]);
            assertThat(server.recvBytes()).hasSize(9);
        }
    }

    /** Where time is short: who is late on a busy machine comes again. */
    private void requireServedInTheEnd(Listener listener) {
        await().atMost(WATCHDOG).ignoreExceptionsInstanceOf(IOException.class).until(() -> {
            try (Connection good = Patient.client(listener.address(), KEY).connect()) {
                good.sendBytes(new byte[9]);
                try (Connection server = listener.accept(SHORT).orElseThrow(EOFException::new)) {
                    return server.recvBytes().length == 9;
                }
            }
        });
    }

    @Test
    void shouldDropPeerThatSaysNothing() throws Exception {
        Listener listener = listen(SHORT);
        RawPeer peer = peer(listener);
        peer.awaitEnd();
        requireServedInTheEnd(listener);
    }

    @Test
    void shouldDropPeerThatSendsByteByByte() throws Exception {
        Listener listener = listen(SHORT);
        RawPeer peer = peer(listener);
        FutureTask<byte[]> trickle = ConnectionTest.inThread(() -> {
            for (byte b : frame(new byte[200])) {
                peer.send(new byte[] {b});
                Thread.sleep(100);
            }
            return new byte[0];
        });
        peer.awaitEnd();
        assertThatThrownBy(trickle::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(IOException.class);
        requireServedInTheEnd(listener);
    }

    @Test
    void shouldServeOthersWhileSilentPeersWait() throws Exception {
        Listener listener = listen(WATCHDOG);
        for (int i = 0; i < 50; i++) {
            peer(listener);
        }
        requireServed(listener);
    }

    /** What others speak; {@link HandshakeFuzz} makes up more. */
    @Test
    void shouldDropOtherProtocols() throws Exception {
        Listener listener = listen(WATCHDOG);
        for (byte[] greeting : List.of(
                ascii("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                ascii("SSH-2.0-client\r\n"),
                ascii("*1\r\n$4\r\nPING\r\n"),
                new byte[] {22, 3, 1, 0, 5, 1, 0, 0, 1, 3},
                frame(ascii("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}")),
                frame(new byte[0]))) {
            RawPeer peer = peer(listener);
            peer.send(greeting);
            peer.awaitEnd();
        }
        assertThat(listener.accept(Duration.ZERO)).isEmpty();
        requireServed(listener);
    }

    @Test
    void shouldDropGiantLengthsWithoutWaiting() throws Exception {
        Listener listener = listen(WATCHDOG);
        for (byte[] header : List.of(
                ints(Integer.MAX_VALUE),
                ints(257),
                ints(-2),
                ints(Integer.MIN_VALUE),
                ints(-1, Integer.MAX_VALUE, -1),
                ints(-1, -1, -1),
                ints(-1, 0, 257))) {
            RawPeer peer = peer(listener);
            peer.send(header);
            peer.awaitEnd();
        }
        requireServed(listener);
    }

    private static byte[] ints(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length);
        buffer.asIntBuffer().put(values);
        return buffer.array();
    }

    @Test
    void shouldRefuseReflectedChallenge() throws Exception {
        Listener listener = listen(WATCHDOG);
        RawPeer peer = peer(listener);
        byte[] challenge = peer.proveKey(SECRET);
        assertThat(peer.receiveFrame()).isEqualTo(ascii("#WELCOME#"));
        peer.send(frame(join(ascii("#CHALLENGE#"), challenge)));
        assertThatThrownBy(peer::receiveFrame).isInstanceOf(EOFException.class);
        requireServed(listener);
    }

    @Test
    void shouldRefuseChallengeReflectedFromAnotherConnection() throws Exception {
        Listener listener = listen(WATCHDOG);
        RawPeer waiting = peer(listener);
        byte[] unanswered = waiting.receiveFrame();
        RawPeer peer = peer(listener);
        peer.proveKey(SECRET);
        assertThat(peer.receiveFrame()).isEqualTo(ascii("#WELCOME#"));
        peer.send(frame(unanswered));
        assertThatThrownBy(peer::receiveFrame).isInstanceOf(EOFException.class);
    }

    /**
     * This process listens, and connects to somebody who does not know the key, and has it answer its own challenge.
     */
    @Test
    void shouldNotAnswerItsOwnChallengeForARelay() throws Exception {
        Listener listener = listen(WATCHDOG);
        try (ServerSocketChannel relay = ServerSocketChannel.open().bind(loopback())) {
            FutureTask<byte[]> verdict = ConnectionTest.inThread(() -> {
                RawPeer asked = peer(listener);
                try (RawPeer victim = new RawPeer(relay.accept())) {
                    victim.send(frame(asked.receiveFrame()));
                    asked.send(frame(victim.receiveFrame()));
                    return asked.receiveFrame();
                }
            });
            assertThatThrownBy(
                            () -> Patient.client(relay.getLocalAddress(), KEY).connect())
                    .isInstanceOf(AuthenticationException.class)
                    .hasMessageContaining("a challenge that this process has given");
            assertThatThrownBy(verdict::get).hasCauseInstanceOf(EOFException.class);
        }
        requireServed(listener);
    }

    @Test
    void shouldRefuseWrongAnswersAndMd5() throws Exception {
        Listener listener = listen(WATCHDOG);
        Set<String> questions = new HashSet<>();
        for (int kind = 0; kind < 5; kind++) {
            RawPeer peer = peer(listener);
            byte[] question = peer.receiveFrame();
            assertThat(questions.add(HexFormat.of().formatHex(question)))
                    .as("a fresh one")
                    .isTrue();
            byte[] message = Arrays.copyOfRange(question, 11, question.length);
            assertThat(question).startsWith(ascii("#CHALLENGE#{sha256}")).hasSize(11 + 8 + 40);
            byte[] right = RawPeer.hmac("HmacSHA256", SECRET, message);
            peer.send(frame(
                    switch (kind) {
                        case 0 -> new byte[0];
                        case 1 -> right;
                        case 2 -> join(ascii("{sha256}"), RawPeer.hmac("HmacSHA256", new byte[1], message));
                        case 3 -> RawPeer.hmac("HmacMD5", SECRET, message);
                        default -> join(ascii("{md5}"), RawPeer.hmac("HmacMD5", SECRET, message));
                    }));
            assertThat(peer.receiveFrame()).isEqualTo(ascii("#FAILURE#"));
            assertThatThrownBy(peer::receiveFrame).isInstanceOf(EOFException.class);
        }
        assertThat(listener.accept(Duration.ZERO)).isEmpty();
        requireServed(listener);
    }

    @Test
    void shouldRefuseListenerThatWantsMd5() throws Exception {
        for (byte[] challenge : List.of(new byte[20], join(ascii("{md5}"), new byte[40]))) {
            try (ServerSocketChannel server = ServerSocketChannel.open().bind(loopback())) {
                FutureTask<byte[]> answer = ConnectionTest.inThread(() -> {
                    try (RawPeer peer = new RawPeer(server.accept())) {
                        peer.send(frame(join(ascii("#CHALLENGE#"), challenge)));
                        return peer.receiveFrame();
                    }
                });
                assertThatThrownBy(() ->
                                Patient.client(server.getLocalAddress(), KEY).connect())
                        .isInstanceOf(AuthenticationException.class);
                assertThatThrownBy(answer::get).hasCauseInstanceOf(EOFException.class);
            }
        }
    }

    @Test
    void shouldGivePlaceOfTheOldestToTheNext() throws Exception {
        Listener listener = listen(
                Listener.builder(loopback(), KEY).handshakeTimeout(WATCHDOG).maxPending(4));
        List<RawPeer> silent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            RawPeer peer = peer(listener);
            peer.receiveFrame();
            silent.add(peer);
        }
        requireServed(listener);
        for (RawPeer peer : silent.subList(0, 197)) {
            peer.awaitEnd();
        }
        silent.get(199).send(frame(new byte[1])); // it has its place, and is answered
        assertThat(silent.get(199).receiveFrame()).isEqualTo(ascii("#FAILURE#"));
    }

    /** All addresses that begin with 127 are this machine's. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldTakePlacesFromTheAddressThatHasMost() throws Exception {
        Listener listener = listen(
                Listener.builder(loopback(), KEY).handshakeTimeout(WATCHDOG).maxPending(4));
        RawPeer slow = RawPeer.connect(listener.address(), new InetSocketAddress("127.0.0.2", 0));
        open.add(slow);
        byte[] question = slow.receiveFrame();
        for (int i = 0; i < 50; i++) {
            peer(listener).receiveFrame();
        }
        slow.answer(SECRET, question);
        assertThat(slow.receiveFrame()).isEqualTo(ascii("#WELCOME#"));
    }

    @Test
    void shouldShareThePlacesOfOneOrigin() throws Exception {
        assertThat(origin("2001:db8:1:2:3::4")).isEqualTo(origin("2001:db8:1:2:ffff::1"));
        assertThat(origin("2001:db8:1:2::1")).isNotEqualTo(origin("2001:db8:1:3::1"));
        assertThat(origin("192.0.2.1")).isEqualTo(origin("192.0.2.1")).isNotEqualTo(origin("192.0.2.2"));
        assertThat(origin("::ffff:192.0.2.1")).isEqualTo(origin("192.0.2.1"));
    }

    private static Object origin(String address) throws IOException {
        return Newcomer.origin(new InetSocketAddress(InetAddress.getByName(address), 1), Optional.empty());
    }

    @Test
    void shouldKeepPlacesOfThoseWhoProvedTheKey() throws Exception {
        Listener listener = listen(
                Listener.builder(loopback(), KEY).handshakeTimeout(WATCHDOG).maxPending(2));
        List<RawPeer> good = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            RawPeer peer = peer(listener);
            peer.proveKey(SECRET);
            peer.receiveFrame();
            good.add(peer);
        }
        RawPeer late = peer(listener); // waits in the kernel's queue
        for (RawPeer peer : good) {
            peer.challenge();
            listener.accept().close();
        }
        late.clientHandshake(SECRET);
        listener.accept().close();
    }

    @Test
    void shouldSurviveCutAtEveryByteAndReturnEverything() throws Exception {
        Listener listener = listen(WATCHDOG);
        byte[] rest = RawPeer.afterProof(new byte[300]);
        int answer = 4 + 8 + 32;
        requireServed(listener);
        long descriptors = descriptors();
        for (int cut = 0; cut < answer + rest.length; cut++) {
            try (RawPeer peer = RawPeer.connect(listener.address())) {
                byte[] question = peer.receiveFrame();
                byte[] message = Arrays.copyOfRange(question, 11, question.length);
                byte[] all = join(frame(join(ascii("{sha256}"), RawPeer.hmac("HmacSHA256", SECRET, message))), rest);
                peer.send(Arrays.copyOf(all, cut));
                peer.endSending();
                if (cut >= all.length - (4 + 300)) { // the handshake was complete
                    try (Connection cutOff = listener.accept()) {
                        assertThatThrownBy(cutOff::recvBytes).as("cut=%d", cut).isInstanceOf(IOException.class);
                    }
                }
                peer.awaitEnd();
            }
        }
        assertThat(listener.accept(Duration.ZERO)).isEmpty();
        await().atMost(WATCHDOG).until(() -> descriptors() <= descriptors);
        requireServed(listener);
    }

    private static long descriptors() throws IOException {
        return OpenFiles.descriptors().stream()
                .filter(file -> file.startsWith("socket:"))
                .count();
    }

    @Test
    void shouldStillSendToPeerThatEndedItsSending() throws Exception {
        Listener listener = listen(WATCHDOG);
        RawPeer peer = peer(listener);
        peer.clientHandshake(SECRET);
        Connection server = listener.accept();
        open.add(server);
        peer.send(frame(new byte[5]));
        peer.endSending();
        assertThat(server.recvBytes()).hasSize(5);
        assertThatThrownBy(server::recvBytes).isInstanceOf(EOFException.class);
        server.sendBytes(new byte[6]);
        assertThat(peer.receiveFrame()).hasSize(6);
    }

    @Test
    void shouldReadLongFormOfLength() throws Exception {
        Listener listener = listen(WATCHDOG);
        RawPeer peer = peer(listener);
        peer.clientHandshake(SECRET);
        Connection server = listener.accept();
        open.add(server);
        for (int size : new int[] {0, 5, 100_000}) {
            FutureTask<byte[]> received = ConnectionTest.inThread(server::recvBytes);
            peer.send(join(ints(-1, 0, size), new byte[size]));
            assertThat(received.get()).hasSize(size);
        }
    }
}
