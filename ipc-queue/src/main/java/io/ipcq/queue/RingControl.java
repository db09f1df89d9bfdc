// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.queue.RingLayout.*;

import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RegionFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** The shared words of a ring queue that {@link Ring} has no part in: options, state, tasks. */
final class RingControl extends QueueControl {

    private static final int CHECKSUM = 2;
    /** What of the records is allocated at creation; the rest follows as the ring first reaches it. */
    private static final long FIRST_BYTES = 64L << 10;

    private final SharedQueueOptions options;

    private RingControl(MappedRegion region) {
        super(region, STATE, fixed(region), times(region));
        this.options = new SharedQueueOptions(
                region.getLong(CAPACITY),
                region.getLong(MAX_SIZE),
                fixed(region).hasFlag(CHECKSUM));
    }

    /** Creates the file; {@code initialise} runs before any other process can see it. */
    static void create(
            Path file, SharedQueueOptions options, String codecId, boolean anonymous, Consumer<QueueState> initialise)
            throws IOException {
        long allocated = Math.min(FIRST_BYTES, options.capacityBytes());
        MappedRegion.createSparse(file, FORMAT, DATA + options.capacityBytes(), DATA + allocated, region -> {
                    writeOptions(region, options, codecId, anonymous);
                    region.putLong(ALLOCATED, allocated);
                    initialise.accept(new QueueState(region, STATE));
                })
                .release(0); // opened anew; only what initialise has made of it may use it for a moment longer
    }

    private static void writeOptions(
            MappedRegion region, SharedQueueOptions options, String codecId, boolean anonymous) {
        FixedOptions fixed = fixed(region);
        fixed.write(codecId, anonymous, options.checksum() ? CHECKSUM : 0, RandomNames.nextLong() | Long.MIN_VALUE);
        region.putLong(MAX_SIZE, options.maxSize());
        region.putLong(CAPACITY, options.capacityBytes());
        fixed.seal();
        times(region).noteCreation();
    }

    private static UseTimes times(MappedRegion region) {
        return new UseTimes(region, CREATED, LAST_PUT, LAST_TAKE, PUT_TIMES);
    }

    /** Checks a file of this format. */
    static RingControl of(MappedRegion region) throws RegionFormatException {
        if (region.sizeBytes() <= DATA || !fixed(region).isIntact()) {
            throw damaged(region, "the options are damaged: offset=" + OPTIONS, null);
        }
        RingControl control = plausible(region);
        if (region.sizeBytes() != DATA + control.options.capacityBytes()) {
            throw damaged(
                    region,
                    "capacity and size contradict each other: offset=" + CAPACITY + ", capacity="
                            + control.options.capacityBytes() + ", sizeBytes=" + region.sizeBytes(),
                    null);
        }
        return control;
    }

    private static RingControl plausible(MappedRegion region) throws RegionFormatException {
        try {
            return new RingControl(region);
        } catch (IllegalArgumentException e) {
            throw damaged(region, "the options are damaged: offset=" + OPTIONS, e);
        }
    }

    private static FixedOptions fixed(MappedRegion region) {
        return new FixedOptions(region, OPTIONS, OPTION_FLAGS, KEY, CODEC_ID + MAX_CODEC_ID_BYTES);
    }

    SharedQueueOptions options() {
        return options;
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
