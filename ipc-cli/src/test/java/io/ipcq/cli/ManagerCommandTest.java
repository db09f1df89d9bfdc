// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ipcq.connection.AuthKey;
import io.ipcq.manager.Manager;
import io.ipcq.manager.SharedCounter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ManagerCommandTest {

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int ipcq(String... arguments) {
        CommandLine command = Ipcq.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }

    @Test
    void shouldServeAndBeLookedAt() throws Exception {
        String socket = directory.resolve("run/socket").toString();
        Path key = directory.resolve("key");
        CompletableFuture<Integer> serving = CompletableFuture.supplyAsync(
                () -> ipcq("manager", "serve", socket, "--key", key.toString(), "--allow-shutdown"));
        await().atMost(60, TimeUnit.SECONDS).until(() -> out.toString().contains("serves at") || serving.isDone());
        assertThat(err.toString()).isEmpty();
        assertThat(ipcq("manager", "ping", socket, "--key", key.toString())).isZero();
        assertThat(out.toString()).contains("pid " + ProcessHandle.current().pid());
        try (Manager manager = Manager.connect(UnixDomainSocketAddress.of(socket), AuthKey.load(key));
                SharedCounter counter = manager.counter("hits")) {
            assertThat(counter.increment()).isEqualTo(1);
            assertThat(ipcq("manager", "ls", socket, "--key", key.toString())).isZero();
            assertThat(out.toString()).containsPattern("counter +1  hits");
            manager.shutdown();
        }
        assertThat(serving.get(60, TimeUnit.SECONDS)).isZero();
        assertThat(ipcq("manager", "ping", socket, "--key", key.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("nobody listens there");
    }

    @Test
    void shouldRefuseKeyThatOthersCanRead() throws Exception {
        Path key = Files.write(directory.resolve("key"), new byte[32]);
        Files.setPosixFilePermissions(key, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(ipcq("manager", "ping", directory.resolve("s").toString(), "--key", key.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("with mode 0600");
    }
}
