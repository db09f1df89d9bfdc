// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.memory.Deadline;
import java.time.Duration;

/**
 * Counts how often in a row a slot of a pool failed to start a worker, and decides what to do then. Not thread-safe.
 */
final class Restarts {

    /** After this number of failed starts in a row the waiting tasks are given up. */
    private static final int START_ATTEMPTS = 3;

    /** The same for starts that a signal ended. They do not tell whether the next start will fail. */
    private static final int KILLED_START_ATTEMPTS = 30;

    private final long firstNanos;
    private final long mostNanos;
    private int failures;
    private int killed;

    Restarts(Duration first, Duration most) {
        this.firstNanos = Deadline.nanos(first);
        this.mostNanos = Deadline.nanos(most);
    }

    void failed() {
        failures++;
    }

    /** Notes that a signal ended the start. */
    void killed() {
        killed++;
    }

    void succeeded() {
        failures = 0;
        killed = 0;
    }

    /** Whether the next start is expected to fail, too. */
    boolean isHopeless() {
        return failures >= START_ATTEMPTS || killed >= KILLED_START_ATTEMPTS;
    }

    /** How long to wait before the next start. The pause doubles each time. */
    long pauseNanos() {
        if (failures == 0) {
            return 0;
        }
        int doubled = Math.min(Long.numberOfLeadingZeros(firstNanos) - 1, failures - 1);
        return Math.min(mostNanos, firstNanos << Math.max(0, doubled));
    }
}
