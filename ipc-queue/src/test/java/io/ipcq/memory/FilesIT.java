// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.TestJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the environment can do to files: a careless umask, a full disk. */
class FilesIT {

    @TempDir
    Path directory;

    static final class Creator {
        public static void main(String[] args) throws IOException {
            Path own = Path.of(args[0], "own");
            PrivateFiles.createDirectory(own);
            SharedPage.create(own).close();
        }
    }

    @Test
    void shouldKeepFilesPrivateWhateverTheUmask() throws IOException {
        List<String> careless = List.of("sh", "-c", "umask 000; exec \"$0\" \"$@\"");
        try (TestJvm creator = TestJvm.startThrough(careless, List.of(), Creator.class, directory.toString())) {
            creator.awaitSuccess();
        }
        Path own = directory.resolve("own");
        assertThat(permissions(own)).isEqualTo("rwx------");
        assertThat(permissions(own.resolve("page"))).isEqualTo("rw-------");
        assertThat(permissions(own.resolve("members"))).isEqualTo("rw-------");
        assertThat(list(own)).hasSize(2);
    }

    @Test
    void shouldSayThatTheDiskIsFull() throws Exception {
        assumeTrue(PrivateFilesTest.isRoot());
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", directory.toString()) == 0);
        try {
            Path file = directory.resolve("page");
            assertThatThrownBy(() -> MappedRegion.create(file, SharedPage.FORMAT, 1 << 20, region -> {}))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot allocate sizeBytes=1048576 for " + file)
                    .hasMessageContaining("No space left on device");
            assertThat(list(directory)).isEmpty();
            MappedRegion.create(file, SharedPage.FORMAT, 64 << 10, region -> {}).putInt(65_532, 1);
        } finally {
            // the mapping above keeps it busy until it is collected
            run("umount", "--lazy", directory.toString());
        }
    }

    @Test
    void shouldSayThatTheFileSystemIsReadOnly() throws Exception {
        assumeTrue(PrivateFilesTest.isRoot());
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", directory.toString()) == 0);
        try {
            Path file = directory.resolve("page");
            MappedRegion.create(file, SharedPage.FORMAT, 4096, region -> {});
            Path copy = Files.copy(file, directory.resolve("copy"), StandardCopyOption.COPY_ATTRIBUTES);
            assumeTrue(run("mount", "--bind", directory.toString(), directory.toString()) == 0);
            assumeTrue(run("mount", "-o", "remount,ro,bind", directory.toString()) == 0);
            assertThatThrownBy(() -> MappedRegion.open(copy, SharedPage.FORMAT))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(copy.toString())
                    .hasMessageContaining("Read-only file system");
            Path other = directory.resolve("other");
            assertThatThrownBy(() -> MappedRegion.create(other, SharedPage.FORMAT, 4096, region -> {}))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Read-only file system");
        } finally {
            run("umount", "--lazy", directory.toString());
            run("umount", "--lazy", directory.toString());
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command).start().waitFor();
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
