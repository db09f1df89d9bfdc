// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrivateFilesTest {

    @TempDir
    Path parent;

    static boolean isRoot() throws IOException {
        return (int) Files.getAttribute(Path.of("/proc/self/"), "unix:uid") == 0;
    }

    private Path directory() {
        return parent.resolve("queues");
    }

    @Test
    void shouldCreateForThisUserAlone() throws IOException {
        PrivateFiles.createDirectory(directory());
        assertThat(permissions(directory())).isEqualTo("rwx------");
        PrivateFiles.createDirectory(directory());
        PrivateFiles.requirePrivate(directory());
    }

    @Test
    void shouldNotTakeFileForDirectory() throws IOException {
        Files.createFile(directory());
        assertThatThrownBy(() -> PrivateFiles.createDirectory(directory()))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwx-w----", "rwx----w-", "rwxrwxrwx"})
    void shouldRefuseWhatOthersMayWriteTo(String permissions) throws IOException {
        Files.createDirectory(directory());
        Files.setPosixFilePermissions(directory(), PosixFilePermissions.fromString(permissions));
        assertThatThrownBy(() -> PrivateFiles.createDirectory(directory()))
                .isInstanceOf(RegionFormatException.class)
                .hasMessageContaining(directory().toString())
                .hasMessageContaining("permissions=" + permissions);
        assertThat(permissions(directory())).isEqualTo(permissions);
    }

    @Test
    void shouldNotFollowSymbolicLink() throws IOException {
        Path target = Files.createDirectory(parent.resolve("target"));
        Files.createSymbolicLink(directory(), target);
        assertThatThrownBy(() -> PrivateFiles.createDirectory(directory()))
                .isInstanceOf(RegionFormatException.class)
                .hasMessageContaining("symbolic link: target=" + target);
    }

    @Test
    void shouldObjectToDirectoryAboveThatEverybodyMayWriteTo() throws Exception {
        Path file = Files.createDirectories(directory().resolve("d")).resolve("file");
        assertThat(PrivateFiles.objectionAbove(file)).isNull();
        Files.setPosixFilePermissions(directory(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(PrivateFiles.objectionAbove(file)).contains("directory=" + directory(), "permissions=rwxrwxrwx");
        Path link = Files.createSymbolicLink(parent.resolve("link"), Path.of("queues/d"));
        assertThat(PrivateFiles.objectionAbove(link.resolve("file"))).contains("directory=" + directory());
        Files.setAttribute(directory(), "unix:mode", 01777);
        assertThat(PrivateFiles.objectionAbove(file)).isNull();
        assertThat(PrivateFiles.objectionAbove(link.resolve("file"))).isNull();
    }

    @Test
    void shouldFindWayOpenWhereGroupMayWrite() throws Exception {
        Path below = Files.createDirectories(directory().resolve("d"));
        assertThat(PrivateFiles.isClosedWay(below)).isTrue();
        for (Path open : List.of(directory(), below)) {
            Files.setAttribute(open, "unix:mode", 02775);
            assertThat(PrivateFiles.isClosedWay(below)).as(open.toString()).isFalse();
            assertThat(PrivateFiles.objectionAbove(below.resolve("file"))).isNull();
            Path link = Files.createSymbolicLink(parent.resolve("link"), Path.of("queues/d"));
            assertThat(PrivateFiles.isClosedWay(link)).as(open.toString()).isFalse();
            Files.delete(link);
            Files.setAttribute(open, "unix:mode", 03775);
            assertThat(PrivateFiles.isClosedWay(below)).as("sticky").isTrue();
        }
    }

    @Test
    void shouldObjectToDirectoryAboveOfAnotherUser() throws Exception {
        assumeTrue(isRoot());
        Path file = Files.createDirectory(directory()).resolve("file");
        Files.setAttribute(directory(), "unix:uid", 65534);
        assertThat(PrivateFiles.objectionAbove(file)).contains("directory=" + directory());
        Path link = Files.createSymbolicLink(parent.resolve("link"), directory());
        assertThat(PrivateFiles.objectionAbove(link.resolve("file"))).contains("directory=" + directory());
    }

    @Test
    void shouldObjectToLinkOfAnotherUser() throws Exception {
        assumeTrue(isRoot());
        Files.createDirectory(directory());
        Path link = Files.createSymbolicLink(parent.resolve("link"), directory());
        assertThat(PrivateFiles.objectionAbove(link.resolve("file"))).isNull();
        Files.setAttribute(link, "unix:uid", 65534, LinkOption.NOFOLLOW_LINKS);
        assertThat(PrivateFiles.objectionAbove(link.resolve("file"))).contains("link=" + link);
    }

    @Test
    void shouldKnowItsUser() throws Exception {
        Path file = Files.createFile(parent.resolve("file"));
        assertThat(PrivateFiles.user()).isEqualTo(Files.getOwner(file));
        assertThat(PrivateFiles.isTrusted(Files.getOwner(Path.of("/")))).isTrue();
    }

    @Test
    void shouldRefuseWhatBelongsToAnotherUser() throws IOException {
        assumeTrue(isRoot());
        Files.createDirectory(directory());
        Files.setPosixFilePermissions(directory(), PosixFilePermissions.fromString("rwx------"));
        Files.setAttribute(directory(), "unix:uid", 65534);
        assertThatThrownBy(() -> PrivateFiles.createDirectory(directory()))
                .isInstanceOf(RegionFormatException.class)
                .hasMessageContaining("belongs to another user");
    }

    /** What was looked at is not always what has the name by now. */
    @Test
    void shouldKnowOwnerOfWhatWasSeenAndNotOfWhatHasItsName() throws IOException {
        assumeTrue(isRoot());
        PrivateFiles.createDirectory(directory());
        BasicFileAttributes own = PrivateFiles.attributes(directory());
        Path foreign = parent.resolve("foreign");
        PrivateFiles.createDirectory(foreign);
        Files.setAttribute(foreign, "unix:uid", 65534);
        BasicFileAttributes others = PrivateFiles.attributes(foreign);
        assertThat(PrivateFiles.isOwn(directory(), own)).isTrue();
        assertThat(PrivateFiles.isOwn(foreign, own)).isTrue();
        assertThat(PrivateFiles.isOwn(parent.resolve("nothing"), own)).isTrue();
        assertThat(PrivateFiles.isOwn(foreign, others)).isFalse();
        assertThat(PrivateFiles.isOwn(directory(), others)).isFalse();
        assertThat(PrivateFiles.isOwn(parent.resolve("nothing"), others)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nfs4", "CIFS", "fuse.sshfs"})
    void shouldKnowNetworkFileSystems(String type) {
        assertThat(PrivateFiles.isNetwork(type)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "tmpfs", "overlay", "apfs", "NTFS"})
    void shouldKnowLocalFileSystems(String type) {
        assertThat(PrivateFiles.isNetwork(type)).isFalse();
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
