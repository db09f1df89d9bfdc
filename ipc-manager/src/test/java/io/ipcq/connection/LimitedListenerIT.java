// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A listener whose process gets no more threads, or descriptors, for those who come. */
class LimitedListenerIT {

    private static final AuthKey KEY = AuthKey.of(LimitedListener.SECRET);
    private static final Duration WATCHDOG = Duration.ofSeconds(60);
    private static final int STRANGERS = 200;

    private final List<AutoCloseable> peers = new ArrayList<>();
    private Process process;
    private InetSocketAddress address;

    /** Stacks are so large that the address space holds few of them. */
    private void start(String limit) throws IOException {
        process = new ProcessBuilder(
                        "sh",
                        "-c",
                        limit + "; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-Xss256m",
                        "-XX:CompressedClassSpaceSize=32m",
                        "-XX:ReservedCodeCacheSize=32m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LimitedListener.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader lines = process.inputReader();
        address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(lines.readLine()));
    }

    @AfterEach
    void end() throws Exception {
        leave();
        process.destroyForcibly().waitFor();
    }

    private void leave() throws Exception {
        for (AutoCloseable peer : peers) {
            peer.close();
        }
        peers.clear();
    }

    private void requireServed() throws Exception {
        try (Connection client = Patient.client(address, KEY).connect()) {
            client.sendBytes(new byte[9]);
            assertThat(client.recvBytes()).hasSize(9);
        }
    }

    private void surround() throws IOException {
        for (int i = 0; i < STRANGERS; i++) {
            peers.add(RawPeer.connect(address));
        }
    }

    /** False if no descriptor was left for it within its time. */
    private boolean isLetIn(ConnectionBuilder client) throws Exception {
        try {
            return peers.add(client.connect());
        } catch (SocketTimeoutException | CutOffException waits) {
            return false;
        }
    }

    private boolean rests() throws InterruptedException {
        long began = System.nanoTime();
        Duration before = process.info().totalCpuDuration().orElseThrow();
        Thread.sleep(300);
        Duration spent = process.info().totalCpuDuration().orElseThrow().minus(before);
        return spent.compareTo(Duration.ofNanos((System.nanoTime() - began) / 2)) < 0;
    }

    @Test
    void shouldServeWhereNoThreadCanBeMade() throws Exception {
        start("ulimit -v 8000000");
        surround();
        requireServed();
    }

    @Test
    void shouldServeWhileStrangersTakeAllDescriptors() throws Exception {
        start("ulimit -n 150");
        requireServed(); // so its classes are loaded, which takes descriptors where they are in a directory
        surround();
        requireServed();
    }

    @Test
    void shouldRestWhileItsOwnClientsTakeAllDescriptors() throws Exception {
        start("ulimit -n 150");
        requireServed();
        ConnectionBuilder hasty = Connection.builder(address, KEY).handshakeTimeout(Duration.ofMillis(500));
        boolean room = true;
        while (room || peers.size() <= 20) { // on a busy machine one may be late while there is room
            room = isLetIn(hasty);
        }
        await().atMost(WATCHDOG).until(this::rests); // once its code is compiled
        leave();
        await().atMost(WATCHDOG).ignoreExceptionsInstanceOf(IOException.class).untilAsserted(this::requireServed);
    }
}
