// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ipcq.process.Program;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What hooks of a program can do with its manager while the JVM ends, and what is left of it then. */
class ManagerAtExitIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    /** Ends without closing its manager, which a hook uses some time after the others have begun. */
    static final class Ending {
        public static void main(String[] arguments) throws Exception {
            Manager manager = Manager.start();
            var map = manager.map("map", String.class, Integer.class);
            System.out.println(
                    "socket " + ((UnixDomainSocketAddress) manager.address().orElseThrow()).getPath());
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    Thread.sleep(500);
                    map.put("one", 1);
                    System.out.println("hook: " + map.get("one"));
                } catch (Exception e) {
                    System.out.println("hook failed: " + e);
                }
            }));
            System.out.println("ready");
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    @Test
    void shouldServeHooksAndLeaveNothing() throws Exception {
        try (Program program = Program.startAsGroup(directory, Ending.class)) {
            await().atMost(PATIENCE).until(() -> program.output().contains("ready"));
            program.signalGroup("SIGTERM");
            program.exitCode();
            assertThat(program.output()).contains("hook: 1");
            await().atMost(PATIENCE).until(() -> program.descendants().isEmpty());
            String socket = program.output().lines().findFirst().orElseThrow().substring("socket ".length());
            assertThat(Path.of(socket)).doesNotExist();
            assertThat(Path.of(socket).getParent()).doesNotExist();
        }
    }
}
