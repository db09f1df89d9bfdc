// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

/** Decides whether to look again and again for a moment before going to sleep. Not thread-safe. */
final class SpinHabit {
    /*
     * Idea. Sleeping and being woken costs both sides more time than most answers take. So a waiter spins first, for as
     * long as waking a sleeping peer takes. Each spin that was in vain halves how often it is tried, down to one wait
     * in 64. A spin that succeeded makes it the rule again. So a pair that talks often spins, and for other pairs it
     * costs next to nothing.
     */

    static final long NANOS = 50_000;

    private static final boolean POSSIBLE = Runtime.getRuntime().availableProcessors() > 1;
    private static final int MOST_FAILURES = 6;

    private int failures;
    private int skipped;

    boolean isWorthwhile() {
        if (skipped > 0) {
            skipped--;
            return false;
        }
        return POSSIBLE;
    }

    void paid() {
        failures = 0;
    }

    void failed() {
        failures = Math.min(failures + 1, MOST_FAILURES);
        skipped = (1 << failures) - 1;
    }
}
