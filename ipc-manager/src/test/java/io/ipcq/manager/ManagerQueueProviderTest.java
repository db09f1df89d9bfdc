// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.codec.Codec;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.KeyStores;
import io.ipcq.connection.Listener;
import io.ipcq.connection.ListenerBuilder;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.EncodedQueue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Durable queues of a manager, by the address of each way to it. */
class ManagerQueueProviderTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final InetSocketAddress LOOPBACK = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir
    Path directory;

    private final AuthKey key = AuthKey.random();
    private Path keyFile;
    private ManagerServer server;

    /** A way to a manager. */
    enum Way {
        UNIX,
        TCP,
        TLS
    }

    @BeforeEach
    void saveKey() throws IOException {
        keyFile = directory.resolve("key");
        key.save(keyFile);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    /** Begins to serve, and says where a queue is. */
    private URI serve(Way way, String name) throws Exception {
        Path socket = directory.resolve("m.sock");
        ListenerBuilder listener = Listener.builder(
                        way == Way.UNIX ? UnixDomainSocketAddress.of(socket) : LOOPBACK, key)
                .handshakeTimeout(LONG);
        String trust = "";
        if (way == Way.TLS) {
            KeyStore certificate = KeyStores.make(directory.resolve("certificate"), "ip:127.0.0.1");
            listener.tls(KeyStores.context(certificate, null));
            Path pem = directory.resolve("ca.pem");
            Files.writeString(
                    pem,
                    "-----BEGIN CERTIFICATE-----\n"
                            + Base64.getMimeEncoder()
                                    .encodeToString(
                                            certificate.getCertificate("test").getEncoded())
                            + "\n-----END CERTIFICATE-----\n");
            trust = "&trust=" + pem;
        }
        server = ManagerServer.builder().directory(directory.resolve("queues")).bind(listener.bind());
        return URI.create(
                way == Way.UNIX
                        ? "ipcq:" + socket + "?queue=" + name + "&key=" + keyFile
                        : "ipcq://127.0.0.1:" + ((InetSocketAddress) server.address()).getPort() + "/" + name + "?key="
                                + keyFile + trust);
    }

    /** With a time for answers a queue is as it is without. */
    @ParameterizedTest
    @EnumSource
    void shouldGiveManagerTheTimeOfTheAddress(Way way) throws Exception {
        URI address = URI.create(serve(way, "orders") + "&answerTimeout=60.5");
        try (DurableQueue<String> queue = DurableQueue.openOrCreate(address, String.class);
                DurableQueue<String> there = deserialize(serialize(queue))) {
            queue.put("tea");
            assertThat(there.receive(LONG).ack()).isTrue();
        }
        for (String wrong : List.of("0", "-1", "soon", "1e10", "NaN")) {
            assertThatThrownBy(() ->
                            DurableQueue.open(URI.create(address.toString().replace("60.5", wrong)), String.class))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("number of seconds")
                    .hasMessageContaining("parameter=answerTimeout");
        }
    }

    /** It accepts, as the kernel does for a process that is stopped, and says nothing. */
    @Test
    void shouldSayThatManagerDoesNotAnswer() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            URI address = URI.create(
                    "ipcq://127.0.0.1:" + silent.getLocalPort() + "/orders?key=" + keyFile + "&answerTimeout=0.2");
            for (ThrowingCallable open : List.<ThrowingCallable>of(
                    () -> DurableQueue.open(address, String.class), () -> EncodedQueue.open(address))) {
                assertThatThrownBy(open)
                        .isInstanceOf(IOException.class)
                        .hasMessageStartingWith("the manager did not answer in time: address=ipcq://127.0.0.1:"
                                + silent.getLocalPort() + "/orders, timeout=PT0.2S");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldOpenByAddressAndPassOn(Way way) throws Exception {
        URI orders = serve(way, "orders");
        assertThatThrownBy(() -> DurableQueue.open(orders, String.class))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("orders")
                .message()
                .doesNotContain(keyFile.toString());
        assertThatThrownBy(() -> EncodedQueue.open(orders)).isInstanceOf(NoSuchFileException.class);
        try (DurableQueue<String> queue =
                        DurableQueue.builder(String.class).maxSize(10).openOrCreate(orders);
                DurableQueue<String> same = DurableQueue.open(orders, String.class);
                DurableQueue<String> there = deserialize(serialize(queue))) {
            queue.put("tea");
            Delivery<String> delivery = same.receive(LONG);
            assertThat(delivery.value()).isEqualTo("tea");
            assertThat(delivery.release()).isTrue();
            assertThat(there.receive(LONG).ack()).isTrue();
            assertThat(queue.options().maxSize()).isEqualTo(10);
            if (way == Way.TLS) { // of the others it is known
                try (ChildProcess child = new ChildProcess(ManagerQueueProviderTest::putMilk, queue)) {
                    child.start();
                    assertThat(same.get(LONG)).isEqualTo("milk");
                }
            }
            assertThatThrownBy(() -> DurableQueue.open(orders, byte[].class))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(Codec.bytes().id());
            assertThatThrownBy(
                            () -> DurableQueue.builder(String.class).maxSize(11).open(orders))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("maxSize");
            assertThatThrownBy(() ->
                            DurableQueue.builder(String.class).maxAttempts(7).open(orders))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("another maxAttempts");
            queue.put("still there");
        }
        try (DurableQueue<byte[]> encoded = EncodedQueue.open(orders)) {
            assertThat(encoded.codecId()).isEqualTo(Codec.utf8().id());
            assertThat(encoded.qsize()).isEqualTo(1);
        }
        try (DurableQueue<String> again = DurableQueue.open(orders, String.class)) {
            assertThat(again.get()).isEqualTo("still there");
            byte[] handle = serialize(again);
            again.delete();
            assertThatThrownBy(() -> deserialize(handle)).isInstanceOf(IOException.class);
        }
    }

    private static void putMilk(DurableQueue<String> queue) throws InterruptedException {
        queue.put("milk");
    }

    @Test
    void shouldSayWhatIsWrongWithAddress() throws Exception {
        URI orders = serve(Way.TCP, "orders");
        String host = "ipcq://" + orders.getAuthority();
        refuses(host + "/orders", "missing=key");
        refuses("ipcq://127.0.0.1/orders?key=" + keyFile, "host and port");
        refuses(host + "?key=" + keyFile, "names no queue");
        refuses(host + "/orders?queue=a&key=" + keyFile, "unknown=[queue]");
        refuses(host + "/orders?tls=yes&key=" + keyFile, "parameter=tls");
        refuses(host + "/-?key=" + keyFile, "a name has");
        refuses("ipcq:/m.sock?tls=true&queue=a&key=" + keyFile, "unknown=[tls]");
        refuses("ipcq:/m.sock?key=" + keyFile, "missing=queue");
    }

    /** Who makes a queue where there is none finds no reason for that here. */
    @Test
    void shouldNotTakeMissingFileForMissingQueue() throws Exception {
        String withKey = "ipcq://" + serve(Way.TCP, "orders").getAuthority() + "/orders?key=";
        Path missing = directory.resolve("missing");
        for (String address : List.of(withKey + missing, withKey + keyFile + "&trust=" + missing)) {
            assertThatThrownBy(() -> DurableQueue.open(URI.create(address), String.class))
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(NoSuchFileException.class)
                    .hasMessageContaining("file=" + missing);
        }
    }

    private static void refuses(String address, String message) {
        assertThatThrownBy(() -> DurableQueue.open(URI.create(address), String.class))
                .as(address)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void shouldSayThatNobodyIsThere() throws Exception {
        URI orders = serve(Way.TCP, "orders");
        server.close();
        assertThatThrownBy(() -> DurableQueue.open(orders, String.class)).isInstanceOf(IOException.class);
        Path others = directory.resolve("others");
        AuthKey.random().save(others);
        URI again = serve(Way.UNIX, "orders");
        assertThatThrownBy(() -> DurableQueue.open(
                        URI.create(again.toString().replace(keyFile.toString(), others.toString())), String.class))
                .isInstanceOf(IOException.class);
        Path empty = Files.createFile(directory.resolve("empty.pem"));
        assertThatThrownBy(() -> DurableQueue.open(URI.create(orders + "&trust=" + empty), String.class))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no certificate");
    }

    private static byte[] serialize(Object object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    @SuppressWarnings("unchecked")
    private static DurableQueue<String> deserialize(byte[] bytes) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return (DurableQueue<String>) in.readObject();
        }
    }
}
