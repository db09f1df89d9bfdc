// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryHandleTest {

    private static final Set<OpenOption> WRITE = Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> CREATE = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    @TempDir
    Path parent;

    private Path directory() throws IOException {
        return Files.createDirectory(parent.resolve("orders"));
    }

    private void exchange(Path directory) throws IOException {
        Files.move(directory, parent.resolve("aside"));
        Files.createDirectory(directory);
        Files.createFile(directory.resolve("file"));
    }

    @Test
    void shouldStayInItsDirectoryWhateverTakesItsName() throws IOException {
        Path directory = directory();
        Files.createFile(directory.resolve("mine"));
        try (DirectoryHandle held = DirectoryHandle.openOwn(directory)) {
            Object key = held.key();
            exchange(directory);

            assertThat(held.names()).containsExactly("mine");
            assertThat(held.has("file")).isFalse();
            assertThat(held.key()).isEqualTo(key);
            int written = held.withFile("new", CREATE, file -> file.write(ByteBuffer.wrap(new byte[3])));
            assertThat(written).isEqualTo(3);
            held.deleteFile("mine");
            held.deleteFile("mine");
            try (DirectoryHandle taker = DirectoryHandle.openOwn(directory)) {
                assertThat(taker.key()).isNotEqualTo(key);
                assertThat(taker.names()).containsExactly("file");
            }
        }
        assertThat(parent.resolve("aside/new")).hasSize(3);
        assertThat(parent.resolve("aside/mine")).doesNotExist();
    }

    @Test
    void shouldDeleteItsDirectoryOnlyWhileItHasItsName() throws IOException {
        Path directory = directory();
        Files.createDirectories(directory.resolve("a/b"));
        Files.createFile(directory.resolve("a/b/file"));
        Path precious = Files.createFile(parent.resolve("precious"));
        Files.createSymbolicLink(directory.resolve("a/link"), precious);
        Files.createSymbolicLink(directory.resolve("up"), parent);
        try (DirectoryHandle above = DirectoryHandle.open(parent);
                DirectoryHandle held = above.openOwn("orders")) {
            exchange(directory);
            held.deleteFrom(above);
            assertThat(parent.resolve("aside")).isEmptyDirectory();
            assertThat(directory.resolve("file")).exists();

            Files.delete(parent.resolve("aside"));
            held.deleteFrom(above);
            try (DirectoryHandle taker = above.openOwn("orders")) {
                assertThatThrownBy(() -> above.deleteDirectory(taker))
                        .isInstanceOf(DirectoryNotEmptyException.class)
                        .hasMessageContaining(directory.toString());
                taker.deleteFrom(above);
                taker.deleteFrom(above);
            }
        }
        assertThat(directory).doesNotExist();
        assertThat(precious).exists();
    }

    @Test
    void shouldOpenOnlyRealDirectoriesOfThisUser() throws IOException {
        Path directory = directory();
        Path file = Files.createFile(parent.resolve("file"));
        Path link = Files.createSymbolicLink(parent.resolve("link"), directory);
        Path open = Files.createDirectory(parent.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (DirectoryHandle above = DirectoryHandle.open(parent)) {
            for (Path refused : new Path[] {file, link, open}) {
                assertThatThrownBy(() -> above.openOwn(refused.getFileName().toString()))
                        .isInstanceOf(RegionFormatException.class)
                        .hasMessageContaining(refused.toString());
                assertThatThrownBy(() -> DirectoryHandle.openOwn(refused)).isInstanceOf(RegionFormatException.class);
            }
            assertThatThrownBy(() -> above.openOwn("nothing"))
                    .isInstanceOf(NoSuchFileException.class)
                    .hasMessageContaining(parent.resolve("nothing").toString());
            above.openOwn("orders").close();
        }
        DirectoryHandle.open(link).close();
    }

    @Test
    void shouldNotFollowLinkToFile() throws IOException {
        Path precious = Files.writeString(parent.resolve("precious"), "dear");
        Path directory = directory();
        Files.createSymbolicLink(directory.resolve("link"), precious);
        try (DirectoryHandle held = DirectoryHandle.openOwn(directory)) {
            assertThatThrownBy(() -> held.requireOwnFile("link"))
                    .isInstanceOf(RegionFormatException.class)
                    .hasMessageContaining("symbolic link");
            assertThatThrownBy(() -> held.withFile("link", WRITE, file -> file.truncate(0)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(directory.resolve("link").toString());
        }
        assertThat(precious).hasContent("dear");
    }

    @Test
    void shouldNotLookIntoDirectoryOfAnotherUser() throws IOException {
        assumeTrue(PrivateFilesTest.isRoot(), "only root can give a directory away");
        Path directory = directory();
        Path foreign = Files.createDirectory(directory.resolve("foreign"));
        Path file = Files.createFile(foreign.resolve("file"));
        Files.setAttribute(foreign, "unix:uid", 65534);

        assertThatThrownBy(() -> DirectoryHandle.delete(directory)).isInstanceOf(DirectoryNotEmptyException.class);
        assertThat(file).exists();
        assertThatThrownBy(() -> DirectoryHandle.openOwn(foreign)).isInstanceOf(RegionFormatException.class);

        Files.delete(file);
        DirectoryHandle.delete(directory);
        assertThat(directory).doesNotExist();
    }

    @Test
    void shouldUseFileThroughInterrupt() throws IOException {
        try (DirectoryHandle held = DirectoryHandle.openOwn(directory())) {
            held.withFile("file", CREATE, file -> file.write(ByteBuffer.wrap(new byte[1])));
            AtomicInteger uses = new AtomicInteger();
            Thread.currentThread().interrupt();
            int written = held.withFile("file", WRITE, file -> {
                if (uses.incrementAndGet() == 1) {
                    Thread.currentThread().interrupt();
                }
                return file.write(ByteBuffer.wrap(new byte[7]));
            });
            assertThat(Thread.interrupted()).isTrue();
            assertThat(uses).hasValue(2);
            assertThat(written).isEqualTo(7);
        }
        assertThat(parent.resolve("orders/file")).hasSize(7);
    }
}
