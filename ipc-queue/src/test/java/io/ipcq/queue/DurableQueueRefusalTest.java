// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.codec.Codec;
import io.ipcq.codec.TypeRef;
import io.ipcq.memory.RegionFormatException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a durable queue refuses to open or to make: a clear exception, and not one byte has changed. */
class DurableQueueRefusalTest {

    @TempDir
    Path parent;

    private Path directory;

    @BeforeEach
    void createQueue() throws Exception {
        directory = parent.resolve("orders");
        try (DurableQueue<String> queue = DurableQueue.create(directory, String.class)) {
            queue.put("a");
        }
    }

    private AbstractThrowableAssert<?, ?> assertRefused() throws IOException {
        return assertRefused(DurableQueue.builder(String.class));
    }

    /** Neither {@code open} nor {@code openOrCreate} takes it, and both leave it as it is. */
    private AbstractThrowableAssert<?, ?> assertRefused(DurableQueueBuilder<?> builder) throws IOException {
        Map<String, Long> before = contents(parent);
        assertThatThrownBy(() -> builder.openOrCreate(directory).close())
                .isInstanceOfAny(IOException.class, IllegalArgumentException.class);
        assertThat(contents(parent)).isEqualTo(before);
        AbstractThrowableAssert<?, ?> refused =
                assertThatThrownBy(() -> builder.open(directory).close()).hasMessageContaining(directory.toString());
        assertThat(contents(parent)).isEqualTo(before);
        return refused;
    }

    /** Every file there is, with a checksum of its bytes; of a large one, of its size and time. */
    private static Map<String, Long> contents(Path root) throws IOException {
        Map<String, Long> contents = new TreeMap<>();
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.toList()) {
                CRC32C crc = new CRC32C();
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    String attributes = Files.size(path) + " " + Files.getLastModifiedTime(path);
                    crc.update(Files.size(path) < 128 << 10 ? Files.readAllBytes(path) : attributes.getBytes(UTF_8));
                }
                contents.put(path.toString(), crc.getValue());
            }
        }
        return contents;
    }

    private Path control() {
        return directory.resolve("control.ipcq");
    }

    private void flip(int offset) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(control().toFile(), "rw")) {
            file.seek(offset);
            int old = file.read();
            file.seek(offset);
            file.write(~old);
        }
    }

    // ---- what is there ----------------------------------------------------------------------------------------------

    @Test
    void shouldRefuseWhatIsNotThere() {
        assertThatThrownBy(() -> DurableQueue.open(parent.resolve("nothing"), String.class))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(parent.resolve("nothing").toString())
                .hasMessageContaining("create it first");
    }

    @Test
    void shouldRefuseDirectoryOfSomethingElse() throws IOException {
        directory = Files.createDirectory(parent.resolve("else"));
        Files.writeString(directory.resolve("letter.txt"), "dear");
        assertRefused().isInstanceOf(RegionFormatException.class).hasMessageContaining("holds no durable queue");
        assertThatThrownBy(() -> DurableQueue.create(directory, String.class))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining(directory.toString())
                .hasMessageContaining("not empty");
        assertThat(directory.resolve("letter.txt")).hasContent("dear");
    }

    @Test
    void shouldRefuseFile() throws IOException {
        directory = Files.writeString(parent.resolve("file"), "dear");
        assertRefused();
        assertThatThrownBy(() -> DurableQueue.create(directory, String.class))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining(directory.toString());
    }

    @Test
    void shouldRefuseSymbolicLinks() throws IOException {
        Path real = directory;
        directory = Files.createSymbolicLink(parent.resolve("link"), real);
        assertRefused().isInstanceOf(RegionFormatException.class).hasMessageContaining("symbolic link");
        directory = real;
        for (String name : List.of("control.ipcq", "members", "journal")) {
            Path aside = Files.move(real.resolve(name), parent.resolve("aside"));
            Files.createSymbolicLink(real.resolve(name), aside);
            assertRefused().isInstanceOf(RegionFormatException.class).hasMessageContaining("symbolic link");
            Files.delete(real.resolve(name));
            Files.move(aside, real.resolve(name));
        }
        try (DurableQueue<String> queue = DurableQueue.open(directory, String.class)) {
            assertThat(queue.getNow()).isEqualTo("a");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "control.ipcq", "members", "journal"})
    void shouldRefuseWhatOthersMayWriteTo(String name) throws IOException {
        Files.setPosixFilePermissions(directory.resolve(name), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertRefused().isInstanceOf(RegionFormatException.class).hasMessageContaining("chmod go-w");
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "control.ipcq", "members", "journal"})
    void shouldRefuseWhatBelongsToAnotherUser(String name) throws IOException {
        assumeTrue(isRoot(), "only root can give a file away");
        Files.setAttribute(directory.resolve(name), "unix:uid", 65534);
        assertRefused().isInstanceOf(RegionFormatException.class).hasMessageContaining("another user");
    }

    static boolean isRoot() throws IOException {
        return Files.exists(Path.of("/proc/self")) && (int) Files.getAttribute(Path.of("/proc/self/"), "unix:uid") == 0;
    }

    // ---- the control file -------------------------------------------------------------------------------------------

    @Test
    void shouldRefuseEveryTruncationOfControlFile() throws IOException {
        byte[] whole = Files.readAllBytes(control());
        List<Integer> lengths = new ArrayList<>(List.of(0, 1, 7, 8, 63, 64, 65, whole.length - 1));
        for (int length = 100; length < whole.length; length += whole.length / 30) {
            lengths.add(length);
        }
        for (int length : lengths) {
            Files.write(control(), Arrays.copyOf(whole, length));
            assertRefused().as("truncated to %d", length).isInstanceOf(RegionFormatException.class);
        }
        Files.write(control(), Arrays.copyOf(whole, whole.length + 1));
        assertRefused().isInstanceOf(RegionFormatException.class);
    }

    @Test
    void shouldRefuseEveryFlippedByteOfHeaderAndOptions() throws IOException {
        IntStream settings =
                IntStream.range(JournalLayout.SETTINGS, JournalLayout.SETTINGS + JournalLayout.SETTING_BYTES);
        int[] offsets = IntStream.concat(IntStream.range(0, JournalLayout.CODEC_ID + 12), settings)
                .toArray();
        for (int offset : offsets) {
            flip(offset);
            assertRefused()
                    .as("offset %d", offset)
                    .isInstanceOf(RegionFormatException.class)
                    .hasMessageContaining("offset=");
            flip(offset);
        }
        try (DurableQueue<String> queue = DurableQueue.open(directory, String.class)) {
            assertThat(queue.getNow()).isEqualTo("a");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1})
    void shouldRefuseOtherFormat(int newer) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(control().toFile(), "rw")) {
            file.seek(Long.BYTES);
            file.write(JournalLayout.FORMAT.version() + newer);
        }
        assertRefused()
                .isInstanceOf(RegionFormatException.class)
                .hasMessageContaining(control().toString())
                .hasMessageContaining("version")
                .hasMessageContaining("open it with the ipcq that made it");
    }

    @Test
    void shouldRefuseFillThatNoSegmentCanHave() throws IOException {
        for (int word : List.of(JournalLayout.SEGMENT_USED_BYTES, JournalLayout.ALLOCATED_BYTES)) {
            flip(word + 5);
            assertRefused().isInstanceOf(RegionFormatException.class).hasMessageContaining("contradict each other");
            flip(word + 5);
        }
    }

    // ---- what it was made with --------------------------------------------------------------------------------------

    record Order(String customer) {}

    @Test
    void shouldRefuseAnotherCodecOrType() throws IOException {
        for (DurableQueueBuilder<?> other : List.of(
                DurableQueue.builder(byte[].class),
                DurableQueue.builder(Order.class),
                DurableQueue.builder(new TypeRef<List<String>>() {}),
                DurableQueue.builder(PickyCodec.INSTANCE))) {
            assertRefused(other)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("stored=" + Codec.utf8().id())
                    .hasMessageContaining("open it with the type it was created with");
        }
    }

    @Test
    void shouldRefuseAnotherOption() throws IOException {
        // opening is by then a membership, so that the count of members has changed, but nothing else
        assertThatThrownBy(() -> DurableQueue.builder(String.class).maxSize(3).open(directory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxSize")
                .hasMessageContaining(directory.toString())
                .hasMessageContaining("leave the option out");
        try (DurableQueue<String> queue = DurableQueue.open(directory, String.class)) {
            assertThat(queue.stats().members()).isEqualTo(1);
            assertThat(queue.getNow()).isEqualTo("a");
        }
    }

    @Test
    void shouldRefuseParentThatIsFile() throws IOException {
        Path file = Files.writeString(parent.resolve("file"), "dear");
        assertThatThrownBy(() -> DurableQueue.create(file.resolve("queue"), String.class))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
        assertThat(file).hasContent("dear");
    }
}
