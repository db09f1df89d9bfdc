// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.memory.Deadline;
import java.time.Duration;

/**
 * How often, one time after another, a place of a pool failed to start a worker, and what follows from that. Not
 * thread-safe.
 */
final class Restarts {

    /** After so many failed starts in a row the tasks that wait are given up. */
    private static final int START_ATTEMPTS = 3;

    /** The same for starts that a signal ended: those say nothing about the next. */
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

    /** Somebody ended the start by a signal. */
    void killed() {
        killed++;
    }

    void succeeded() {
        failures = 0;
        killed = 0;
    }

    /** Whether it is not to be expected that the next one succeeds. */
    boolean isHopeless() {
        return failures >= START_ATTEMPTS || killed >= KILLED_START_ATTEMPTS;
    }

    /** How long to wait before the next one: twice as long each time. */
    long pauseNanos() {
        if (failures == 0) {
            return 0;
        }
        int doubled = Math.min(Long.numberOfLeadingZeros(firstNanos) - 1, failures - 1);
        return Math.min(mostNanos, firstNanos << Math.max(0, doubled));
    }
}
