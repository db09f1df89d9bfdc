// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.RegionFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Set;

/**
 * The files of a journal before Chronicle sees them: each is a regular one of this user, of a name that belongs there, and what
 * Chronicle will read as objects names no other types than the few that there are.
 */
final class JournalHeader {

    /*
     * Idea
     *   A header of Chronicle's is an object in its binary wire format, and the file says of which class: Chronicle would load any
     *   class that is named there, make an object of it and fill its fields. So whoever could make a file, such as the
     *   author of an archive that is unpacked here, could choose. The headers of this library's journals consist of few kinds
     *   of tokens; whatever else there is, is refused, and so is every type but Chronicle's own.
     *   The elements are bytes for Chronicle, which never reads objects in them.
     *
     *   Of a segment, the header is looked at. All of metadata.cq4t is: in damaged entries Chronicle would look again and again,
     *   for ten seconds each time.
     *
     * References
     *   BinaryWireCode of Chronicle Wire.
     */

    static final String METADATA = "metadata.cq4t";

    private static final Set<String> TYPES =
            Set.of("STStore", "WireType", "SCQMeta", "SCQSRoll", "SCQStore", "SCQSIndexing");
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    /** What a header begins with, up to the name of its type. */
    private static final String NAME = "\u00b9\u0006header\u00b6";

    private static final int NOT_READY = 1 << 31;
    private static final int LENGTH = (1 << 30) - 1;
    private static final int MAX_METADATA_BYTES = 1 << 20;
    private static final int MAX_HEADER_BYTES = 4 << 10;

    private static final int BYTES_LENGTH = 0x82;
    private static final int LONG_ARRAY = 0x8D;
    private static final int PADDING_LENGTH = 0x8E;
    private static final int PADDING = 0x8F;
    private static final int TYPE_PREFIX = 0xB6;
    private static final int EVENT_NAME = 0xB9;
    private static final int FIRST_FIELD_NAME = 0xC0;
    private static final int FIRST_NUMBER = 0xA1;
    /** Of the unsigned and signed numbers of 8, 16 and 32 bits, and the signed one of 64. */
    private static final int[] NUMBER_BYTES = {1, 2, 4, 1, 2, 4, 8};

    private final Path file;
    private final ByteBuffer bytes;

    private JournalHeader(Path file, ByteBuffer bytes) {
        this.file = file;
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
        int limit = metadata ? MAX_METADATA_BYTES : MAX_HEADER_BYTES;
        JournalHeader header = new JournalHeader(file, read(journal, name, limit));
        if (metadata) {
            header.requireTable();
        } else {
            header.requireHeader();
        }
    }

    private static ByteBuffer read(DirectoryHandle journal, String name, int limit) throws IOException {
        return journal.withFile(name, READ, channel -> {
            ByteBuffer bytes =
                    ByteBuffer.allocate((int) Math.min(channel.size(), limit)).order(ByteOrder.LITTLE_ENDIAN);
            while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) > 0) {}
            return bytes.flip();
        });
    }

    /** A header, and entries of a name and a number each, up to the first place without one. */
    private void requireTable() throws RegionFormatException {
        boolean ready = true;
        boolean first = true;
        while (bytes.remaining() >= Integer.BYTES) {
            int header = bytes.getInt();
            if (header == 0 && !first) {
                return;
            }
            if (header == 0 || !ready) {
                throw refused("an entry is not complete");
            }
            ready = (header & NOT_READY) == 0;
            if (first && !ready) {
                throw refused("the header is not complete");
            }
            if (first) {
                requireBeginning("STStore");
            }
            requireTokens(header & LENGTH);
            first = false;
        }
        throw refused("it has no end");
    }

    /** One header, if it is complete: a segment may be just about to begin, or its maker have died. */
    private void requireHeader() throws RegionFormatException {
        if (bytes.remaining() < Integer.BYTES) {
            return;
        }
        int header = bytes.getInt();
        if (header != 0 && (header & NOT_READY) == 0) {
            requireBeginning("SCQStore");
            requireTokens(header & LENGTH);
        }
    }

    /** Chronicle takes a first entry of another name for one that somebody is about to write, and waits for that. */
    private void requireBeginning(String type) throws RegionFormatException {
        byte[] expected = (NAME + (char) type.length() + type).getBytes(StandardCharsets.ISO_8859_1);
        byte[] found = new byte[Math.min(expected.length, bytes.remaining())];
        bytes.get(bytes.position(), found);
        if (!Arrays.equals(expected, found)) {
            throw refused("it does not begin as one");
        }
    }

    private void requireTokens(int length) throws RegionFormatException {
        if (length > bytes.remaining()) {
            throw refused("it is longer than there are bytes");
        }
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
        } else if (code == LONG_ARRAY) {
            requireWithin(2 * Long.BYTES, end);
            long capacity = bytes.getLong();
            skip(Long.BYTES, end);
            requireWithin(capacity > end ? Integer.MAX_VALUE : capacity * Long.BYTES, end);
            skip((int) capacity * Long.BYTES, end);
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

    private int next(int end) throws RegionFormatException {
        requireWithin(1, end);
        return bytes.get() & 0xff;
    }

    private int nextInt(int end) throws RegionFormatException {
        requireWithin(Integer.BYTES, end);
        return bytes.getInt();
    }

    private void skip(int count, int end) throws RegionFormatException {
        requireWithin(count, end);
        bytes.position(bytes.position() + count);
    }

    private void requireWithin(long count, int end) throws RegionFormatException {
        if (count < 0 || count > end - bytes.position()) {
            throw refused("a token does not end");
        }
    }

    private RegionFormatException refused(String what) {
        return new RegionFormatException(
                file,
                "not a file of a journal: offset=" + bytes.position() + ": " + what
                        + "; restore it from where you trust it to come, or delete the queue");
    }
}
