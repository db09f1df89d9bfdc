// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveDirectoryTest {

    private static final String PREFIX = "ipcq-test-";
    private static final String DEAD =
            EarlierProcess.withPid(ProcessHandle.current().pid()).text();

    /** The first process of this machine, or of this container. */
    private static final String LIVING = ProcessIdentity.of(1).text();

    @TempDir
    Path base;

    private Path ownedBy(String owner) throws IOException {
        return Files.createTempDirectory(base, PREFIX + owner + "-");
    }

    private static Path leave(Path old) throws IOException {
        return Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
    }

    /**
     * A program that tidies temporary files removes what nobody has changed for long; the owner, which died later, has
     * changed the others.
     */
    @Test
    void shouldSweepForgottenFilesOfOneThatSomeoneTidied() throws Exception {
        Path forgotten = leave(Files.createFile(ownedBy(DEAD).resolve("1.pool")));
        Path recent = Files.createFile(ownedBy(DEAD).resolve("1.pool"));
        Path directory = leave(Files.createDirectory(ownedBy(DEAD).resolve("queue")));
        Path livingOwners = leave(Files.createFile(ownedBy(LIVING).resolve("1.pool")));

        LiveDirectory.sweep(base, PREFIX, (held, name) -> false);

        assertThat(forgotten.getParent()).doesNotExist();
        assertThat(List.of(recent, directory, livingOwners))
                .allSatisfy(each -> assertThat(each).exists());
    }
}
