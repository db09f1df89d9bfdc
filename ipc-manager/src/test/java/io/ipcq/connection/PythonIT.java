// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both ways against the {@code multiprocessing.connection} of each Python that is installed. */
@Tag("once")
class PythonIT {

    private static final String SECRET = "sixteen bytes at least";
    private static final AuthKey KEY = AuthKey.of(SECRET.getBytes(UTF_8));

    private static final String PRELUDE = """
            import os, sys
            from multiprocessing.connection import Client, Listener, AuthenticationError
            key = os.environ['IPCQ_TEST_KEY'].encode()
            address = sys.argv[1] if sys.argv[1].startswith('/') else (sys.argv[1].split(':')[0], int(sys.argv[1].split(':')[1]))
            """;

    private static final String CLIENT = PRELUDE + """
            try:
                with Client(address, authkey=key) as c:
                    for n in (0, 1, 16380, 16384, 16385, 300000):
                        c.send_bytes(bytes(n))
                        assert c.recv_bytes() == bytes(n) + b'!'
                print('ok')
            except (AuthenticationError, EOFError) as e:
                print('refused')
            """;

    private static final String LISTENER = PRELUDE + """
            with Listener(address, authkey=key) as l:
                print(l.address if isinstance(l.address, str) else '%s:%d' % l.address, flush=True)
                try:
                    with l.accept() as c:
                        try:
                            while True:
                                c.send_bytes(c.recv_bytes() + b'!')
                        except EOFError:
                            print('ok')
                except (AuthenticationError, EOFError) as e:
                    print('refused')
            """;

    @TempDir
    Path directory;

    /** An interpreter, whether it is of the MD5 form, and the kind of address. */
    record Peer(String python, boolean legacy, boolean unix) {}

    static Stream<Peer> peers() throws Exception {
        List<String> candidates = new ArrayList<>(List.of("python3"));
        Path versions = Path.of(System.getProperty("user.home"), ".pyenv", "versions");
        if (Files.isDirectory(versions)) {
            try (var found = Files.list(versions)) {
                found.map(version -> version.resolve("bin/python3"))
                        .filter(Files::isExecutable)
                        .forEach(python -> candidates.add(python.toString()));
            }
        }
        List<Peer> peers = new ArrayList<>();
        for (String python : candidates) {
            String version = version(python);
            if (version.startsWith("3.")) {
                boolean legacy = Integer.parseInt(version.substring(2)) < 12;
                peers.add(new Peer(python, legacy, true));
                peers.add(new Peer(python, legacy, false));
            }
        }
        // so that a machine without Python skips, and does not fail for want of arguments
        return peers.isEmpty() ? Stream.of(new Peer("", false, true)) : peers.stream();
    }

    private static String version(String python) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(
                            python,
                            "-c",
                            "import sys, multiprocessing.connection; print('%d.%d' % sys.version_info[:2])")
                    .start();
            String version = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            return process.waitFor() == 0 ? version : "";
        } catch (IOException missing) {
            return "";
        }
    }

    @ParameterizedTest
    @MethodSource("peers")
    void shouldServePythonClient(Peer peer) throws Exception {
        assumeThat(peer.python()).isNotEmpty();
        try (Listener listener =
                Patient.listener(address(peer), KEY).legacyMd5(peer.legacy()).bind()) {
            Process python = start(peer, CLIENT, text(listener.address()));
            try (Connection connection = listener.accept()) {
                for (int i = 0; i < 6; i++) {
                    byte[] message = connection.recvBytes();
                    connection.sendBytes(RawPeer.join(message, new byte[] {'!'}));
                }
                assertThat(output(python).readLine()).isEqualTo("ok");
            } finally {
                python.destroyForcibly();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("peers")
    void shouldConnectToPythonListener(Peer peer) throws Exception {
        assumeThat(peer.python()).isNotEmpty();
        Process python = start(peer, LISTENER, text(address(peer)));
        try (BufferedReader output = output(python)) {
            SocketAddress address = address(output.readLine());
            try (Connection connection =
                    Patient.client(address, KEY).legacyMd5(peer.legacy()).connect()) {
                for (int size : new int[] {0, 1, 16380, 16384, 16385, 300_000}) {
                    connection.sendBytes(new byte[size]);
                    assertThat(connection.recvBytes()).hasSize(size + 1).endsWith((byte) '!');
                }
            }
            assertThat(output.readLine()).isEqualTo("ok");
        } finally {
            python.destroyForcibly();
        }
    }

    @ParameterizedTest
    @MethodSource("peers")
    void shouldRefuseOldPythonUnlessSwitchedOn(Peer peer) throws Exception {
        assumeThat(peer.legacy()).isTrue();
        try (Listener listener = Patient.listener(address(peer), KEY).bind()) {
            Process python = start(peer, CLIENT, text(listener.address()));
            assertThat(output(python).readLine()).isEqualTo("refused");
        }
        Process python = start(peer, LISTENER, text(address(peer)));
        try (BufferedReader output = output(python)) {
            SocketAddress address = address(output.readLine());
            assertThatThrownBy(() -> Patient.client(address, KEY).connect())
                    .isInstanceOf(AuthenticationException.class)
                    .hasMessageContaining("legacyMd5(true)");
            assertThat(output.readLine()).isEqualTo("refused");
        }
        python.waitFor(); // it removes its socket
    }

    @ParameterizedTest
    @MethodSource("peers")
    void shouldRefusePythonWithAnotherKey(Peer peer) throws Exception {
        assumeThat(peer.python()).isNotEmpty();
        try (Listener listener = Patient.listener(address(peer), AuthKey.random())
                .legacyMd5(peer.legacy())
                .bind()) {
            Process python = start(peer, CLIENT, text(listener.address()));
            assertThat(output(python).readLine()).isEqualTo("refused");
        }
    }

    @Test
    void shouldTakeShortKeyOnlyIfTold() {
        assertThatThrownBy(() -> AuthKey.of("abracadabra".getBytes(UTF_8)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> AuthKey.ofPythonKey(new byte[0])).isInstanceOf(IllegalArgumentException.class);
        assertThat(AuthKey.ofPythonKey("abracadabra".getBytes(UTF_8))).hasToString("AuthKey[hidden]");
    }

    private SocketAddress address(Peer peer) {
        return peer.unix()
                ? UnixDomainSocketAddress.of(directory.resolve("s"))
                : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static SocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        return text.startsWith("/")
                ? UnixDomainSocketAddress.of(text)
                : new InetSocketAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    private static String text(SocketAddress address) {
        return address instanceof InetSocketAddress inet
                ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
                : address.toString();
    }

    private static Process start(Peer peer, String program, String address) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(peer.python(), "-c", program, address)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("IPCQ_TEST_KEY", SECRET);
        return builder.start();
    }

    private static BufferedReader output(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    }
}
