// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.connection.AuthKey;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.queue.QueueStorageException;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The disk of a server is full, and its client over TCP is told as if it had the queue itself. */
@Timeout(120)
@Tag("once")
class ServedStorageIT {

    private static final AuthKey KEY = AuthKey.random();

    @TempDir
    Path volume;

    private boolean mounted;

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            run("umount", "-l", volume.toString());
        }
    }

    private static boolean run(String... command) throws Exception {
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void shouldSayHowManyOfBatchWerePut() throws Exception {
        mounted = run("mount", "-t", "tmpfs", "-o", "size=200m,mode=700", "tmpfs", volume.toString());
        assumeTrue(mounted, "only root can mount a file system");
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (ManagerServer server = ManagerServer.builder().directory(volume).bind(anyPort, KEY);
                Manager manager = Manager.connect(server.address(), KEY);
                SharedQueue<String> queue = manager.durableQueue("queue", String.class)) {
            String filler = "x".repeat(500_000);
            List<String> batch =
                    IntStream.range(0, 600).mapToObj(i -> i + ":" + filler).toList();
            QueueStorageException full = catchThrowableOfType(QueueStorageException.class, () -> queue.putAll(batch));
            assertThat(full.put()).isBetween(1, 599);
            assertThat(full)
                    .hasMessageContaining("the first " + full.put() + " of 600 elements were put")
                    .hasMessageContaining("No space left on device");
            assertThat(queue.qsize()).isEqualTo(full.put());
            full = catchThrowableOfType(QueueStorageException.class, () -> queue.put("1" + filler));
            assertThat(full.put()).isZero();
            for (int i = 0; i < 5; i++) {
                assertThat(queue.get()).startsWith(i + ":");
            }
        }
    }
}
