// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When a queue was used, by the clock of the machine; each is null if that is not known.
 *
 * <p>All of it is a little too early, never too late: by half a second at most as long as the machine has a processor
 * for everybody. {@code oldest} is that exact while the backlog is short, as most are; of one that has grown for hours
 * it may be too early by a part of its age, so the element is never older than it says. Where the clock was set, what
 * was written before is wrong by as much.
 *
 * <p>Thread-safe: immutable. Process-safe: the times are the queue's, of all processes. Survives a crash: the times
 * stand in the control file.
 *
 * @param created when the queue was made
 * @param oldest when the oldest of the elements that can be taken was put; null as well if there is none
 * @param lastPut when an element was put last; null as well if none was
 * @param lastTake when an element was handed out last; null as well if none was
 */
public record QueueTimes(
        @Nullable Instant created,
        @Nullable Instant oldest,
        @Nullable Instant lastPut,
        @Nullable Instant lastTake) {

    private static final Duration INEXACT = Duration.ofMillis(2 * UseTimes.RESOLUTION_MILLIS);

    /** Of a queue that does not say. */
    public static final QueueTimes UNKNOWN = new QueueTimes(null, null, null, null);

    /** For how long the oldest element has waited by now, at most; null if there is none, or that is not known. */
    public @Nullable Duration oldestAge() {
        return age(oldest);
    }

    /**
     * For how long nothing was put or taken, at least; since the queue was made, if nothing ever was. Null if that
     * is not known.
     */
    public @Nullable Duration idle() {
        Instant last = created;
        for (Instant use : new Instant[] {lastPut, lastTake}) {
            last = last == null || (use != null && use.isAfter(last)) ? use : last;
        }
        return age(last == null ? null : last.plus(INEXACT));
    }

    /** How long ago something was; none if it is yet to come, as when the clock was set. Null if null. */
    public static @Nullable Duration age(@Nullable Instant then) {
        if (then == null) {
            return null;
        }
        Duration age = Duration.between(then, Instant.now());
        return age.isNegative() ? Duration.ZERO : age;
    }
}
