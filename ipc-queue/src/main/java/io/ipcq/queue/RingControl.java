// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.queue.RingLayout.*;

import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RegionFormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/** The shared words of a ring queue that {@link Ring} has no part in: options, state, tasks. */
final class RingControl {

    private static final int ANONYMOUS = 1;
    private static final int CHECKSUM = 2;
    /** What of the records is allocated at creation; the rest follows as the ring first reaches it. */
    private static final long FIRST_BYTES = 64L << 10;

    private final MappedRegion region;
    private final QueueState state;
    private final RingOptions options;

    private RingControl(MappedRegion region) {
        this.region = region;
        this.state = new QueueState(region, STATE);
        this.options = new RingOptions(
                region.getLong(CAPACITY), region.getLong(MAX_SIZE), (region.getInt(OPTION_FLAGS) & CHECKSUM) != 0);
    }

    /** Creates the file; {@code initialise} runs before any other process can see it. */
    static void create(
            Path file, RingOptions options, String codecId, boolean anonymous, Consumer<QueueState> initialise)
            throws IOException {
        long allocated = Math.min(FIRST_BYTES, options.capacityBytes());
        MappedRegion.createSparse(file, FORMAT, DATA + options.capacityBytes(), DATA + allocated, region -> {
                    writeOptions(region, options, codecId, anonymous);
                    region.putLong(ALLOCATED, allocated);
                    initialise.accept(new QueueState(region, STATE));
                })
                .release(0); // opened anew; only what initialise has made of it may use it for a moment longer
    }

    private static void writeOptions(MappedRegion region, RingOptions options, String codecId, boolean anonymous) {
        byte[] id = codecId.getBytes(StandardCharsets.UTF_8);
        if (id.length > MAX_CODEC_ID_BYTES) {
            throw new IllegalArgumentException(
                    "the codec's id is longer than " + MAX_CODEC_ID_BYTES + " bytes: id=" + codecId);
        }
        region.putLong(MAX_SIZE, options.maxSize());
        region.putLong(CAPACITY, options.capacityBytes());
        region.putLong(KEY, RandomNames.nextLong() | Long.MIN_VALUE);
        region.putInt(OPTION_FLAGS, (anonymous ? ANONYMOUS : 0) | (options.checksum() ? CHECKSUM : 0));
        region.putInt(CODEC_ID_BYTES, id.length);
        region.putBytes(CODEC_ID, id, 0, id.length);
        region.putInt(OPTIONS_CHECKSUM, checksum(region));
    }

    /** Checks a file of this format. */
    static RingControl of(MappedRegion region) throws RegionFormatException {
        if (region.sizeBytes() <= DATA || checksum(region) != region.getInt(OPTIONS_CHECKSUM)) {
            throw damaged(region, "the options are damaged: offset=" + OPTIONS);
        }
        RingControl control = new RingControl(region);
        if (region.sizeBytes() != DATA + control.options.capacityBytes()) {
            throw damaged(
                    region,
                    "capacity and size contradict each other: offset=" + CAPACITY + ", capacity="
                            + control.options.capacityBytes() + ", sizeBytes=" + region.sizeBytes());
        }
        return control;
    }

    private static RegionFormatException damaged(MappedRegion region, String what) {
        return new RegionFormatException(region.file(), what + "; restore the file or delete the queue");
    }

    private static int checksum(MappedRegion region) {
        CRC32C crc = new CRC32C();
        byte[] bytes = new byte[CODEC_ID + MAX_CODEC_ID_BYTES - OPTIONS];
        region.getBytes(OPTIONS, bytes, 0, bytes.length);
        crc.update(bytes, 0, OPTIONS_CHECKSUM - OPTIONS);
        crc.update(bytes, CODEC_ID - OPTIONS, MAX_CODEC_ID_BYTES);
        return (int) crc.getValue();
    }

    MappedRegion region() {
        return region;
    }

    QueueState state() {
        return state;
    }

    RingOptions options() {
        return options;
    }

    boolean anonymous() {
        return (region.getInt(OPTION_FLAGS) & ANONYMOUS) != 0;
    }

    String codecId() {
        byte[] id = new byte[Math.min(Math.max(region.getInt(CODEC_ID_BYTES), 0), MAX_CODEC_ID_BYTES)];
        region.getBytes(CODEC_ID, id, 0, id.length);
        return new String(id, StandardCharsets.UTF_8);
    }

    /** What no other queue has, but a copy of this one. */
    long id() {
        return region.getLong(KEY);
    }

    long storageBytes() {
        return DATA + region.getLongVolatile(ALLOCATED);
    }

    long tasksDoneVolatile() {
        return region.getLongVolatile(TASKS_DONE);
    }

    boolean compareAndSetTasksDone(long expected, long count) {
        return region.compareAndSetLong(TASKS_DONE, expected, count);
    }
}
