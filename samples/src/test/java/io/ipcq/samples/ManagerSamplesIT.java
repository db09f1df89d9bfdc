// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.connection.AuthKey;
import io.ipcq.manager.Manager;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.queue.SharedQueue;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("once")
class ManagerSamplesIT {

    @TempDir
    private Path directory;

    @Test
    void shouldShareManagedQueue() throws Exception {
        assertThat(SampleProgram.run(Sample10ManagedQueue.class))
                .map(line -> line.replaceAll("[0-9]+", "N"))
                .containsExactly(
                        "(N) start",
                        "writer started (N), its parent is (N)",
                        "reader started (N), its parent is (N)",
                        "reader got from the queue: d",
                        "reader got from the queue: o",
                        "reader got from the queue: n",
                        "reader got from the queue: g",
                        "reader got from the queue: G",
                        "reader got from the queue: e",
                        "(N) End");
    }

    @Test
    void shouldEndPipelineCleanly() throws Exception {
        assertThat(SampleProgram.run(Sample11Pipeline.class))
                .containsExactly("source: 100 numbers", "sink: 100 squares, sum 338350");
    }

    @Test
    void shouldShareWhatWorkersFindOut() throws Exception {
        assertThat(SampleProgram.run(Sample14SharedState.class))
                .containsExactly(
                        "words: [and, cat, dog, hippopotamus, saw, the]",
                        "the longest: hippopotamus",
                        "of 3 letters: 10",
                        "of 12 letters: 1");
    }

    @Test
    void shouldShareQueueWithPythonOverUnixSocket() throws Exception {
        AuthKey key = AuthKey.random();
        try (ManagerServer server = ManagerServer.bind(key)) {
            shareQueueWithPython(server, key, server.address().toString());
        }
    }

    @Test
    void shouldShareQueueWithPythonOverTcp() throws Exception {
        AuthKey key = AuthKey.random();
        SocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (ManagerServer server = ManagerServer.builder().bind(any, key)) {
            shareQueueWithPython(server, key, "127.0.0.1:" + ((InetSocketAddress) server.address()).getPort());
        }
    }

    private void shareQueueWithPython(ManagerServer server, AuthKey key, String address) throws Exception {
        assumeTrue(python("-c", "print('there')").contains("there"), "there is no python3");
        Path keyFile = directory.resolve("key");
        key.save(keyFile);
        try (Manager manager = Manager.connect(server.address(), key);
                SharedQueue<String> queue = manager.queue("letters", String.class)) {
            python(script(), address, keyFile.toString(), "put", "letters", "A", "B", "ü");
            assertThat(queue.get(Duration.ofMinutes(3))).isEqualTo("A");
            assertThat(queue.getNow()).isEqualTo("B");
            queue.put("from Java");
            assertThat(python(script(), address, keyFile.toString(), "get", "letters", "2"))
                    .isEqualTo("ü\nfrom Java\n");
            assertThat(queue.qsize()).isZero();
        }
    }

    private static String script() {
        Path path = Path.of("src/main/python/ipcq_client.py");
        return (Files.exists(path) ? path : Path.of("samples").resolve(path)).toString();
    }

    private static String python(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("python3"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectInput(new File("/dev/null"));
        builder.environment().put("PYTHONIOENCODING", "utf-8");
        builder.environment().put("PYTHONUTF8", "1");
        Process process;
        try {
            process = builder.start();
        } catch (IOException missing) {
            return "";
        }
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output).isZero();
            return output;
        } finally {
            process.destroyForcibly();
        }
    }
}
