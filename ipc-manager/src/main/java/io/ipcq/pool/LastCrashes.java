// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * When and how the last workers of a pool ended that nobody had told to end: they crashed, were killed from outside, or
 * could not start. Guarded by the dispatcher's lock.
 */
final class LastCrashes {

    private final long[] millis = new long[PoolLayout.MOST_CRASHES];
    private final int[] exitCodes = new int[PoolLayout.MOST_CRASHES];
    private long count;

    /** Notes a crash. Allocates nothing, so that it cannot fail between two other steps. */
    void add(long epochMillis, int exitCode) {
        int place = (int) (count % millis.length);
        millis[place] = epochMillis;
        exitCodes[place] = exitCode;
        count++;
    }

    /** The crashes that are remembered, the oldest one first. */
    List<PoolView.Crash> list() {
        List<PoolView.Crash> crashes = new ArrayList<>();
        for (long i = Math.max(0, count - millis.length); i < count; i++) {
            int place = (int) (i % millis.length);
            crashes.add(new PoolView.Crash(Instant.ofEpochMilli(millis[place]), exitCodes[place]));
        }
        return crashes;
    }
}
