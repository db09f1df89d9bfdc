// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.AuthenticationException;
import io.ipcq.connection.Connection;
import io.ipcq.connection.RawPeer;
import io.ipcq.pool.PrintingLogProvider;
import io.ipcq.process.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looks for a known key, and for what peers sent, in all that others can read of the processes involved. */
@Tag("once")
class SecrecyIT {

    private static final Duration WATCHDOG = Duration.ofSeconds(60);
    private static final byte[] SECRET = RawPeer.ascii("s3cretKeyOfThisTest-with32bytes!");
    private static final byte[] WRONG = RawPeer.ascii("wr0ngKeyOfThisTest-with-32bytes!");
    private static final String PAYLOAD = "pAyL0ad";

    @TempDir
    Path directory;

    @TempDir
    Path keys;

    private Path keyFile;

    @BeforeEach
    void save() throws IOException {
        keyFile = keys.resolve("key");
        AuthKey.of(SECRET).save(keyFile);
    }

    private Program start(Class<?> program) throws IOException {
        List<String> options = List.of(
                "-Dipcq.archive=off",
                "-Dslf4j.provider=" + PrintingLogProvider.class.getName(),
                "-cp",
                System.getProperty("java.class.path"));
        return Program.start(directory, options, program.getName(), keyFile.toString());
    }

    private static void awaitOutput(Program program, String text) {
        await().atMost(WATCHDOG)
                .pollInterval(Duration.ofMillis(20))
                .failFast(
                        () -> assertThat(program.isAlive()).as(program.output()).isTrue())
                .until(() -> program.output().contains(text));
    }

    /** A key as somebody might print it. */
    private static List<String> forms(byte[] key) {
        String hex = HexFormat.of().formatHex(key);
        return List.of(
                new String(key, ISO_8859_1),
                hex,
                hex.toUpperCase(Locale.ROOT),
                HexFormat.ofDelimiter(":").formatHex(key),
                Base64.getEncoder().withoutPadding().encodeToString(key),
                Arrays.toString(key));
    }

    private static void requireSecret(String where, byte[] content, byte[] key) {
        String text = new String(content, ISO_8859_1);
        for (String form : forms(key)) {
            assertThat(text.contains(form))
                    .as("%s contains the key as %s", where, form)
                    .isFalse();
        }
    }

    @Test
    void shouldKeepTheKeyOutOfEverythingThatOthersCanRead() throws Exception {
        try (Program program = start(SecrecyPrograms.Family.class)) {
            awaitOutput(program, "\nready\n");
            List<ProcessHandle> jvms = new ArrayList<>(program.descendants());
            assertThat(jvms).as(program.output()).hasSizeGreaterThanOrEqualTo(4);
            assertThat(program.output()).contains("pool: ", "client: ", "AuthKey[hidden]", "AuthenticationException");
            for (ProcessHandle jvm : jvms) {
                for (String file : List.of("cmdline", "environ")) {
                    Path path = Path.of("/proc", Long.toString(jvm.pid()), file);
                    byte[] content = Files.readAllBytes(path);
                    assertThat(content).as(path.toString()).isNotEmpty();
                    requireSecret(path.toString(), content, SECRET);
                }
            }
            requireSecret("the output", program.output().getBytes(ISO_8859_1), SECRET);
            requireNoFileWithKey();
        }
    }

    /** The tasks that the key travelled in have been read, and are gone. */
    private void requireNoFileWithKey() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                requireSecret(file.toString(), Files.readAllBytes(file), SECRET);
            }
        }
    }

    @Test
    void shouldLogNeitherKeyNorWhatPeersSent() throws Exception {
        try (Program program = start(SecrecyPrograms.Server.class)) {
            awaitOutput(program, "port=");
            Matcher port = Pattern.compile("port=(\\d+)").matcher(program.output());
            assertThat(port.find()).isTrue();
            InetSocketAddress address =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port.group(1)));
            // a listener logs one line a second: each kind of peer waits until that of the one before is there
            rejected(program, address, 1, RawPeer.frame(RawPeer.ascii(PAYLOAD)));
            rejected(program, address, 2, RawPeer.ascii("GET /" + PAYLOAD + " HTTP/1.1\r\n\r\n"));
            rejected(program, address, 3, RawPeer.join(ints(-1, 1, 1), RawPeer.ascii(PAYLOAD)));
            assertThatThrownBy(() -> Connection.connect(address, AuthKey.of(WRONG)))
                    .isInstanceOf(AuthenticationException.class);
            sayNonsense(address);
            oversize(address);
            awaitDropped(program, 4);
            awaitOutput(program, "a client is gone");
            requireSecret("the log", program.output().getBytes(ISO_8859_1), SECRET);
            requireSecret("the log", program.output().getBytes(ISO_8859_1), WRONG);
            assertThat(program.output()).doesNotContainIgnoringCase(PAYLOAD);
        }
    }

    private static void rejected(Program program, InetSocketAddress address, int number, byte[] bytes)
            throws IOException, InterruptedException {
        try (RawPeer peer = RawPeer.connect(address)) {
            peer.receiveFrame();
            peer.send(bytes);
            peer.endSending();
            peer.awaitEnd();
        }
        awaitDropped(program, number);
        Thread.sleep(1_100); // the next line is another second's
    }

    private static void awaitDropped(Program program, int times) {
        await().atMost(WATCHDOG)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> program.output().split("a peer was dropped", -1).length > times);
    }

    private static byte[] ints(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length);
        buffer.asIntBuffer().put(values);
        return buffer.array();
    }

    /** With the right key, but otherwise of no sense. */
    private static void sayNonsense(InetSocketAddress address) throws Exception {
        try (Connection client = Connection.connect(address, AuthKey.of(SECRET))) {
            for (String message : List.of(
                    PAYLOAD,
                    "{\"" + PAYLOAD + "\":",
                    "[".repeat(1000) + PAYLOAD,
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + PAYLOAD + "\"}",
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + PAYLOAD + ".x\",\"params\":[\"" + PAYLOAD + "\"]}",
                    "{\"jsonrpc\":\"2.0\",\"id\":{\"" + PAYLOAD + "\":1},\"method\":\"ping\"}",
                    open("queue", "{\"codec\":\"json:" + PAYLOAD + "\",\"maxSize\":\"" + PAYLOAD + "\"}"),
                    open("queue", "{\"codec\":\"utf8\"}"),
                    request("queue.put", "\"name\",{\"" + PAYLOAD + "\":1},0"),
                    request("queue.put", "\"name\",\"" + PAYLOAD + "\",\"" + PAYLOAD + "\""),
                    open("map", "{}"),
                    request("map.put", "\"name\",\"" + PAYLOAD + "\""),
                    request("map.putAll", "\"name\",\"" + PAYLOAD + "\""),
                    open("object", "{\"interface\":\"" + PAYLOAD + "\"}"),
                    open("object", "{\"interface\":\"" + ManagerContract.Inventory.class.getName() + "\"}"),
                    request("object.call", "\"name\",\"" + PAYLOAD + "/1\",[\"" + PAYLOAD + "\"]"),
                    request("object.call", "\"name\",\"add/1\",[\"" + PAYLOAD + "\"]"),
                    request("object.call", "\"name\",\"fail/1\",[\"" + PAYLOAD + "\"]"))) {
                client.sendBytes(message.getBytes(StandardCharsets.UTF_8));
                client.recvBytes();
            }
        }
    }

    private static String open(String type, String options) {
        return request("open", "\"" + type + "\",\"name\"," + options);
    }

    private static String request(String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":[" + params + "]}";
    }

    private static void oversize(InetSocketAddress address) throws IOException {
        try (RawPeer peer = RawPeer.connect(address)) {
            peer.clientHandshake(SECRET);
            peer.send(RawPeer.join(ints(Integer.MAX_VALUE), RawPeer.ascii(PAYLOAD.repeat(100))));
            peer.awaitEnd();
        }
    }
}
