// SPDX-License-Identifier: Apache-2.0
package io.ipcq.observe;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The heap of a JVM of this user, as it counts in the file that {@code jstat} reads; the JVM is not asked for anything.
 *
 * <p>Thread-safe: immutable.
 *
 * @param usedBytes after the last collection, or of a little while ago, as its collector counts
 */
public record HeapSight(long usedBytes) {

    /*
     * The file is HotSpot's: a header of 32 bytes, and entries that each have a name and a value. Nothing in it is
     * trusted.
     *
     * Reference: perfMemory.hpp and perfData.hpp of the JDK's sources.
     */

    private static final int MAGIC = 0xcafec0c0;
    private static final int ORDER = 4;
    private static final int FIRST_ENTRY = 24;
    private static final int ENTRIES = 28;
    private static final int HEADER_BYTES = 32;
    private static final int NAME_OFFSET = 4;
    private static final int TYPE = 12;
    private static final int DATA_OFFSET = 16;
    private static final long LARGEST_FILE = 1 << 20;

    private static final Pattern USED = Pattern.compile("sun\\.gc\\.generation\\.\\d+\\.space\\.\\d+\\.used");

    /** Null if there is no such JVM, it was told not to count, or it is not to be seen. */
    public static @Nullable HeapSight of(long pid) {
        try {
            Path process = Path.of("/proc", Long.toString(pid));
            String user = Files.getOwner(process).getName();
            Path file = Path.of("/tmp", "hsperfdata_" + user, Long.toString(pid));
            boolean isFile = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) <= LARGEST_FILE;
            return isFile ? parse(ByteBuffer.wrap(Files.readAllBytes(file))) : null;
        } catch (IOException | IndexOutOfBoundsException unreadable) {
            return null;
        }
    }

    static @Nullable HeapSight parse(ByteBuffer file) {
        if (file.limit() < HEADER_BYTES || file.getInt(0) != MAGIC) {
            return null;
        }
        file.order(file.get(ORDER) == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        long used = 0;
        boolean found = false;
        int at = file.getInt(FIRST_ENTRY);
        for (int left = file.getInt(ENTRIES); left > 0; left--) {
            int length = file.getInt(at);
            if (length <= 0) {
                return null;
            }
            if (file.get(at + TYPE) == 'J'
                    && USED.matcher(name(file, at + file.getInt(at + NAME_OFFSET)))
                            .matches()) {
                used += file.getLong(at + file.getInt(at + DATA_OFFSET));
                found = true;
            }
            at += length;
        }
        return found ? new HeapSight(used) : null;
    }

    private static String name(ByteBuffer file, int from) {
        int end = from;
        while (file.get(end) != 0) {
            end++;
        }
        byte[] name = new byte[end - from];
        file.get(from, name);
        return new String(name, US_ASCII);
    }
}
