// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnFilesTest {

    private static final int NOBODY = 65534;

    @TempDir
    Path root;

    private Path directory;

    @BeforeEach
    void make() throws IOException {
        directory = Files.createDirectory(root.resolve("own"));
        permit("rwx------");
    }

    private void permit(String permissions) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(permissions));
    }

    private void giveAway() throws IOException {
        assumeTrue(Integer.valueOf(0).equals(Files.getAttribute(root, "unix:uid")), "only root can give a file away");
        Files.setAttribute(directory, "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
    }

    @Test
    void shouldUseRunTimeDirectoryOfUser() throws Exception {
        assertThat(OwnFiles.runTimeDirectory(directory.toString())).isEqualTo(directory);
        assertThat(OwnFiles.runTimeDirectory(null)).isNull();
        assertThat(OwnFiles.runTimeDirectory("")).isNull();
        assertThat(OwnFiles.runTimeDirectory("relative")).isNull();
        assertThat(OwnFiles.runTimeDirectory(root.resolve("missing").toString()))
                .isNull();
    }

    @Test
    void shouldFindPlaceForSocket() throws Exception {
        Path longer = Files.createDirectory(root.resolve("x".repeat(80)));
        Path open = Files.createDirectory(root.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        List<String> unfit = List.of(
                longer.toString(), open.toString(), root.resolve("missing").toString());
        assertThat(OwnFiles.socketParent(Stream.concat(unfit.stream(), Stream.of(directory.toString()))
                        .toList()))
                .isEqualTo(directory);
        assertThatThrownBy(() -> OwnFiles.socketParent(unfit))
                .isInstanceOf(BindException.class)
                .hasMessageContaining(longer + ": its path is too long")
                .hasMessageContaining(open + ": others may exchange what is in a directory above it")
                .hasMessageContaining("missing: it is no directory that can be written to")
                .hasMessageContaining("java.io.tmpdir");
    }

    @Test
    void shouldNotUseRunTimeDirectoryOfOthers() throws Exception {
        permit("rwxr-x---");
        assertThat(OwnFiles.runTimeDirectory(directory.toString())).isNull();
        permit("rwx------");
        Path link = Files.createSymbolicLink(root.resolve("link"), directory);
        assertThat(OwnFiles.runTimeDirectory(link.toString())).isNull();
        giveAway();
        assertThat(OwnFiles.runTimeDirectory(directory.toString())).isNull();
    }
}
