// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.manager.wire.ProtocolClient;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A manager whose process gets no more threads for those who ask for them; what its limits would let them have is more.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(300)
class LimitedManagerIT {

    private static final AuthKey KEY = AuthKey.of(HostileClientsServer.SECRET);
    private static final int BLOCKING_CALLS = 200;

    @TempDir
    Path directory;

    private Process process;
    private SocketAddress address;

    /** Stacks are so large that the address space holds few of them; a limit of processes would not be root's. */
    @BeforeEach
    void start() throws IOException {
        address = UnixDomainSocketAddress.of(directory.resolve("d/s")); // whose peers have time on a busy machine
        process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -v 8000000; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-Xss256m",
                        "-XX:CompressedClassSpaceSize=32m",
                        "-XX:ReservedCodeCacheSize=32m",
                        "-Xlog:disable",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostileClientsServer.class.getName(),
                        directory.toString(),
                        address.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.inputReader().readLine()).as("it listens").isEqualTo("0");
    }

    @AfterEach
    void end() throws Exception {
        process.destroyForcibly().waitFor();
    }

    private ProtocolClient connect() throws Exception {
        ProtocolClient client = new ProtocolClient(Connection.connect(address, KEY));
        client.result("open", "object", "own", Map.of("interface", HostileClientsServer.Own.class.getName()));
        return client;
    }

    private long threads() throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            return tasks.count();
        }
    }

    private static void requireServed(ProtocolClient client) throws Exception {
        client.result("open", "counter", "mine", Map.of());
        client.result("counter.add", "mine", 1);
        client.result("open", "queue", "letters", Map.of("codec", "utf8", "capacityBytes", 1 << 16));
        assertThat(client.result("queue.put", "letters", "letter", 0)).isEqualTo(true);
        assertThat(client.result("queue.get", "letters", 0)).isEqualTo("letter");
        assertThat(client.result("object.call", "own", "ok/0", List.of()))
                .as("with a thread that others have used")
                .isEqualTo(1);
    }

    @Test
    void shouldServeOthersWhereNoThreadCanBeMade() throws Exception {
        try (ProtocolClient first = connect()) {
            requireServed(first); // so the queue is there: its memory would be of the same address space
            try (ProtocolClient hostile = connect()) {
                for (int i = 0; i < BLOCKING_CALLS; i++) {
                    hostile.send("object.call", "own", "block/0", List.of());
                }
                hostile.result("ping");
                requireServed(first);
                assertThat(threads()).as("fewer than there are calls").isLessThan(BLOCKING_CALLS / 2);
                try (ProtocolClient late = connect()) {
                    requireServed(late);
                }
            }
            requireServed(first);
        }
    }
}
