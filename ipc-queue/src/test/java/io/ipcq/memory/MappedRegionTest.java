// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedRegionTest {

    private static final RegionFormat FORMAT = new RegionFormat("test page", 0x1122_3344_5566_7788L, 3);
    private static final int SIZE = 4096;

    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("page");
    }

    private MappedRegion create() throws IOException {
        return MappedRegion.create(file(), FORMAT, SIZE, region -> {});
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }

    @Test
    void shouldShowToOneMappingWhatAnotherWrote() throws IOException {
        MappedRegion created = MappedRegion.create(file(), FORMAT, SIZE, region -> region.putLong(64, 7));
        MappedRegion opened = MappedRegion.open(file(), FORMAT);
        assertThat(opened.getLong(64)).isEqualTo(7);

        opened.putIntRelease(72, -5);
        assertThat(created.getIntAcquire(72)).isEqualTo(-5);
        assertThat(created.compareAndSetInt(72, -5, 6)).isTrue();
        assertThat(opened.compareAndSetInt(72, -5, 9)).isFalse();
        assertThat(opened.getAndAddInt(72, 4)).isEqualTo(6);
        assertThat(created.getIntVolatile(72)).isEqualTo(10);

        opened.putLongVolatile(80, Long.MIN_VALUE);
        assertThat(created.getLongAcquire(80)).isEqualTo(Long.MIN_VALUE);
        assertThat(created.getAndAddLong(80, -1)).isEqualTo(Long.MIN_VALUE);
        assertThat(opened.compareAndSetLong(80, Long.MAX_VALUE, 1)).isTrue();
        assertThat(created.getLongVolatile(80)).isEqualTo(1);

        opened.putBytes(SIZE - 3, new byte[] {0, 1, 2, 3, 4}, 1, 3);
        byte[] copy = new byte[4];
        created.getBytes(SIZE - 3, copy, 1, 3);
        assertThat(copy).containsExactly(0, 1, 2, 3);
    }

    @Test
    void shouldWriteLittleEndianWords() throws IOException {
        create().putInt(64, 0x0102_0304);
        assertThat(Files.readAllBytes(file())).startsWith(0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11);
        assertThat(Arrays.copyOfRange(Files.readAllBytes(file()), 64, 68)).containsExactly(4, 3, 2, 1);
    }

    @Test
    void shouldRefuseOffsetsOutsideAndMisaligned() throws IOException {
        MappedRegion region = create();
        assertThatThrownBy(() -> region.getInt(-4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> region.getLong(SIZE - 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> region.putInt(1L << 32, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> region.getIntVolatile(66)).isInstanceOf(IllegalStateException.class);
        byte[] bytes = new byte[8];
        assertThatThrownBy(() -> region.putBytes(SIZE - 7, bytes, 0, 8)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> region.getBytes(64, bytes, 1, 8)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void shouldNotReplaceWhatIsThere() throws IOException {
        Files.writeString(file(), "mine");
        assertThatThrownBy(this::create).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(file()).hasContent("mine");
        assertThat(names()).containsExactly("page");
    }

    @Test
    void shouldLeaveNothingWhenInitialisationFails() throws IOException {
        assertThatThrownBy(() -> MappedRegion.create(file(), FORMAT, SIZE, region -> {
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        assertThat(names()).isEmpty();
    }

    @Test
    void shouldNotBeSeenBeforeItIsComplete() throws IOException {
        MappedRegion.create(file(), FORMAT, SIZE, region -> assertThat(file()).doesNotExist());
        assertThat(names()).containsExactly("page");
    }

    @Test
    void shouldAllocateEveryBlock() throws IOException {
        assumeTrue(Files.getFileStore(directory).supportsFileAttributeView("posix"));
        MappedRegion.create(file(), FORMAT, 1 << 20, region -> {});
        Process du = new ProcessBuilder("du", "-k", file().toString()).start();
        String blocks = new String(du.getInputStream().readAllBytes()).split("\\s")[0];
        assertThat(Long.parseLong(blocks)).isGreaterThanOrEqualTo(1024);
    }

    @Test
    void shouldKeepAnInterruptForLater() throws IOException {
        Thread.currentThread().interrupt();
        create();
        assertThat(Thread.interrupted()).isTrue();

        Thread.currentThread().interrupt();
        MappedRegion.open(file(), FORMAT);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void shouldRefuseSizesThatCannotBeMapped() {
        assertThatThrownBy(() -> MappedRegion.create(file(), FORMAT, 63, region -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sizeBytes=63");
        assertThatThrownBy(() -> MappedRegion.create(file(), FORMAT, 1L << 31, region -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRefuseEveryTruncation() throws IOException {
        create();
        byte[] whole = Files.readAllBytes(file());
        for (int length = 0; length < SIZE; length += length < 80 ? 1 : 500) {
            try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
                channel.truncate(length);
            }
            refuse("offset=");
            assertThat(Files.size(file())).isEqualTo(length);
            Files.write(file(), whole);
        }
        MappedRegion.open(file(), FORMAT);
    }

    @Test
    void shouldRefuseEveryFlippedHeaderByte() throws IOException {
        create();
        byte[] whole = Files.readAllBytes(file());
        for (int i = 0; i < MappedRegion.HEADER_BYTES; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= (byte) 0x80;
            Files.write(file(), damaged);
            refuse("offset=" + start(i) + ",");
            assertThat(file()).hasBinaryContent(damaged);
        }
    }

    private static int start(int offset) {
        return offset < 8 ? 0 : offset < 12 ? 8 : offset < 16 ? 12 : offset / 8 * 8;
    }

    @Test
    void shouldNameBothVersions() throws IOException {
        create();
        for (int other : List.of(2, 4)) {
            assertThatThrownBy(() -> MappedRegion.open(file(), new RegionFormat("test page", FORMAT.magic(), other)))
                    .isInstanceOf(RegionFormatException.class)
                    .hasMessageContaining("expected=" + other + ", found=3");
        }
    }

    @Test
    void shouldRefuseWhatIsNoFile() throws IOException {
        assertThatThrownBy(() -> MappedRegion.open(file(), FORMAT)).isInstanceOf(NoSuchFileException.class);
        PrivateFiles.createDirectory(file());
        refuse("not a regular file");
        Files.delete(file());

        Path target = directory.resolve("target");
        MappedRegion.create(target, FORMAT, SIZE, region -> {});
        Files.createSymbolicLink(file(), target);
        refuse("symbolic link");
    }

    @Test
    void shouldRefuseWhatOthersMayWriteOrOwn() throws IOException {
        create();
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw--w----"));
        refuse("permissions=rw--w----");
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-------"));

        assumeTrue(PrivateFilesTest.isRoot());
        Files.setAttribute(file(), "unix:uid", 65534);
        refuse("belongs to another user");
    }

    private void refuse(String why) {
        assertThatThrownBy(() -> MappedRegion.open(file(), FORMAT))
                .isInstanceOf(RegionFormatException.class)
                .hasMessageContaining(file().toString())
                .hasMessageContaining(why);
    }
}
