// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

/** A point of {@link System#nanoTime}, with one value that is never reached. */
final class Deadline {

    static final long NEVER = Long.MAX_VALUE;

    private Deadline() {}

    static long remainingNanos(long deadlineNanos, long now) {
        return deadlineNanos == NEVER ? NEVER : deadlineNanos - now;
    }
}
