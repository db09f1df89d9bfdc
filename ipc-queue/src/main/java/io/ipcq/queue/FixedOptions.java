// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.MappedRegion;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * What the control file of every kind of queue is given at creation and never again: options of its kind, and the id of
 * its codec, with a checksum of all of them.
 *
 * <pre>
 *   begin             codecIdBytes                                      end
 *  +-----------------+---------------+-----------+-------------------+---+
 *  | of its kind ... | length of id  | checksum  | codec id, 2048    |...|
 *  +-----------------+---------------+-----------+-------------------+---+
 * </pre>
 *
 * @param region that holds them
 * @param begin the first offset that the checksum is of
 * @param codecIdBytes where the length of the id stands
 * @param end of what the checksum is of
 */
record FixedOptions(MappedRegion region, int begin, int codecIdBytes, int end) {

    private static final int MAX_CODEC_ID_BYTES = 2048;

    private int checksumOffset() {
        return codecIdBytes + Integer.BYTES;
    }

    private int codecIdOffset() {
        return checksumOffset() + Integer.BYTES;
    }

    void writeCodecId(String codecId) {
        byte[] id = codecId.getBytes(StandardCharsets.UTF_8);
        if (id.length > MAX_CODEC_ID_BYTES) {
            throw new IllegalArgumentException(
                    "the codec's id is longer than " + MAX_CODEC_ID_BYTES + " bytes: id=" + codecId);
        }
        region.putInt(codecIdBytes, id.length);
        region.putBytes(codecIdOffset(), id, 0, id.length);
    }

    String codecId() {
        byte[] id = new byte[Math.min(Math.max(region.getInt(codecIdBytes), 0), MAX_CODEC_ID_BYTES)];
        region.getBytes(codecIdOffset(), id, 0, id.length);
        return new String(id, StandardCharsets.UTF_8);
    }

    /** Writes the checksum, at last. */
    void seal() {
        region.putInt(checksumOffset(), checksum());
    }

    boolean isIntact() {
        return region.getInt(checksumOffset()) == checksum();
    }

    private int checksum() {
        CRC32C crc = new CRC32C();
        byte[] bytes = new byte[end - begin];
        region.getBytes(begin, bytes, 0, bytes.length);
        crc.update(bytes, 0, checksumOffset() - begin);
        crc.update(bytes, codecIdOffset() - begin, end - codecIdOffset());
        return (int) crc.getValue();
    }
}
