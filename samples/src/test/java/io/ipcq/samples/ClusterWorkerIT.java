// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worker for many machines, here with a queue in a directory: only the address differs. */
@Tag("once")
class ClusterWorkerIT {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int ENDED_BY_SIGTERM = 128 + 15;

    @TempDir
    Path directory;

    @Test
    void shouldFinishWhatItWorksOnAndLeaveTheRest() throws Exception {
        try (DurableQueue<String> orders = DurableQueue.create(directory.resolve("orders"), String.class)) {
            ProcessBuilder command = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Dpacking.millis=1",
                            "-Dipcq.archive=off", // the pool's is the only process that it starts
                            "-cp",
                            SampleProgram.classPath(),
                            ClusterWorker.class.getName())
                    .redirectErrorStream(true);
            command.environment().put("ORDERS", orders.directory().toUri().toString());
            Process worker = command.start();
            try (BufferedReader lines = worker.inputReader()) {
                assertThat(lines.readLine()).isEqualTo("takes orders");
                await().atMost(PATIENCE).until(() -> worker.children().count() == 1);
                ProcessHandle packer = worker.children().findFirst().orElseThrow();
                try {
                    run("kill", "-STOP", packer.pid());
                    orders.putAll(List.of("tea", "milk"));
                    assertThat(lines.readLine()).isEqualTo("begins tea");
                    worker.toHandle().destroy(); // the streams stay
                    await().atMost(PATIENCE)
                            .untilAsserted(
                                    () -> assertThat(knowsThatItEnds(worker)).isTrue()); // or jstack gives up
                    run("kill", "-CONT", packer.pid());
                    assertThat(lines.lines()).containsExactly("has packed tea", "ends");
                    assertThat(worker.waitFor()).isEqualTo(ENDED_BY_SIGTERM);
                } finally {
                    packer.destroyForcibly();
                }
            } finally {
                worker.destroyForcibly();
            }
            Delivery<String> rest = orders.receive();
            assertThat(rest.value()).isEqualTo("milk");
            assertThat(rest.attempts()).isEqualTo(1);
            assertThat(orders.stats().unfinished()).isEqualTo(1);
        }
    }

    /** Whether the thread that the signal has started waits for what was begun. */
    private static boolean knowsThatItEnds(Process worker) throws Exception {
        Path jstack = Path.of(System.getProperty("java.home"), "bin", "jstack");
        return run(jstack, worker.pid())
                .lines()
                .dropWhile(line -> !line.contains("\"graceful end\""))
                .limit(20)
                .anyMatch(line -> line.contains("CountDownLatch.await"));
    }

    /** What the command prints. */
    private static String run(Object... command) throws Exception {
        Process process = new ProcessBuilder(
                        Stream.of(command).map(Object::toString).toList())
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        return printed;
    }
}
