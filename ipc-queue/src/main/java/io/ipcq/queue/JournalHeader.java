// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.RegionFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Set;

/**
 * The files of a journal before Chronicle sees them: each is a regular one of this user, of a name that belongs there,
 * and what Chronicle will read as objects names no other types than the few that there are.
 */
final class JournalHeader {

    /*
     * Idea
     *   A header of Chronicle's is an object in its binary wire format, and the file says of which class: Chronicle
     *   would load any class that is named there, make an object of it and fill its fields. So whoever could make a
     *   file, such as the author of an archive that is unpacked here, could choose. The headers of this library's
     *   journals consist of few kinds of tokens; whatever else there is, is refused, and so is every type but
     *   Chronicle's own. The elements are bytes for Chronicle, which never reads objects in them.
     *
     *   Of a segment, the header and the index are looked at, which has one page: Chronicle goes wherever an address
     *   in them leads, and makes a table of all blocks up to there. All entries of metadata.cq4t are: in damaged ones
     *   Chronicle would look again and again, for ten seconds each time.
     *
     *   Other processes may write meanwhile. They complete what an address leads to before they write the address, and
     *   it is read in that order; a word of eight bytes is there as a whole.
     *
     * References
     *   BinaryWireCode of Chronicle Wire.
     */

    static final String METADATA = "metadata.cq4t";

    /** More than all its entries take. */
    static final int METADATA_BYTES = 4 << 10;

    private static final Set<String> TYPES =
            Set.of("STStore", "WireType", "SCQMeta", "SCQSRoll", "SCQStore", "SCQSIndexing");
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    /** The upper bits of the word before an object: it is not written yet; it is Chronicle's own and no element. */
    private static final int NOT_READY = 1 << 31;

    private static final int INTERNAL = 1 << 30;
    private static final int LENGTH = INTERNAL - 1;

    private static final int MAX_HEADER_BYTES = 4 << 10;
    private static final int MAX_LIST_BYTES = 40 << 10;

    private static final int BYTES_LENGTH = 0x82;
    private static final int LONG_ARRAY = 0x8D;
    private static final int PADDING_LENGTH = 0x8E;
    private static final int PADDING = 0x8F;
    private static final int TYPE_PREFIX = 0xB6;
    private static final int EVENT_NAME = 0xB9;
    private static final int FIRST_FIELD_NAME = 0xC0;
    private static final int LONG = 0xA7;
    private static final int FIRST_NUMBER = 0xA1;
    /** Of the unsigned and signed numbers of 8, 16 and 32 bits. */
    private static final int[] NUMBER_BYTES = {1, 2, 4, 1, 2, 4};

    private final Path file;
    /** Where in the file the bytes begin. */
    private final long begin;

    private final ByteBuffer bytes;
    /** The first number of 64 bits; 0 if there is none. */
    private long firstLong;
    /** What is in the last array. */
    private LongBuffer array = LongBuffer.allocate(0);

    private JournalHeader(Path file, long begin, ByteBuffer bytes) {
        this.file = file;
        this.begin = begin;
        this.bytes = bytes;
    }

    /** Refuses a directory with anything in it that no journal has. */
    static void requireSound(DirectoryHandle journal) throws IOException {
        if (!journal.has(METADATA)) {
            throw new RegionFormatException(journal.path().resolve(METADATA), "it is missing; restore it");
        }
        for (String name : journal.names()) {
            try {
                requireSound(journal, name);
            } catch (NoSuchFileException e) {
                // a segment that was consumed meanwhile
            }
        }
    }

    private static void requireSound(DirectoryHandle journal, String name) throws IOException {
        Path file = journal.path().resolve(name);
        boolean metadata = name.equals(METADATA);
        if (!metadata && !SegmentName.isOne(name)) {
            throw new RegionFormatException(file, "no journal has a file of that name; move it to another directory");
        }
        journal.requireOwnFile(name);
        journal.withFile(name, READ, channel -> {
            if (metadata) {
                read(file, channel, 0, METADATA_BYTES).requireTable();
            } else {
                requireSegment(file, channel);
            }
            return channel;
        });
    }

    private static void requireSegment(Path file, FileChannel channel) throws IOException {
        JournalHeader header = read(file, channel, 0, MAX_HEADER_BYTES);
        if (header.isWritten()) {
            long pages = header.requireHeader(channel.size());
            long page = read(file, channel, pages, MAX_LIST_BYTES).requireAddresses("index2index", 1, channel.size());
            if (page != 0) {
                read(file, channel, page, MAX_LIST_BYTES).requireAddresses("index", Integer.MAX_VALUE, channel.size());
            }
        }
    }

    private static JournalHeader read(Path file, FileChannel channel, long from, int limit) throws IOException {
        long there = Math.max(0, channel.size() - from);
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(there, limit)).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) > 0) {}
        return new JournalHeader(file, from, bytes.flip());
    }

    /** A header, and entries of a name and a number each, up to the first place without one. */
    private void requireTable() throws RegionFormatException {
        requireObject("header", "\u00b6\u0007STStore");
        for (int entry = nextInt(bytes.limit()); entry != 0; entry = nextInt(bytes.limit())) {
            // for one that is not complete, Chronicle waits ten seconds
            if ((entry & ~LENGTH) != 0) {
                throw refused("an entry is not complete");
            }
            requireTokens(entry);
        }
    }

    /** Not of a segment that is just about to begin, or whose maker died then. */
    private boolean isWritten() {
        int word = bytes.remaining() < Integer.BYTES ? 0 : bytes.getInt(0);
        return word != 0 && (word & NOT_READY) == 0;
    }

    /** Of a segment; returns where the list of its index's pages is. */
    private long requireHeader(long size) throws RegionFormatException {
        requireObject("header", "\u00b6\u0008SCQStore");
        requireAddress(array.hasRemaining() ? array.get(0) : 0, size);
        return requireAddress(firstLong, size);
    }

    /** A list of so many addresses, and nothing but zeros after them; returns the first. */
    private long requireAddresses(String name, int count, long size) throws RegionFormatException {
        requireObject(name, "");
        for (int i = 0; i < array.limit(); i++) {
            requireAddress(array.get(i), i < count ? size : 0);
        }
        return array.hasRemaining() ? array.get(0) : 0;
    }

    private long requireAddress(long address, long size) throws RegionFormatException {
        if (address < 0 || address > size) {
            throw refused("an address is outside the file: address=0x" + Long.toHexString(address));
        }
        return address;
    }

    /** Chronicle takes a first object of another name for one that somebody is about to write, and waits for that. */
    private void requireObject(String name, String next) throws RegionFormatException {
        int word = nextInt(bytes.limit());
        byte[] expected =
                ((char) EVENT_NAME + "" + (char) name.length() + name + next).getBytes(StandardCharsets.ISO_8859_1);
        byte[] found = new byte[Math.min(expected.length, bytes.remaining())];
        bytes.get(bytes.position(), found);
        if ((word & ~LENGTH) != INTERNAL || !Arrays.equals(expected, found)) {
            throw refused("there is no object where one should be: name=" + name);
        }
        requireTokens(word & LENGTH);
    }

    private void requireTokens(int length) throws RegionFormatException {
        requireWithin(length, bytes.limit());
        int end = bytes.position() + length;
        while (bytes.position() < end) {
            requireToken(end);
        }
    }

    private void requireToken(int end) throws RegionFormatException {
        int code = next(end);
        if (code >= FIRST_FIELD_NAME) {
            skip(code & 0x1f, end); // a short name of a field, or a short text
        } else if (code == EVENT_NAME) {
            skip(next(end), end);
        } else if (code == TYPE_PREFIX) {
            requireType(end);
        } else if (code == BYTES_LENGTH) {
            requireWithin(nextInt(end), end);
        } else if (code == PADDING_LENGTH) {
            skip(nextInt(end), end);
        } else if (code == LONG) {
            long number = nextLong(end);
            firstLong = firstLong == 0 ? number : firstLong;
        } else if (code == LONG_ARRAY) {
            requireArray(end);
        } else if (code >= FIRST_NUMBER && code < FIRST_NUMBER + NUMBER_BYTES.length) {
            skip(NUMBER_BYTES[code - FIRST_NUMBER], end);
        } else if (code != PADDING) {
            throw refused("there is a token that no header has: code=0x" + Integer.toHexString(code));
        }
    }

    private void requireType(int end) throws RegionFormatException {
        byte[] name = new byte[next(end)];
        requireWithin(name.length, end);
        bytes.get(name);
        String type = new String(name, StandardCharsets.ISO_8859_1);
        if (!TYPES.contains(type)) {
            throw refused("it names a type that no journal has");
        }
    }

    private void requireArray(int end) throws RegionFormatException {
        long capacity = nextLong(end);
        nextLong(end); // how much of it is used
        requireWithin(capacity, end); // or the product could overflow
        requireWithin(capacity * Long.BYTES, end);
        int length = (int) capacity * Long.BYTES;
        array = bytes.slice(bytes.position(), length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asLongBuffer();
        skip(length, end);
    }

    private int next(int end) throws RegionFormatException {
        requireWithin(1, end);
        return bytes.get() & 0xff;
    }

    private int nextInt(int end) throws RegionFormatException {
        requireWithin(Integer.BYTES, end);
        return bytes.getInt();
    }

    private long nextLong(int end) throws RegionFormatException {
        requireWithin(Long.BYTES, end);
        return bytes.getLong();
    }

    private void skip(int count, int end) throws RegionFormatException {
        requireWithin(count, end);
        bytes.position(bytes.position() + count);
    }

    private void requireWithin(long count, int end) throws RegionFormatException {
        if (count < 0 || count > end - bytes.position()) {
            throw refused("it ends too early");
        }
    }

    private RegionFormatException refused(String what) {
        return new RegionFormatException(
                file,
                "not a file of a journal: offset=" + (begin + bytes.position()) + ": " + what
                        + "; restore it from where you trust it to come, or delete the queue");
    }
}
