// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.IpcException;
import io.ipcq.codec.CodecException;
import io.ipcq.memory.DirectoryHandle;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A durable queue whose files were damaged while nobody used it: whatever the byte, opening or taking either works or
 * throws an exception that names the directory; no call hangs, and what is handed out is what somebody put.
 */
class DamagedJournalTest {

    private static final Duration SHORT = Duration.ofMillis(20);
    private static final int SAMPLES = 40;
    private static final String FILLER = "-".repeat(40);

    @TempDir
    Path parent;

    private final Set<String> elements = new TreeSet<>();
    private Path pristine;

    /** Seven elements, of which one is consumed, one was given back and the others wait, in four documents. */
    @BeforeEach
    void createPristine() throws Exception {
        pristine = parent.resolve("pristine");
        try (DurableQueue<String> queue = DurableQueue.builder(String.class)
                .segmentBytes(1 << 20)
                .maxSize(1000)
                .create(pristine)) {
            put(queue, "a");
            queue.putAll(List.of(element("b"), element("c"), element("d")));
            put(queue, "e");
            put(queue, "f");
            put(queue, "g");
            queue.get();
            queue.receive().nack();
        }
    }

    private void put(DurableQueue<String> queue, String name) throws InterruptedException {
        queue.put(element(name));
    }

    private String element(String name) {
        elements.add(name + FILLER);
        return name + FILLER;
    }

    @Tag("once")
    @Test
    void shouldNeverHandOutWhatNobodyPutWhateverByteOfJournalIsFlipped() throws Exception {
        Path segment = DurableQueueTest.segments(pristine).get(0);
        int dataBytes = endOfData(segment);
        List<Integer> offsets = new ArrayList<>();
        byte[] content = Files.readAllBytes(segment);
        int documents = indexOf(content, elements.iterator().next()) - 64;
        for (int offset = documents; offset < dataBytes; offset++) {
            offsets.add(offset);
        }
        flipEach(Path.of("journal").resolve(segment.getFileName()), offsets, false);
    }

    /** As after a crash of the machine that lost a part of a file. */
    @Tag("once")
    @Test
    void shouldNeverHandOutWhatNobodyPutWhateverPartOfJournalIsZero() throws Exception {
        Path segment = DurableQueueTest.segments(pristine).get(0);
        Path copy = parent.resolve("copy");
        int end = endOfData(segment);
        int documents = indexOf(Files.readAllBytes(segment), elements.iterator().next()) - 64;
        long seed = Long.getLong("ipcq.seed", System.nanoTime());
        System.out.println("seed=" + seed);
        Random random = new Random(seed);
        List<String> outcomes = new ArrayList<>();
        for (int i = 0; i < SAMPLES; i++) {
            int from = documents + random.nextInt(end - documents);
            int bytes = 8 + random.nextInt(150);
            copy(pristine, copy);
            Path damaged = copy.resolve("journal").resolve(segment.getFileName());
            try (RandomAccessFile file = new RandomAccessFile(damaged.toFile(), "rw")) {
                file.seek(from);
                file.write(new byte[bytes]);
            }
            String where = "zero from " + from + ", bytes=" + bytes;
            outcomes.add(Task.start(() -> use(copy, where)).await());
            DirectoryHandle.delete(copy);
        }
        assertThat(outcomes).contains("refused");
    }

    @Tag("once")
    @Test
    void shouldNeverHandOutWhatNobodyPutWhateverByteOfIndexIsFlipped() throws Exception {
        Path segment = DurableQueueTest.segments(pristine).get(0);
        byte[] content = Files.readAllBytes(segment);
        int documents = indexOf(content, elements.iterator().next()) - 64;
        List<Integer> offsets = new ArrayList<>();
        ByteBuffer words = ByteBuffer.wrap(content);
        for (int offset = 0; offset < documents; offset++) {
            boolean inUsedWord = words.getLong(offset / Long.BYTES * Long.BYTES) != 0;
            if (inUsedWord || offset % 4099 == 0) {
                offsets.add(offset);
            }
        }
        flipEach(Path.of("journal").resolve(segment.getFileName()), offsets, true);
    }

    /** Wants a JVM of its own. */
    void flipBytesOfMetadata() throws Exception {
        byte[] content = Files.readAllBytes(pristine.resolve("journal/metadata.cq4t"));
        List<Integer> offsets = new ArrayList<>();
        for (int offset = 0; offset < content.length; offset++) {
            if (content[offset] != 0 || offset % 4099 == 0) {
                offsets.add(offset);
            }
        }
        flipEach(Path.of("journal/metadata.cq4t"), offsets, true);
    }

    @Tag("once")
    @Test
    void shouldNeverHandOutWhatNobodyPutWhateverWordOfControlFileIsFlipped() throws Exception {
        List<Integer> offsets = new ArrayList<>();
        addWords(offsets, JournalLayout.STATE, QueueState.BYTES);
        addWords(offsets, JournalLayout.PRODUCERS, JournalLayout.SEGMENT_DOCUMENTS + 4 - JournalLayout.PRODUCERS);
        addWords(offsets, JournalLayout.CONSUMERS, JournalLayout.RETURNED + 4 - JournalLayout.CONSUMERS);
        addWords(offsets, JournalLayout.TASKS_DONE, Long.BYTES);
        addWords(offsets, JournalLayout.LEASES, 2 * JournalLayout.LEASE_BYTES);
        // most words do no harm, so one byte that must be noticed is always among the samples: the first of the magic
        // number
        flipEach(Path.of("control.ipcq"), offsets, true, 0);
    }

    private static void addWords(List<Integer> offsets, int from, int bytes) {
        for (int offset = from; offset < from + bytes; offset++) {
            offsets.add(offset);
        }
    }

    /**
     * Flips one bit of each sampled byte, or all of them, in a copy, and uses the copy; the bytes of {@code always} in
     * any case.
     */
    private void flipEach(Path file, List<Integer> offsets, boolean harmless, Integer... always) throws Exception {
        long seed = Long.getLong("ipcq.seed", System.nanoTime());
        System.out.println("seed=" + seed);
        Random random = new Random(seed);
        Path copy = parent.resolve("copy");
        List<String> outcomes = new ArrayList<>();
        List<Integer> flipped = new ArrayList<>(sample(offsets, random));
        flipped.addAll(List.of(always));
        for (int offset : flipped) {
            int mask = random.nextBoolean() ? 0xff : 1 << random.nextInt(8);
            copy(pristine, copy);
            try (RandomAccessFile damaged =
                    new RandomAccessFile(copy.resolve(file).toFile(), "rw")) {
                damaged.seek(offset);
                int old = damaged.read();
                damaged.seek(offset);
                damaged.write(old ^ mask);
            }
            String where = file + " offset=" + offset + " mask=" + mask;
            outcomes.add(Task.start(() -> use(copy, where)).await());
            DirectoryHandle.delete(copy);
        }
        System.out.println(file + " " + flipped.size() + " of " + offsets.size() + ": "
                + Collections.frequency(outcomes, "refused") + " refused, "
                + Collections.frequency(outcomes, "whole") + " whole, "
                + Collections.frequency(outcomes, "other") + " other");
        assertThat(outcomes).as("some damage is noticed").contains("refused");
        if (harmless) {
            assertThat(outcomes).as("some does no harm").contains("whole");
        }
    }

    /** Some of the offsets; all of them with {@code -Dipcq.thorough=true}, which takes minutes. */
    private static List<Integer> sample(List<Integer> offsets, Random random) {
        if (Boolean.getBoolean("ipcq.thorough")) {
            return offsets;
        }
        List<Integer> shuffled = new ArrayList<>(offsets);
        Collections.shuffle(shuffled, random);
        return shuffled.subList(0, Math.min(SAMPLES, shuffled.size()));
    }

    private String use(Path directory, String where) throws Exception {
        List<String> got = new ArrayList<>();
        boolean refused = false;
        int storageFailures = 0;
        try (DurableQueue<String> queue = DurableQueue.open(directory, String.class)) {
            refused |= look(queue, where);
            for (int i = 0; i < 12 && storageFailures < 2; i++) {
                try {
                    String element = queue.get(i < 7 ? SHORT : Duration.ZERO);
                    if (element == null) {
                        break;
                    }
                    got.add(element);
                } catch (IpcException e) {
                    refused = true;
                    storageFailures += e instanceof QueueStorageException ? 1 : 0;
                    assertNamesPlace(e, directory, where);
                }
            }
            refused |= putOneMore(queue, where);
        } catch (IOException | IpcException e) {
            refused = true;
            assertNamesPlace(e, directory, where);
        }
        assertThat(elements).as(where).containsAll(got);
        return refused ? "refused" : got.size() == 6 ? "whole" : "other";
    }

    private boolean look(DurableQueue<String> queue, String where) {
        try (Stream<String> browsed = queue.browse()) {
            assertThat(elements).as(where).containsAll(browsed.toList());
            return false;
        } catch (IpcException e) {
            assertNamesPlace(e, queue.directory(), where);
            return true;
        }
    }

    private boolean putOneMore(DurableQueue<String> queue, String where) throws InterruptedException {
        try {
            queue.put(element("new"), SHORT);
            queue.get(SHORT);
            return false;
        } catch (IpcException e) {
            assertNamesPlace(e, queue.directory(), where);
            return true;
        }
    }

    private static void assertNamesPlace(Exception e, Path directory, String where) {
        assertThat(e.getMessage()).as("%s: %s", where, e).contains(directory.toString());
        if (e instanceof CodecException bad) {
            assertThat(bad.bytes()).as(where).isNotNull();
        }
    }

    @Test
    void shouldRefuseEveryTruncationOfSegment() throws Exception {
        Path segment = DurableQueueTest.segments(pristine).get(0);
        int dataBytes = endOfData(segment);
        Path copy = parent.resolve("copy");
        int step = Math.max(1, dataBytes / 7);
        for (int length = 0; length < dataBytes - 1; length += step) {
            copy(pristine, copy);
            try (RandomAccessFile file = new RandomAccessFile(
                    copy.resolve("journal").resolve(segment.getFileName()).toFile(), "rw")) {
                file.setLength(length);
            }
            String where = "segment truncated to " + length;
            assertThat(Task.start(() -> use(copy, where)).await()).as(where).isNotEqualTo("whole");
            DirectoryHandle.delete(copy);
        }
    }

    @Test
    void shouldRefuseMissingSegment() throws Exception {
        Files.delete(DurableQueueTest.segments(pristine).get(0));
        assertThat(use(pristine, "segment deleted")).isEqualTo("refused");
    }

    private static int endOfData(Path segment) throws IOException {
        byte[] content = Files.readAllBytes(segment);
        int end = content.length;
        while (content[end - 1] == 0) {
            end--;
        }
        return end;
    }

    private static int indexOf(byte[] content, String text) {
        return new String(content, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf(text);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> tree = Files.walk(from)) {
            for (Path path : tree.toList()) {
                Path target = to.resolve(from.relativize(path));
                if (Files.isDirectory(path)) {
                    io.ipcq.memory.PrivateFiles.createDirectory(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
    }
}
