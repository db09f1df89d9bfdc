// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.TestJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queues work where no temporary file can be made. */
class TemporaryDirectoryIT {

    private static final int NOBODY = 65534;

    @TempDir
    Path directory;

    /** Uses every kind of queue, and one waits while another puts. */
    static final class User {
        public static void main(String[] args) throws Exception {
            Path place = Path.of(args[0]);
            use(SharedQueue.builder(String.class).create());
            use(SharedQueue.builder(String.class).create(place.resolve("ring")));
            use(DurableQueue.builder(String.class).create(place.resolve("journal")));
            use(DurableQueue.builder(String.class).create());
            System.out.println("all queues work");
        }

        private static void use(SharedQueue<String> queue) throws Exception {
            try (queue) {
                Task<?> waiting = Task.run(() -> assertThat(queue.get()).isEqualTo("a"));
                queue.put("a", Duration.ofSeconds(60));
                waiting.await();
                queue.delete();
            }
        }
    }

    private static void requireQueuesToWork(List<String> wrapper, Path temporary, Path place) {
        List<String> options = new ArrayList<>(DurableQueue.jvmOptions());
        options.add("-Djava.io.tmpdir=" + temporary);
        try (TestJvm user = TestJvm.startThrough(wrapper, options, User.class, place.toString())) {
            user.awaitLine("all queues work");
            user.awaitSuccess();
        }
    }

    @Test
    void shouldWorkWithoutTemporaryDirectory() {
        requireQueuesToWork(List.of(), directory.resolve("nonexistent"), directory);
    }

    @Test
    void shouldWorkWhereTemporaryDirectoryCannotBeWrittenTo() throws IOException {
        assumeTrue(DurableQueueRefusalTest.isRoot(), "only root can become somebody else");
        Path place = Files.createDirectory(directory.resolve("place"));
        Files.setAttribute(place, "unix:uid", NOBODY);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        requireQueuesToWork(DurableQueueFilesIT.NOBODY, directory, place);
    }
}
