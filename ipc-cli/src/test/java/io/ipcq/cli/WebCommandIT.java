// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.queue.SharedQueue;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("once")
class WebCommandIT {

    static final int ENDED_BY_SIGTERM = 143;

    @TempDir
    Path parent;

    @Test
    void shouldServeUntilItIsEnded() throws Exception {
        SharedQueue.create(parent.resolve("letters"), String.class).close();
        Process process = CommandRun.launch("web", "--read-only", parent).start();
        try {
            WebClient client = new WebClient(URI.create(process.inputReader().readLine()));
            assertThat(client.get("/api/about").object()).containsEntry("readOnly", true);
            assertThat(client.ask("GET /", "", client.host()).body()).contains("<title>ipcq</title>");
            process.destroy();
            assertThat(process.waitFor()).isEqualTo(ENDED_BY_SIGTERM);
        } finally {
            process.destroyForcibly();
        }
    }
}
