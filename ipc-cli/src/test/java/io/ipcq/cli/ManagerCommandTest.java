// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.LIMIT;
import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.connection.AuthKey;
import io.ipcq.manager.Manager;
import io.ipcq.manager.SharedCounter;
import io.ipcq.manager.SharedLock;
import io.ipcq.manager.SharedSemaphore;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManagerCommandTest {

    @TempDir
    private Path directory;

    @Test
    void shouldServeAndBeLookedAt() throws Exception {
        String socket = directory.resolve("run/socket").toString();
        Path key = directory.resolve("key");
        CompletableFuture<CommandRun> serving = CompletableFuture.supplyAsync(
                () -> CommandRun.here("manager", "serve", socket, "--key", key, "--allow-shutdown"));
        await().until(() -> serving.isDone()
                || CommandRun.here("manager", "ping", socket, "--key", key).code() == 0);
        long pid = ProcessHandle.current().pid();
        assertThat(CommandRun.here("manager", "ping", socket, "--key", key)
                        .endsWith(0)
                        .out())
                .contains("pid " + pid);
        assertThat(CommandRun.here("manager", "ping", socket, "--key", key, "--json")
                        .objects()
                        .get(0))
                .containsEntry("pid", (int) pid);
        try (Manager manager = Manager.connect(UnixDomainSocketAddress.of(socket), AuthKey.load(key));
                SharedCounter counter = manager.counter("hits")) {
            assertThat(counter.increment()).isEqualTo(1);
            assertThat(CommandRun.here("manager", "ls", socket, "--key", key)
                            .endsWith(0)
                            .out())
                    .containsPattern("counter +1  hits");
            assertThat(CommandRun.here("manager", "ls", socket, "--key", key, "--json")
                            .objects())
                    .containsExactly(Map.of("type", "counter", "name", "hits", "holders", 1));
            CommandRun stat =
                    CommandRun.here("manager", "stat", socket, "--key", key).endsWith(0);
            assertThat(stat.out()).contains("pid       " + pid, "names     1 counter", "holders   1");
            assertThat(CommandRun.here("manager", "stat", socket, "--key", key, "--json")
                            .objects())
                    .singleElement()
                    .satisfies(object ->
                            assertThat(object).containsEntry("pid", (int) pid).containsEntry("holders", 1));
            // on a busy machine its answer may be overdue
            await().untilAsserted(() -> assertThat(CommandRun.here(
                                    "top", directory, "--once", "--interval=0.1", "--manager", socket, "--key", key)
                            .endsWith(0)
                            .out())
                    .contains("manager " + socket + ", pid " + pid, "1 counter"));
            lookAtLocks(manager, socket, key);
            CommandRun.here("manager", "stop", socket, "--key", key).endsWith(2);
            assertThat(CommandRun.here("manager", "stop", socket, "--key", key, "--yes")
                            .endsWith(0)
                            .err())
                    .contains("ends the manager of pid " + pid, "1 name");
        }
        CommandRun served = serving.get(LIMIT.toSeconds(), TimeUnit.SECONDS).endsWith(0);
        assertThat(served.out()).contains("serves at ");
        assertThat(served.err()).isEmpty();
        assertThat(CommandRun.here("manager", "stat", socket, "--key", key)
                        .endsWith(ExitCodes.NOT_IN_ORDER)
                        .out())
                .contains("does not answer");
        assertThat(CommandRun.here("manager", "ping", socket, "--key", key)
                        .endsWith(1)
                        .err())
                .contains("nobody listens there");
    }

    private static void lookAtLocks(Manager manager, String socket, Path key) {
        try (SharedLock lock = manager.lock("till");
                SharedSemaphore permits = manager.semaphore("doors", 3)) {
            assertThat(CommandRun.here("lock", "ls", socket, "--key", key)
                            .endsWith(0)
                            .lines())
                    .anySatisfy(line -> assertThat(line).containsPattern("lock +- .* till$"));
            lock.lock();
            assertThat(permits.tryAcquire()).isTrue();
            String thread =
                    ProcessHandle.current().pid() + "/" + Thread.currentThread().getId();
            assertThat(CommandRun.here("lock", "ls", socket, "--key", key)
                            .endsWith(0)
                            .lines())
                    .anySatisfy(line -> assertThat(line).containsPattern("lock +" + thread + " .* 1 .* 0  till$"))
                    .anySatisfy(
                            line -> assertThat(line).containsPattern("semaphore +" + thread + " .* 1 .* 0  doors$"));
            assertThat(CommandRun.here("lock", "ls", socket, "till", "--key", key, "--json")
                            .objects())
                    .singleElement()
                    .satisfies(object -> assertThat(object)
                            .containsEntry("type", "lock")
                            .containsEntry("waiting", 0)
                            .extracting("holders")
                            .asString()
                            .contains("thread=" + thread));
            CommandRun.here("lock", "release", socket, "till", "--key", key).endsWith(2);
            assertThat(lock.isLocked()).isTrue();
            CommandRun.here("lock", "release", socket, "till", "--client=0", "--key", key, "--yes")
                    .endsWith(1);
            assertThat(CommandRun.here("lock", "release", socket, "till", "--key", key, "--yes")
                            .endsWith(0)
                            .err())
                    .contains("takes lock till from " + thread);
            assertThat(lock.isLocked()).isFalse();
            assertThat(CommandRun.here("lock", "release", socket, "till", "--key", key, "--yes")
                            .endsWith(1)
                            .err())
                    .contains("nobody holds it");
        }
    }

    @Test
    void shouldRefuseKeyThatOthersCanRead() throws Exception {
        Path key = Files.write(directory.resolve("key"), new byte[32]);
        Files.setPosixFilePermissions(key, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(CommandRun.here("manager", "ping", directory.resolve("s"), "--key", key)
                        .endsWith(1)
                        .err())
                .contains("with mode 0600");
    }
}
