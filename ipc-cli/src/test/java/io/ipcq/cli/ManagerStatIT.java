// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ipcq.TestJvm;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A manager of another process that is stopped: who looks at it does not wait for its answer. */
@EnabledOnOs(OS.LINUX)
class ManagerStatIT {

    @TempDir
    Path directory;

    /** The command itself, in a JVM that a test can stop. */
    static final class Serving {
        private Serving() {}

        public static void main(String[] arguments) {
            Ipcq.main(arguments);
        }
    }

    @Test
    void shouldSayThatManagerIsStopped() {
        String socket = directory.resolve("run/socket").toString();
        String key = directory.resolve("key").toString();
        try (TestJvm manager = TestJvm.start(Serving.class, "manager", "serve", socket, "--key", key)) {
            manager.awaitLine("serves at ");
            Object[] stat = {"manager", "stat", socket, "--key", key};
            CommandRun.launched(stat).endsWith(0);
            manager.stop();
            await().atMost(60, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(CommandRun.here(stat)
                                    .endsWith(Ipcq.NOT_IN_ORDER)
                                    .out())
                            .contains("manager-stopped: pid " + manager.pid(), "kill -CONT " + manager.pid()));
            assertThat(CommandRun.here("top", directory, "--once", "--interval=0.1", "--manager", socket, "--key", key)
                            .endsWith(0)
                            .out())
                    .contains("manager-stopped: pid " + manager.pid());
            manager.cont();
            CommandRun.here(stat).endsWith(0);
        }
    }
}
