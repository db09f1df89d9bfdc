// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Times on the wire: whole milliseconds, never less than was asked for. */
public final class WireTime {

    /** 292 years, which no call reaches. */
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    private WireTime() {}

    /** A timeout in milliseconds; null waits for ever. */
    public static @Nullable Long millis(@Nullable Duration timeout) {
        return timeout == null ? null : wholeMillis(timeout);
    }

    /**
     * In nanoseconds, at most a quarter of what a long holds. So a deadline that is computed from it is always after
     * now.
     */
    public static long nanos(long millis) {
        return Math.min(TimeUnit.MILLISECONDS.toNanos(millis), Long.MAX_VALUE / 4);
    }

    public static long wholeMillis(Duration time) {
        if (time.isNegative()) {
            return 0;
        }
        if (time.compareTo(LONGEST) >= 0) {
            return LONGEST.toMillis();
        }
        long whole = time.toMillis();
        return time.equals(Duration.ofMillis(whole)) ? whole : whole + 1;
    }
}
