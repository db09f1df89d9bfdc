// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * The first bytes of a mapped file, little-endian.
 *
 * <pre>
 *   0               8       12      16              24                              64
 *   +---------------+-------+-------+---------------+--------------- ... -----------+
 *   | magic         |version|header | size          | zero                          |
 *   +---------------+-------+-------+---------------+--------------- ... -----------+
 * </pre>
 */
final class RegionHeader {

    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
    static final int HEADER_BYTES_OFFSET = VERSION_OFFSET + Integer.BYTES;
    static final int SIZE_OFFSET = HEADER_BYTES_OFFSET + Integer.BYTES;
    static final int ZERO_OFFSET = SIZE_OFFSET + Long.BYTES;

    /** One cache line, so that the first word of the user shares it with nothing. */
    static final int BYTES = 64;

    private RegionHeader() {}

    static void write(MappedRegion region, RegionFormat format) {
        region.putInt(VERSION_OFFSET, format.version());
        region.putInt(HEADER_BYTES_OFFSET, BYTES);
        region.putLong(SIZE_OFFSET, region.sizeBytes());
        region.putLongRelease(MAGIC_OFFSET, format.magic());
    }

    /** Refuses anything that {@link #write} did not write for a file of this size. */
    static void check(Path file, ByteBuffer header, RegionFormat format, long fileBytes) throws RegionFormatException {
        ByteBuffer words = header.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (words.limit() < BYTES) {
            throw new RegionFormatException(
                    file,
                    "it ends inside the header of a " + format.name() + ": offset=" + words.limit() + ", expected="
                            + BYTES + " bytes or more, found=" + words.limit()
                            + "; it is cut off or something else: restore it, or delete it and create anew");
        }
        long magic = words.getLong(MAGIC_OFFSET);
        if (magic != format.magic()) {
            throw mismatch(file, format, "magic", MAGIC_OFFSET, hex(format.magic()), hex(magic), "check the path");
        }
        int version = words.getInt(VERSION_OFFSET);
        if (version != format.version()) {
            throw mismatch(
                    file,
                    format,
                    "version",
                    VERSION_OFFSET,
                    format.version(),
                    version,
                    "open it with the ipcq that made it");
        }
        int headerBytes = words.getInt(HEADER_BYTES_OFFSET);
        if (headerBytes != BYTES) {
            throw damaged(file, format, "header size", HEADER_BYTES_OFFSET, BYTES, headerBytes);
        }
        long sizeBytes = words.getLong(SIZE_OFFSET);
        if (sizeBytes != fileBytes) {
            throw damaged(file, format, "size", SIZE_OFFSET, fileBytes + " (the file's)", sizeBytes);
        }
        for (int offset = ZERO_OFFSET; offset < BYTES; offset += Long.BYTES) {
            if (words.getLong(offset) != 0) {
                throw damaged(file, format, "reserved word", offset, 0, hex(words.getLong(offset)));
            }
        }
    }

    private static RegionFormatException damaged(
            Path file, RegionFormat format, String field, int offset, Object expected, Object found) {
        return mismatch(
                file,
                format,
                field,
                offset,
                expected,
                found,
                "it is damaged: restore it, or delete it and create anew");
    }

    private static RegionFormatException mismatch(
            Path file, RegionFormat format, String field, int offset, Object expected, Object found, String advice) {
        return new RegionFormatException(
                file,
                "not a " + format.name() + " of this version: " + field + " at offset=" + offset + ", expected="
                        + expected + ", found=" + found + "; " + advice);
    }

    private static String hex(long word) {
        return "0x" + Long.toHexString(word);
    }
}
