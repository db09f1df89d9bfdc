// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worker for many machines, here with a queue in a directory: only the address differs. */
@Tag("once")
class ClusterWorkerIT {

    private static final int ENDED_BY_SIGTERM = 128 + 15;

    @TempDir
    Path directory;

    @Test
    void shouldFinishWhatItWorksOnAndLeaveTheRest() throws Exception {
        try (DurableQueue<String> orders = DurableQueue.create(directory.resolve("orders"), String.class)) {
            orders.putAll(List.of("tea", "milk"));
            ProcessBuilder command = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Dpacking.millis=5000", // longer than the signal takes
                            "-cp",
                            SampleProgram.classPath(),
                            ClusterWorker.class.getName())
                    .redirectErrorStream(true);
            command.environment().put("ORDERS", orders.directory().toUri().toString());
            Process worker = command.start();
            try (BufferedReader lines = worker.inputReader()) {
                assertThat(lines.readLine()).isEqualTo("takes orders");
                assertThat(lines.readLine()).isEqualTo("begins tea");
                worker.toHandle().destroy(); // the streams stay
                assertThat(lines.lines()).containsExactly("has packed tea", "ends");
                assertThat(worker.waitFor()).isEqualTo(ENDED_BY_SIGTERM);
            } finally {
                worker.destroyForcibly();
            }
            Delivery<String> rest = orders.receive();
            assertThat(rest.value()).isEqualTo("milk");
            assertThat(rest.attempts()).isEqualTo(1);
            assertThat(orders.stats().unfinished()).isEqualTo(1);
        }
    }
}
