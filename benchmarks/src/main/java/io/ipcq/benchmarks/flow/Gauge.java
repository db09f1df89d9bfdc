// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.flow;

import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RegionFormat;
import java.io.IOException;
import java.nio.file.Path;

/** How many messages each consumer has had so far, for one who looks on from another process. */
public final class Gauge {

    private static final RegionFormat FORMAT = new RegionFormat("throughput gauge", 0x4950_4351_4741_5547L, 1);
    /** Where the first count stands in the file, for those who write it without this class: 64 bits, little-endian. */
    public static final int FIRST = MappedRegion.HEADER_BYTES;
    /** Bytes from one count to the next. Two cache lines: counting is to disturb nobody. */
    public static final int SPACING = 128;

    private static final int MOST = 1000;

    private final MappedRegion region;

    private Gauge(MappedRegion region) {
        this.region = region;
    }

    public static Gauge create(Path file) throws IOException {
        return new Gauge(MappedRegion.create(file, FORMAT, FIRST + SPACING * MOST, region -> {}));
    }

    public static Gauge open(Path file) throws IOException {
        return new Gauge(MappedRegion.open(file, FORMAT));
    }

    public void set(int consumer, long count) {
        region.putLongRelease(FIRST + SPACING * consumer, count);
    }

    public long sum(int consumers) {
        long sum = 0;
        for (int i = 0; i < consumers; i++) {
            sum += region.getLongAcquire(FIRST + SPACING * i);
        }
        return sum;
    }

    /** Messages a second, once all consumers together have had the first one and some time has passed to get warm. */
    public double rate(int consumers, long warmUpMillis, long watchMillis) throws InterruptedException {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (sum(consumers) == 0) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("no message has arrived in 30 s");
            }
            Thread.sleep(10);
        }
        Thread.sleep(warmUpMillis);
        long start = System.nanoTime();
        long before = sum(consumers);
        Thread.sleep(watchMillis);
        long count = sum(consumers) - before;
        return count * 1e9 / (System.nanoTime() - start);
    }
}
