// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ipcq.LiveObjects;
import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConnectionTest {

    enum Kind {
        UNIX,
        TCP
    }

    private static final AuthKey KEY = AuthKey.random();
    private static final int CONNECTIONS = 20;

    @TempDir
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();
    private Connection client;
    private Connection server;

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
    }

    private SocketAddress address(Kind kind) {
        return kind == Kind.UNIX
                ? UnixDomainSocketAddress.of(directory.resolve("d/s"))
                : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private Listener listen(ListenerBuilder builder) throws IOException {
        Listener listener = builder.bind();
        open.add(listener);
        return listener;
    }

    private void connect(Kind kind) throws Exception {
        Listener listener = listen(Patient.listener(address(kind), KEY));
        connect(Patient.client(listener.address(), KEY), listener);
    }

    private void connect(ConnectionBuilder builder, Listener listener) throws Exception {
        client = builder.connect();
        open.add(client);
        server = listener.accept();
        open.add(server);
    }

    @ParameterizedTest
    @EnumSource
    void shouldCarryMessagesOfAllSizesBothWays(Kind kind) throws Exception {
        connect(kind);
        Random random = new Random(1);
        for (int size : new int[] {0, 1, 3, 4, 5, 8187, 8188, 8189, 65531, 65532, 65533, 200_000, Limits.FRAME_BYTES}) {
            byte[] message = new byte[size];
            random.nextBytes(message);
            FutureTask<byte[]> received = inThread(server::recvBytes);
            client.sendBytes(message);
            assertThat(received.get()).isEqualTo(message);
            received = inThread(client::recvBytes);
            server.sendBytes(message);
            assertThat(received.get()).isEqualTo(message);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldCarryCodecValues(Kind kind) throws Exception {
        connect(kind);
        client.send(Codec.utf8(), "hällo");
        client.sendBytes(new byte[] {(byte) 0xff});
        client.send(Codec.json(Integer.class), 7);
        assertThat(server.recv(Codec.utf8())).isEqualTo("hällo");
        assertThatThrownBy(() -> server.recv(Codec.utf8())).isInstanceOf(CodecException.class);
        assertThat(server.recv(Codec.json(Integer.class))).isEqualTo(7);
    }

    @Test
    void shouldKnowThePeerOfAUnixSocket() throws Exception {
        connect(Kind.UNIX);
        assertThat(server.peer()).isPresent().isEqualTo(client.peer());
    }

    @ParameterizedTest
    @EnumSource
    void shouldPoll(Kind kind) throws Exception {
        connect(kind);
        assertThat(server.poll()).isFalse();
        long before = System.nanoTime();
        assertThat(server.poll(Duration.ofMillis(50))).isFalse();
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
        client.sendBytes(new byte[3]);
        assertThat(server.poll(Duration.ofMinutes(1))).isTrue();
        assertThat(server.poll()).isTrue();
        assertThat(server.recvBytes()).hasSize(3);
        assertThat(server.poll()).isFalse();
        client.close();
        assertThat(server.poll(Duration.ofMinutes(1))).isTrue();
        assertThatThrownBy(server::recvBytes).isInstanceOf(EOFException.class);
    }

    @ParameterizedTest
    @EnumSource
    void shouldGetEverythingBeforeTheEnd(Kind kind) throws Exception {
        connect(kind);
        for (int i = 0; i < 100; i++) {
            client.sendBytes(new byte[i]);
        }
        client.close();
        for (int i = 0; i < 100; i++) {
            assertThat(server.recvBytes()).hasSize(i);
        }
        assertThatThrownBy(server::recvBytes).isInstanceOf(EOFException.class);
        assertThatThrownBy(client::recvBytes)
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("it was closed on this side");
    }

    @ParameterizedTest
    @EnumSource
    void shouldStayIntactWhenReceiverIsInterrupted(Kind kind) throws Exception {
        connect(kind);
        for (boolean light : new boolean[] {false, true}) {
            CompletableFuture<Throwable> failure = new CompletableFuture<>();
            Runnable receiver = () -> {
                try {
                    server.recvBytes();
                    failure.complete(null);
                } catch (Throwable e) {
                    failure.complete(e);
                }
            };
            Thread thread = light ? LightThreads.start("receiver", receiver) : new Thread(receiver);
            if (!light) {
                thread.start();
            }
            while (thread.getState() == Thread.State.NEW || server.poll()) {
                Thread.onSpinWait();
            }
            thread.interrupt();
            assertThat(failure.get()).isInstanceOf(InterruptedException.class);
            client.sendBytes(new byte[5]);
            assertThat(server.recvBytes()).hasSize(5);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldWakeReceiverWhenClosed(Kind kind) throws Exception {
        connect(kind);
        FutureTask<byte[]> received = inThread(server::recvBytes);
        assertThat(client.poll(Duration.ofMillis(50))).isFalse();
        server.close();
        assertThatThrownBy(received::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("it was closed on this side");
        assertThatThrownBy(client::recvBytes).isInstanceOf(EOFException.class);
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveUpOnPeerThatDoesNotRead(Kind kind) throws Exception {
        Listener listener = listen(Patient.listener(address(kind), KEY));
        connect(Patient.client(listener.address(), KEY).writeTimeout(Duration.ofMillis(200)), listener);
        byte[] message = new byte[1 << 20];
        assertThatThrownBy(() -> {
                    while (true) {
                        client.sendBytes(message);
                    }
                })
                .isInstanceOf(SocketTimeoutException.class);
        assertThat(client.isOpen()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void shouldReceiveWhatPeerHadSentAfterSendingFailed(Kind kind) throws Exception {
        connect(kind);
        client.sendBytes(new byte[] {1});
        client.sendBytes(new byte[100_000]);
        client.close();
        assertThatThrownBy(() -> {
                    while (true) {
                        server.sendBytes(new byte[1000]);
                    }
                })
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(SocketTimeoutException.class);
        assertThat(server.isOpen()).isFalse();
        assertThat(server.recvBytes()).containsExactly(1);
        assertThat(server.recvBytes()).hasSize(100_000);
        assertThatThrownBy(() -> server.sendBytes(new byte[1]))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("nothing can be sent any more");
        assertThatThrownBy(server::recvBytes).isInstanceOf(IOException.class);
    }

    /**
     * A line of /proc/net/tcp has the timer that runs, 2 if it is this one, and when it ends, in hundredths of a
     * second.
     */
    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldAskInTimeWhetherTheMachineOfSilentPeerIsThere() throws Exception {
        connect(Kind.TCP);
        String port = String.format(":%04X ", ((InetSocketAddress) client.remoteAddress()).getPort());
        // another timer runs until the last message was acknowledged
        await().atMost(60, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(timers(port)).hasSize(2).allSatisfy(timer -> {
                    assertThat(timer).startsWith("02:");
                    assertThat(Long.parseLong(timer.substring(3), 16)).isBetween(1L, 3000L);
                }));
    }

    private static List<String> timers(String port) throws IOException {
        List<String> timers = new ArrayList<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            Files.readAllLines(Path.of(table)).stream()
                    .filter(line -> line.contains(port) && line.contains(" 01 ")) // connected
                    .map(line -> line.strip().split(" +")[5])
                    .forEach(timers::add);
        }
        return timers;
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseWhatIsTooLarge(Kind kind) throws Exception {
        Listener listener = listen(Patient.listener(address(kind), KEY).maxFrameBytes(1000));
        connect(Patient.client(listener.address(), KEY), listener);
        assertThatThrownBy(() -> server.sendBytes(new byte[1001]))
                .isInstanceOf(FrameTooLargeException.class)
                .hasMessageContaining("bytes=1001, limit=1000");
        server.sendBytes(new byte[1000]);
        assertThat(client.recvBytes()).hasSize(1000);
        client.sendBytes(new byte[1001]);
        assertThatThrownBy(server::recvBytes).isInstanceOf(FrameTooLargeException.class);
        assertThat(server.isOpen()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseAnotherKey(Kind kind) throws Exception {
        Listener listener = listen(Patient.listener(address(kind), KEY));
        assertThatThrownBy(() ->
                        Patient.client(listener.address(), AuthKey.random()).connect())
                .isInstanceOf(AuthenticationException.class)
                .hasMessageContaining("refused the key");
        assertThat(listener.accept(Duration.ofMillis(20))).isEmpty();
    }

    private static long bytesOutsideOfTheHeap() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    /** What large messages take passes with them: of connections that have carried one there may be thousands. */
    @ParameterizedTest
    @EnumSource
    void shouldKeepOnlySmallBuffers(Kind kind) throws Exception {
        Listener listener = listen(Patient.listener(address(kind), KEY));
        byte[] large = new byte[1 << 20];
        long before = bytesOutsideOfTheHeap();
        for (int i = 0; i < CONNECTIONS; i++) {
            connect(Patient.client(listener.address(), KEY), listener);
            FutureTask<byte[]> there = inThread(server::recvBytes);
            client.sendBytes(large);
            FutureTask<byte[]> back = inThread(client::recvBytes);
            server.sendBytes(there.get());
            assertThat(back.get()).isEqualTo(large);
        }
        long ends = 2L * CONNECTIONS;
        // also threads that copy have some, until they have ended
        await().atMost(Patient.TIME)
                .untilAsserted(() -> assertThat(bytesOutsideOfTheHeap() - before)
                        .isLessThan(2 * ends * FrameReader.SMALL_BUFFER + 3 * FrameReader.STEP));
    }

    @Test
    void shouldKeepMessagesWholeWhenSeveralSend() throws Exception {
        connect(Kind.UNIX);
        List<FutureTask<byte[]>> senders = new ArrayList<>();
        for (int sender = 0; sender < 4; sender++) {
            byte id = (byte) sender;
            senders.add(inThread(() -> {
                for (int i = 0; i < 500; i++) {
                    byte[] message = new byte[1 + i * 37];
                    java.util.Arrays.fill(message, id);
                    client.sendBytes(message);
                }
                return new byte[0];
            }));
        }
        int[] counts = new int[4];
        for (int i = 0; i < 2000; i++) {
            byte[] message = server.recvBytes();
            for (byte b : message) {
                assertThat(b).isEqualTo(message[0]);
            }
            assertThat(message).hasSize(1 + 37 * counts[message[0]]++);
        }
        for (FutureTask<byte[]> sender : senders) {
            sender.get();
        }
    }

    static FutureTask<byte[]> inThread(java.util.concurrent.Callable<byte[]> work) {
        FutureTask<byte[]> task = new FutureTask<>(work);
        Thread thread = new Thread(task, "test");
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    /** Whoever waits for many connections may come to a closed one late. */
    @ParameterizedTest
    @EnumSource
    void shouldKeepNoMessageOnceItIsClosed(Kind kind) throws Exception {
        int large = 8 << 20;
        byte[] secret = new byte[32];
        Listener listener = listen(Patient.listener(address(kind), AuthKey.of(secret)));
        try (RawPeer peer = RawPeer.connect(listener.address());
                ConnectionSelector<String> selector = new ConnectionSelector<>()) {
            peer.clientHandshake(secret);
            server = listener.accept();
            open.add(server);
            ConnectionSelector.Registration registration = selector.register(server, "server");
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> sendHalf(peer, large));
            while (!sent.isDone()) {
                assertThat(registration.recvBytes()).isNull();
            }
            assertThat(registration.recvBytes()).isNull();
            assertThat(registration.sendBytes(new byte[large])).isFalse();
            long before = LiveObjects.bytes(byte[].class);
            server.close();
            assertThat(before - LiveObjects.bytes(byte[].class)).isGreaterThan(large + large / 2);
        }
    }

    private static void sendHalf(RawPeer peer, int size) {
        try {
            peer.send(Arrays.copyOf(RawPeer.frame(new byte[size]), size - 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
