// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.memory.RegionFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A durable queue that somebody else made, as in an archive that was unpacked: it chooses no class, and leads to no
 * other file.
 */
class HostileJournalIT {

    private static final String LOADED = "ipcq.hostile.loaded";
    private static final String SEGMENT = SegmentName.of(1);
    private static final List<String> TYPES =
            List.of("STStore", "WireType", "SCQMeta", "SCQSRoll", "SCQStore", "SCQSIndexing");

    /** The class that a hostile file names: says that it was loaded. */
    static final class Chosen {
        static {
            System.setProperty(LOADED, "true");
        }
    }

    @TempDir
    Path parent;

    private Path orders;

    @BeforeEach
    void createQueue() throws Exception {
        System.clearProperty(LOADED);
        orders = parent.resolve("orders");
        try (DurableQueue<String> queue = DurableQueue.create(orders, String.class)) {
            queue.put("a");
        }
    }

    private Path journal(String name) {
        return orders.resolve("journal").resolve(name);
    }

    /** Whoever opens the queue, or only looks at it, is told before Chronicle sees any file. */
    private void assertRefused(Path file) {
        DurableQueueBuilder<String> builder = DurableQueue.builder(String.class);
        for (ThrowingCallable opening : List.<ThrowingCallable>of(
                () -> builder.open(orders).close(),
                () -> builder.openOrCreate(orders).close(),
                () -> builder.view(orders).close())) {
            assertThatThrownBy(opening)
                    .isInstanceOf(RegionFormatException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void shouldLoadNoClassThatFileNames() throws Exception {
        for (String name : List.of("metadata.cq4t", SEGMENT)) {
            Path file = journal(name);
            byte[] whole = read(file);
            List<Integer> places = typesIn(whole);
            assertThat(places).hasSizeGreaterThan(1);
            for (int place : places) {
                write(file, withType(whole, place, "!" + Chosen.class.getName()));
                write(file, withType(whole, place, Chosen.class.getName()));
                assertRefused(file);
                assertThat(System.getProperty(LOADED))
                        .as("%s at %d", name, place)
                        .isNull();
            }
            write(file, whole);
        }
        assertWhole();
    }

    /** Behind the header, Chronicle reads an index and documents, and no objects. */
    @Test
    void shouldLoadNoClassThatIndexNames() throws Exception {
        Path file = journal(SEGMENT);
        byte[] hostile = read(file);
        int index = new String(hostile, StandardCharsets.ISO_8859_1).indexOf("index2index");
        assertThat(index).isPositive();
        String name = Chosen.class.getName();
        ByteBuffer.wrap(hostile)
                .position(index + "index2index".length())
                .put((byte) 0xb6)
                .put((byte) name.length())
                .put(name.getBytes(StandardCharsets.ISO_8859_1));
        write(file, hostile);

        assertRefused(file);
        assertThat(System.getProperty(LOADED)).isNull();
    }

    private void assertWhole() throws Exception {
        try (DurableQueue<String> queue = DurableQueue.open(orders, String.class)) {
            assertThat(queue.getNow()).isEqualTo("a");
        }
    }

    /** The beginning, which is all that is not zero. */
    private static byte[] read(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(2_000);
        }
    }

    private static void write(Path file, byte[] beginning) throws IOException {
        try (var out = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            out.write(ByteBuffer.wrap(beginning));
        }
    }

    /** Where the names of types begin. */
    private static List<Integer> typesIn(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        List<Integer> places = new ArrayList<>();
        for (String type : TYPES) {
            int at = text.indexOf("\u00b6" + (char) type.length() + type);
            if (at >= 0) {
                places.add(at + 2);
            }
        }
        return places;
    }

    /** The same with another type in one place, and all lengths around it adjusted. */
    private static byte[] withType(byte[] whole, int place, String type) throws IOException {
        int old = whole[place - 1];
        ByteBuffer words = ByteBuffer.wrap(whole.clone()).order(ByteOrder.LITTLE_ENDIAN);
        int more = type.length() - old;
        words.putInt(0, words.getInt(0) + more);
        for (int begin : typesIn(whole)) {
            int length = begin + whole[begin - 1];
            boolean around =
                    (whole[length] & 0xff) == 0x82 && place > length && place < length + 5 + words.getInt(length + 1);
            if (around) {
                words.putInt(length + 1, words.getInt(length + 1) + more);
            }
        }
        byte[] adjusted = words.array();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(adjusted, 0, place - 1);
        out.write(type.length());
        out.write(type.getBytes(StandardCharsets.ISO_8859_1));
        out.write(adjusted, place + old, adjusted.length - place - old);
        return Arrays.copyOf(out.toByteArray(), whole.length);
    }

    /** Chronicle would wait for ten seconds that somebody writes what it expects, whatever the caller's timeout. */
    @Test
    void shouldRefuseDamagedHeaderWithoutWaiting() throws Exception {
        for (String name : List.of("metadata.cq4t", SEGMENT)) {
            byte[] whole = read(journal(name));
            for (int i = 0; i < 20; i++) {
                assertDamageRefused(journal(name), whole, i, (byte) (whole[i] ^ 0x7f));
            }
            assertDamageRefused(journal(name), whole, 3, (byte) 0); // not a header, but an element
        }
        assertWhole();
    }

    private void assertDamageRefused(Path file, byte[] whole, int offset, byte damage) throws IOException {
        byte[] damaged = whole.clone();
        damaged[offset] = damage;
        write(file, damaged);
        assertRefused(file);
        write(file, whole);
    }

    /** Chronicle would go there, and fill the memory with what it knows about the way. */
    @Test
    void shouldRefuseAddressOutsideSegment() throws Exception {
        Path file = journal(SEGMENT);
        try (var in = Files.newInputStream(file)) {
            byte[] whole = in.readNBytes(100_000);
            ByteBuffer words = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
            int position = after(whole, 0, "writePosition", 0x8d) + 2 * Long.BYTES;
            int pages = after(whole, 0, "index2Index", 0xa7);
            int page = after(whole, (int) words.getLong(pages), "index2index", 0x8d) + 2 * Long.BYTES;
            int document = after(whole, (int) words.getLong(page), "index", 0x8d) + 2 * Long.BYTES;
            for (int address :
                    new int[] {position, pages, page, page + Long.BYTES, document, document + 999 * Long.BYTES}) {
                for (int highByte = 4; highByte < Long.BYTES; highByte++) {
                    assertDamageRefused(file, whole, address + highByte, (byte) 0x11);
                }
            }
        }
        assertWhole();
    }

    /** The place behind a name and the token that follows it. */
    private static int after(byte[] bytes, int from, String name, int token) {
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(name, from) + name.length();
        while ((bytes[at] & 0xff) == 0x8f) {
            at++;
        }
        if ((bytes[at] & 0xff) == 0x8e) {
            at += 1
                    + Integer.BYTES
                    + ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at + 1);
        }
        assertThat(bytes[at] & 0xff).as(name).isEqualTo(token);
        return at + 1;
    }

    @Test
    void shouldFollowNoLink() throws Exception {
        for (String name : List.of("metadata.cq4t", SEGMENT)) {
            Path aside = Files.move(journal(name), parent.resolve("aside"));
            Path outside = Files.createFile(parent.resolve("outside"));
            Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rw-------"));
            Files.createSymbolicLink(journal(name), outside);

            assertRefused(journal(name));
            assertThat(outside).isEmptyFile();

            Files.delete(journal(name));
            Files.delete(outside);
            Files.move(aside, journal(name));
        }
        assertWhole();
    }

    @Test
    void shouldRefuseWhatNoJournalHas() throws Exception {
        for (String name : List.of("19700101-000002T.cq4", "other.cq4", "other.cq4t", "letter.txt")) {
            Path directory = Files.createDirectory(journal(name));
            assertRefused(directory);
            Files.delete(directory);
        }
        for (String name : List.of("other.cq4", "19700101-000000T.cq4", "metadata.cq4t.cq4t", "letter.txt")) {
            Path file = Files.createFile(journal(name));
            assertRefused(file);
            Files.delete(file);
        }
        assertWhole();
    }

    @Test
    void shouldRefuseFileOfAnotherUser() throws Exception {
        assumeTrue(DurableQueueRefusalTest.isRoot(), "only root can give a file away");
        for (String name : List.of("metadata.cq4t", SEGMENT)) {
            Files.setAttribute(journal(name), "unix:uid", 65534);
            assertRefused(journal(name));
            Files.setAttribute(journal(name), "unix:uid", 0);
        }
        assertWhole();
    }
}
