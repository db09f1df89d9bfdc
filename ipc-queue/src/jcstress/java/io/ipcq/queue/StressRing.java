// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RobustMutex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An empty ring that is mapped twice, so that two threads see it as two processes do. There are some of them, used over
 * and over: the harness makes states by the thousand, and a file for each would be too much.
 */
final class StressRing {

    /** At least as many as there are states at once: see the options of the profile. */
    private static final int RINGS = 512;

    private static final int CAPACITY_BYTES = 4096;
    private static final StressRing[] ALL = new StressRing[RINGS];
    private static final AtomicInteger NEXT = new AtomicInteger();

    private final MappedRegion[] regions = new MappedRegion[2];
    private final Ring[] rings = new Ring[2];

    private StressRing() {
        RingFiles files = new RingFiles(Path.of(
                System.getProperty("java.io.tmpdir"), "ipcq-stress-" + RandomNames.next()));
        try {
            attach(0, files.create(new SharedQueueOptions(CAPACITY_BYTES, Long.MAX_VALUE, false), "bytes", false, hold -> hold));
            attach(1, files.open("bytes", hold -> hold));
            files.delete();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void attach(int side, RingFiles.Attachment attachment) {
        regions[side] = attachment.control().region();
        RobustMutex mutex = new RobustMutex(regions[side], RingLayout.MUTEX, attachment.members());
        rings[side] = new Ring(attachment.control(), mutex, () -> {});
    }

    /** One that nobody else uses, somewhere on its way through its laps, and empty. */
    static StressRing next() {
        int number = Math.floorMod(NEXT.getAndIncrement(), RINGS);
        synchronized (ALL) {
            if (ALL[number] == null) {
                ALL[number] = new StressRing();
            }
        }
        StressRing ring = ALL[number];
        while (ring.rings[0].take() != null) {
            // of the state that had it before
        }
        ring.regions[0].putIntVolatile(RingLayout.NOT_EMPTY, 0);
        return ring;
    }

    /** The ring as a process sees it. */
    Ring side(int side) {
        return rings[side];
    }

    MappedRegion region(int side) {
        return regions[side];
    }
}
