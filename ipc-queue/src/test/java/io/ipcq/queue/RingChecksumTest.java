// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.IpcException;
import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A ring whose elements carry checksums. */
class RingChecksumTest {

    private static final int CAPACITY = 4096;
    private static final int ELEMENTS = 10;

    @TempDir
    Path parent;

    private final Set<String> elements = new TreeSet<>();

    private Path directory() {
        return parent.resolve("orders");
    }

    private Path file() {
        return directory().resolve("ring.ipcq");
    }

    /** With some elements taken, some left, and the end of the data passed once. */
    private void fill(boolean checksum) throws Exception {
        try (SharedQueue<String> queue = SharedQueue.builder(String.class)
                .capacityBytes(CAPACITY)
                .checksum(checksum)
                .create(directory())) {
            String filler = "-".repeat(CAPACITY / 4);
            for (int i = 0; i < 5; i++) {
                put(queue, i + filler);
                queue.get();
            }
            for (int i = 0; i < ELEMENTS; i++) {
                put(queue, "element " + i);
            }
        }
    }

    private void put(SharedQueue<String> queue, String element) throws InterruptedException {
        elements.add(element);
        queue.put(element);
    }

    /** How many changed files handed out something that nobody had put. */
    private int countWrong() throws Exception {
        byte[] whole = Files.readAllBytes(file());
        Path copy = parent.resolve("copy");
        PrivateFiles.createDirectory(copy);
        PrivateFiles.createFile(copy.resolve("members"));
        int wrong = 0;
        for (int offset = RingLayout.OPTIONS; offset < whole.length; offset++) {
            boolean inUse = ByteBuffer.wrap(whole).getLong(offset / Long.BYTES * Long.BYTES) != 0;
            if (inUse && whole[offset] != '-') {
                byte[] damaged = whole.clone();
                damaged[offset] ^= (byte) (offset % 2 == 0 ? 0xff : 1 << offset % Byte.SIZE);
                PrivateFiles.createFile(copy.resolve("ring.ipcq"));
                Files.write(copy.resolve("ring.ipcq"), damaged, StandardOpenOption.WRITE);
                wrong += elements.containsAll(take(copy)) ? 0 : 1;
                Files.delete(copy.resolve("ring.ipcq"));
            }
        }
        DirectoryHandle.delete(copy);
        return wrong;
    }

    private static List<String> take(Path directory) {
        List<String> got = new ArrayList<>();
        try (SharedQueue<String> queue = SharedQueue.open(directory, String.class)) {
            for (int i = 0; i < 2 * ELEMENTS; i++) {
                takeOne(queue, got);
            }
        } catch (IOException | IpcException refused) {
            assertThat(refused).hasMessageContaining(directory.toString());
        }
        return got;
    }

    private static void takeOne(SharedQueue<String> queue, List<String> got) {
        try {
            String element = queue.getNow();
            if (element != null) {
                got.add(element);
            }
        } catch (CodecException reported) {
            assertThat(reported.bytes()).isNotNull();
        }
    }

    @Test
    void shouldNeverHandOutWhatNobodyPutWhateverByteIsChanged() throws Exception {
        fill(true);
        assertThat(Task.start(this::countWrong).await()).isZero();
    }

    /** So the test above can fail. */
    @Test
    void shouldHandOutWhateverIsThereWithoutChecksums() throws Exception {
        fill(false);
        assertThat(Task.start(this::countWrong).await()).isPositive();
    }

    @Test
    void shouldReportDamagedElementAndGoOn() throws Exception {
        fill(true);
        byte[] bytes = Files.readAllBytes(file());
        bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("element 3")] ^= 1;
        Files.write(file(), bytes, StandardOpenOption.WRITE);

        try (SharedQueue<String> queue = SharedQueue.open(directory(), String.class)) {
            for (int i = 0; i < 3; i++) {
                assertThat(queue.getNow()).isEqualTo("element " + i);
            }
            assertThatThrownBy(queue::getNow)
                    .isInstanceOf(CodecException.class)
                    .hasMessageContaining("the element's bytes do not match their checksum")
                    .hasMessageContaining(directory().toString());
            for (int i = 4; i < ELEMENTS; i++) {
                assertThat(queue.getNow()).isEqualTo("element " + i);
            }
            assertThat(queue.stats().unfinished())
                    .as("the damaged one is done with")
                    .isEqualTo(5 + ELEMENTS - 1);
        }
    }

    @Test
    void shouldKeepWhatItWasMadeWith() throws Exception {
        fill(true);
        try (SharedQueue<String> queue =
                SharedQueue.builder(String.class).checksum(true).open(directory())) {
            assertThat(queue.getNow()).isEqualTo("element 0");
        }
        assertThatThrownBy(
                        () -> SharedQueue.builder(String.class).checksum(false).open(directory()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("another checksum");
    }

    @Nested
    @Tag("once")
    class AsAnyQueue extends RingQueueTest {

        @Override
        <E> SharedQueue<E> create(Codec<E> codec, long maxSize) throws IOException {
            return SharedQueue.builder(codec).maxSize(maxSize).checksum(true).create();
        }

        @Override
        <E> SharedQueue<E> create(Path directory, Codec<E> codec, long maxSize) throws IOException {
            return SharedQueue.builder(codec).maxSize(maxSize).checksum(true).create(directory);
        }

        @Override
        <E> SharedQueue<E> createForSmallElements(Codec<E> codec) throws IOException {
            return SharedQueue.builder(codec)
                    .capacityBytes(1 << 20)
                    .checksum(true)
                    .create();
        }
    }
}
