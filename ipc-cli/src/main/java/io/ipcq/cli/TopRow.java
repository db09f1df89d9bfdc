// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A queue in the live view.
 *
 * @param queue its directory
 * @param kind {@code ring} or {@code journal}; null if it is damaged
 * @param state {@code open}, {@code shutdown}, {@code deleted} or {@code damaged}
 * @param oldestAgeNanos for how long the oldest element has waited, at most; null if there is none, or not known
 * @param lastPut when an element was put last; null if none was
 * @param lastTake when an element was taken last; null if none was
 * @param size elements that can be taken
 * @param putPerSecond since the look before; null at the first
 * @param takenPerSecond the same
 * @param leased elements that are out under a lease
 * @param deadLetters how many there are
 * @param processes how many are attached; null if that is not to be seen
 * @param waiting how many of them wait for elements, room or a mutex
 * @param stalls why it does not go on
 */
record TopRow(
        String queue,
        @Nullable String kind,
        String state,
        @Nullable Long oldestAgeNanos,
        @Nullable Instant lastPut,
        @Nullable Instant lastTake,
        long size,
        @Nullable Double putPerSecond,
        @Nullable Double takenPerSecond,
        int leased,
        long deadLetters,
        @Nullable Integer processes,
        @Nullable Integer waiting,
        List<Reason> stalls) {

    /** A reason why something does not go on. */
    record Reason(String stall, String sentence) {}
}
