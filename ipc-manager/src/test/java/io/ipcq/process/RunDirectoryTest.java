// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InvalidClassException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {

    @TempDir
    Path directory;

    @Test
    void shouldBeReachableByOwnerOnly() throws Exception {
        Path task = TaskFile.write(new ChildProcess(Work::nothing).task());

        assertThat(permissions(task.getParent())).isEqualTo("rwx------");
        assertThat(permissions(task)).isEqualTo("rw-------");
        assertThat(permissions(RunDirectory.aliveFile(task.getParent()))).isEqualTo("rw-------");
        TaskPaths.delete(task);
    }

    @Test
    void shouldBeMadeAgainWhenSomeoneTookItAway() throws Exception {
        Path first = RunDirectory.current();
        assertThat(RunDirectory.current()).isEqualTo(first);

        RunDirectory.remove(first);

        assertThat(first).doesNotExist();
        assertThat(RunDirectory.current()).isNotEqualTo(first).isDirectory();
    }

    @Test
    void shouldKeepTaskOfDetachedChildForADay() throws Exception {
        Files.createFile(RunDirectory.aliveFile(directory));
        Path daemon = Files.createFile(directory.resolve("1.task"));
        Path detached = Files.createFile(directory.resolve("2.detached"));

        RunDirectory.remove(directory);

        assertThat(daemon).doesNotExist();
        assertThat(detached).exists();
        assertThat(RunDirectory.aliveFile(directory)).exists();

        Files.setLastModifiedTime(detached, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
        RunDirectory.remove(directory);

        assertThat(directory).doesNotExist();
        Files.createDirectory(directory);
    }

    /** In a container every program may have pid 1. */
    @Test
    void shouldSweepWhatAnEarlierProcessWithThisPidLeft() throws Exception {
        long pid = ProcessHandle.current().pid();
        Path earlier = Files.createDirectory(directory.resolve("ipcq-process-" + pid + "-0-1"));
        Files.createFile(RunDirectory.aliveFile(earlier));
        String mine = RunDirectory.current().getFileName().toString();
        Path other = Files.createDirectory(directory.resolve(mine.substring(0, mine.lastIndexOf('-')) + "-1"));
        Files.createFile(RunDirectory.aliveFile(other));

        RunDirectory.sweep(directory);

        assertThat(earlier).doesNotExist();
        assertThat(other).as("of another class loader").exists();
    }

    /** Something that tidies temporary files may have taken the file; the owner may live. */
    @Test
    void shouldSweepDirectoryWithoutLockOnlyIfItIsEmpty() throws Exception {
        Path used = Files.createDirectory(directory.resolve("ipcq-process-0-1-1"));
        Files.createFile(used.resolve("1.standby"));
        Path empty = Files.createDirectory(directory.resolve("ipcq-process-0-1-2"));

        RunDirectory.sweep(directory);

        assertThat(used).exists();
        assertThat(empty).doesNotExist();
    }

    @Test
    void shouldDeleteNothingBehindLinkThatTakesPlaceWhileItDeletes() throws Exception {
        Path base = Files.createDirectory(directory.resolve("base"));
        Path abandoned = Files.createDirectory(base.resolve("ipcq-process-0-0"));
        Path precious = Files.createDirectory(directory.resolve("precious"));
        int files = 2_000;
        for (int i = 0; i < files; i++) {
            Files.createFile(abandoned.resolve(i + ".task"));
            Files.createFile(precious.resolve(i + ".task"));
        }
        Files.createFile(RunDirectory.aliveFile(abandoned));
        Thread exchanging = new Thread(() -> exchangeWhenBeingEmptied(abandoned, files, precious));
        exchanging.start();

        RunDirectory.sweep(base);

        exchanging.interrupt();
        exchanging.join();
        try (Stream<Path> left = Files.list(precious)) {
            assertThat(left).hasSize(files);
        }
    }

    private static void exchangeWhenBeingEmptied(Path directory, int files, Path target) {
        while (!Thread.currentThread().isInterrupted()) {
            if (IntStream.range(0, files).anyMatch(i -> !Files.exists(directory.resolve(i + ".task")))) {
                try {
                    Files.move(directory, directory.resolveSibling("aside"));
                    Files.createSymbolicLink(directory, target);
                } catch (IOException gone) {
                    // swept before it could be exchanged
                }
                return;
            }
        }
    }

    @Test
    void shouldTellChildThatNobodyHoldsTheLock() throws Exception {
        assertThatThrownBy(() -> ParentLink.open(directory)).isInstanceOf(FileNotFoundException.class);
        Files.createFile(RunDirectory.aliveFile(directory));

        assertThat(ParentLink.open(directory).isParentAlive()).isFalse();
    }

    @Test
    void shouldRefuseTaskThatClaimsMoreThanItHolds() throws Exception {
        Path task = TaskFile.write(new ChildProcess(a -> {}, new byte[100]).task());
        byte[] bytes = Files.readAllBytes(task);
        int length = lengthFieldOf(bytes);
        bytes[length] = 0x7f;
        Files.write(task, bytes);
        ParentLink link = ParentLink.open(task.getParent());

        assertThatThrownBy(() -> TaskFile.read(task, true, link))
                .isInstanceOf(InvalidClassException.class)
                .hasMessageContaining("REJECTED");
        assertThat(task)
                .as("left to the parent, which sees by it that its child could not begin")
                .exists();
        TaskPaths.delete(task);
    }

    /** A byte array of 100 elements is the only thing in the task that is followed by a hundred zeros. */
    private static int lengthFieldOf(byte[] bytes) {
        for (int i = bytes.length - 104; i >= 0; i--) {
            if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 0 && bytes[i + 3] == 100) {
                return i;
            }
        }
        throw new AssertionError("no array in the task");
    }

    private static String permissions(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
