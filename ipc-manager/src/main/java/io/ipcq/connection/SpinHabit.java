// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

/** Whether to look again and again for a moment before going to sleep. Not thread-safe. */
final class SpinHabit {
    /*
     * Idea. To sleep and be woken costs both sides more than most answers take. So a waiter first spins, for as long as waking a
     * peer that sleeps takes; each time in vain halves how often it is tried, down to one wait in 64, and one that pays
     * makes it the rule again. So a pair that talks finds out that it does, and one that does not costs next to nothing.
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
