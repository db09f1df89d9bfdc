// SPDX-License-Identifier: Apache-2.0
package io.ipcq.event;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Tells the Flight Recorder what happens, if somebody records it.
 *
 * <p>These are called where something waits or goes wrong, never for each element. As long as nothing was ever recorded
 * in this JVM, a call is a look at a flag. None of them throws anything, whatever is lacking.
 *
 * <p>Thread-safe. Process-safe: it concerns this JVM. Survives a crash: what a recording has on disk does.
 */
public final class Events {

    // There is no static initializer: one that found the stack used up would take the class from its JVM.

    /** Whether the module of the recorder is there; null until somebody has looked. */
    private static volatile @Nullable Boolean available;

    private Events() {}

    /** Whether somebody records, or has done so in this JVM. */
    public static boolean areRecorded() {
        try {
            return isAvailable() && Recorded.isBegun();
        } catch (Throwable notNow) {
            return false;
        }
    }

    private static boolean isAvailable() {
        Boolean known = available;
        if (known == null) {
            known = ModuleLayer.boot().findModule("jdk.jfr").isPresent();
            available = known;
        }
        return known;
    }

    /** Something waits for room from now on, until the span is closed; null if nobody wants to know. */
    public static @Nullable Span put(Path queue) {
        try {
            return areRecorded() ? Recorded.put(queue) : null;
        } catch (Throwable notRecorded) {
            return null;
        }
    }

    /** Something waits for an element from now on, until the span is closed; null if nobody wants to know. */
    public static @Nullable Span get(Path queue) {
        try {
            return areRecorded() ? Recorded.get(queue) : null;
        } catch (Throwable notRecorded) {
            return null;
        }
    }

    /**
     * A mutex was taken over from a dead member, and its work was repaired.
     *
     * @param member its number
     */
    public static void takeover(Path queue, int member) {
        try {
            if (areRecorded()) {
                Recorded.takeover(queue, member);
            }
        } catch (Throwable notRecorded) {
            // which changes nothing
        }
    }

    /**
     * An element is delivered again.
     *
     * @param attempts how often it was delivered, this time included
     */
    public static void redelivery(Path queue, long number, int attempts) {
        try {
            if (areRecorded()) {
                Recorded.redelivery(queue, number, attempts);
            }
        } catch (Throwable notRecorded) {
            // which changes nothing
        }
    }

    /** A file of a journal is full, and the next one begins. */
    public static void segmentRoll(Path queue, int segment) {
        try {
            if (areRecorded()) {
                Recorded.segmentRoll(queue, segment);
            }
        } catch (Throwable notRecorded) {
            // which changes nothing
        }
    }
}
