// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.util.function.BooleanSupplier;

/** Looking again and again before going to sleep, in a way that lets the other side run where cores are few. */
final class Spin {

    /** Longer pays nobody: a sleep and a wake-up cost about as much, and on busy cores a spinner slows its peer. */
    private static final long LIMIT_NANOS = 30_000;

    private static final boolean ALONE = Runtime.getRuntime().availableProcessors() == 1;
    static final int SHORT_RUN = 100;
    static final int LONG_RUN = 1000;
    private static final int LONGEST_PAUSE_TURNS = 64;

    private Spin() {}

    /**
     * Looks for about 30 us; true as soon as the condition holds. The pauses between the looks grow: each look takes
     * the word's cache line away from the side that is about to change it, and a change that is seen a little later is
     * seen together with the next ones.
     */
    static boolean briefly(BooleanSupplier condition) {
        long start = System.nanoTime();
        int turn = 0;
        int pause = 1;
        do {
            if (condition.getAsBoolean()) {
                return true;
            }
            for (int i = 0; i < pause; i++) {
                once(turn++, SHORT_RUN);
            }
            pause = Math.min(2 * pause, LONGEST_PAUSE_TURNS);
        } while (System.nanoTime() - start < LIMIT_NANOS);
        return false;
    }

    /** One turn of a loop that looks at a word; the last one of each run lets others on the core. */
    @SuppressWarnings("ThreadPriorityCheck") // a yield is what lets the other side run on a single core
    static void once(int turn, int run) {
        if (ALONE || turn % run == run - 1) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }
}
