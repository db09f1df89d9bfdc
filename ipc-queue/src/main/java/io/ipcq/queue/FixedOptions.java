// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.MappedRegion;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * What the control file of every kind of queue is given at creation and never again: options of its kind, whether it is
 * anonymous, its id and that of its codec, with a checksum of all of them.
 *
 * <pre>
 *   begin             flags                                                     end
 *  +-----------------+-------+--------------------+----------+----------------+---+
 *  | of its kind ... | flags | length of codec id | checksum | codec id, 2048 |...|
 *  +-----------------+-------+--------------------+----------+----------------+---+
 * </pre>
 *
 * @param region that holds them
 * @param begin the first offset that the checksum is of
 * @param flags where the flags stand
 * @param idOffset where the queue's id stands, among those of its kind or at the end
 * @param end of what the checksum is of
 */
record FixedOptions(MappedRegion region, int begin, int flags, int idOffset, int end) {

    private static final int ANONYMOUS = 1;
    private static final int MAX_CODEC_ID_BYTES = 2048;

    private int codecIdBytes() {
        return flags + Integer.BYTES;
    }

    private int checksumOffset() {
        return codecIdBytes() + Integer.BYTES;
    }

    private int codecIdOffset() {
        return checksumOffset() + Integer.BYTES;
    }

    /**
     * Writes what is the same for all kinds.
     *
     * @param kindFlags flags of the kind, none of them 1
     */
    void write(String codecId, boolean anonymous, int kindFlags, long id) {
        writeCodecId(codecId);
        region.putInt(flags, kindFlags | (anonymous ? ANONYMOUS : 0));
        region.putLong(idOffset, id);
    }

    private void writeCodecId(String codecId) {
        byte[] id = codecId.getBytes(StandardCharsets.UTF_8);
        if (id.length > MAX_CODEC_ID_BYTES) {
            throw new IllegalArgumentException(
                    "the codec's id is longer than " + MAX_CODEC_ID_BYTES + " bytes: id=" + codecId);
        }
        region.putInt(codecIdBytes(), id.length);
        region.putBytes(codecIdOffset(), id, 0, id.length);
    }

    boolean anonymous() {
        return hasFlag(ANONYMOUS);
    }

    boolean hasFlag(int flag) {
        return (region.getInt(flags) & flag) != 0;
    }

    long id() {
        return region.getLong(idOffset);
    }

    String codecId() {
        byte[] id = new byte[Math.min(Math.max(region.getInt(codecIdBytes()), 0), MAX_CODEC_ID_BYTES)];
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
