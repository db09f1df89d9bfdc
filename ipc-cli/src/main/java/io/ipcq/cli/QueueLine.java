// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.Quantity;
import io.ipcq.queue.QueueGlance;
import io.ipcq.queue.QueueGlances;
import io.ipcq.queue.QueueSnapshot;
import io.ipcq.queue.QueueTimes;
import io.ipcq.queue.QueueView;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * A queue in a line, as people and scripts see it.
 *
 * @param directory where it lives
 * @param kind {@code ring} or {@code journal}
 * @param state {@code open}, {@code shutdown}, {@code deleted} or {@code damaged}; nothing else is known of a damaged
 *     one
 * @param codec its codec's id
 * @param oldestAgeNanos for how long the oldest element that can be taken has waited, at most; null if there is none,
 *     or that is not known
 * @param lastPut when an element was put last; null if none was
 * @param lastTake when an element was taken last; null if none was
 * @param created when it was made
 * @param size elements that consumers can take
 * @param maxSize the bound on that; null if there is none
 * @param leased elements that are out under a lease
 * @param put elements ever put
 * @param taken elements ever taken
 * @param acknowledged of a durable queue, those of them that were acknowledged
 * @param unburied elements that wait to be written to the dead letters
 * @param unfinished elements put for which taskDone was not called
 * @param storageBytes about what it occupies
 * @param processes how many are attached; null if that was not looked at, or is not to be seen
 * @param message what is wrong with a damaged one
 */
record QueueLine(
        String directory,
        @Nullable String kind,
        String state,
        @Nullable String codec,
        @Nullable Long oldestAgeNanos,
        @Nullable Instant lastPut,
        @Nullable Instant lastTake,
        @Nullable Instant created,
        long size,
        @Nullable Long maxSize,
        int leased,
        long put,
        long taken,
        long acknowledged,
        int unburied,
        long unfinished,
        long storageBytes,
        @Nullable Integer processes,
        @Nullable String message) {

    private static final Columns LINE = new Columns(-8, 8, 9, 9, 10, 8, 10, -9, -12);

    static QueueLine of(QueueView queue, QueueSnapshot snapshot, @Nullable Integer processes) {
        return of(QueueGlance.of(queue, snapshot), processes);
    }

    static QueueLine of(QueueGlance seen, @Nullable Integer processes) {
        return new QueueLine(
                seen.directory().toString(),
                seen.durable() ? "journal" : "ring",
                seen.deleted() ? "deleted" : seen.shutdown() ? "shutdown" : "open",
                seen.codecId(),
                nanos(seen.times().oldestAge()),
                seen.times().lastPut(),
                seen.times().lastTake(),
                seen.times().created(),
                seen.size(),
                seen.maxSize() == Long.MAX_VALUE ? null : seen.maxSize(),
                seen.leased(),
                seen.put(),
                seen.taken(),
                seen.acknowledged(),
                seen.unburied(),
                seen.unfinished(),
                seen.storageBytes(),
                processes,
                null);
    }

    /** After a glance at its control file; null if there is no queue. */
    static @Nullable QueueLine of(Path queue, QueueGlances glances) {
        try {
            QueueGlance seen = glances.at(queue);
            return seen == null ? null : of(seen, null);
        } catch (IOException | RuntimeException | InternalError e) {
            return damaged(queue, FailureReport.describe(e));
        }
    }

    static QueueLine damaged(Path queue, String message) {
        return new QueueLine(
                name(queue),
                null,
                "damaged",
                null,
                null,
                null,
                null,
                null,
                0,
                null,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                null,
                message);
    }

    /** What a queue is called, sound or damaged, however it was named. */
    static String name(Path queue) {
        return queue.toAbsolutePath().normalize().toString();
    }

    boolean isDamaged() {
        return kind == null;
    }

    /** Whether its oldest element waits for longer than that. */
    boolean isOlderThan(Duration time) {
        return oldestAgeNanos != null && oldestAgeNanos > time.toNanos();
    }

    /** Whether nothing was put or taken for so long. */
    boolean isIdleFor(Duration time) {
        Duration idle = new QueueTimes(created, null, lastPut, lastTake).idle();
        return idle != null && idle.compareTo(time) >= 0;
    }

    static @Nullable Long nanos(@Nullable Duration time) {
        return time == null ? null : time.toNanos();
    }

    /** How long ago something was, for a column. */
    static String ago(@Nullable Instant then) {
        return age(nanos(QueueTimes.age(then)));
    }

    static String age(@Nullable Long nanos) {
        return nanos == null ? "-" : Quantity.nanos(nanos);
    }

    static String heading() {
        return LINE.line(
                "KIND", "OLDEST", "LAST PUT", "LAST TAKE", "SIZE", "LEASED", "STORAGE", "STATE", "CODEC", "QUEUE");
    }

    String text() {
        boolean damaged = isDamaged();
        return LINE.line(
                damaged ? "?" : kind,
                damaged ? "?" : age(oldestAgeNanos),
                damaged ? "?" : ago(lastPut),
                damaged ? "?" : ago(lastTake),
                damaged ? "?" : size,
                damaged ? "?" : leased,
                damaged ? "?" : Quantity.bytes(storageBytes),
                state,
                damaged ? "?" : Harmless.name(String.valueOf(codec)),
                Harmless.name(directory));
    }

    Screen.Style style() {
        return state.equals("open") ? Screen.Style.PLAIN : Screen.Style.ALARM;
    }

    private static String when(@Nullable Instant then) {
        return then == null
                ? "-"
                : ago(then) + " ago, at "
                        + OffsetDateTime.ofInstant(then.truncatedTo(ChronoUnit.SECONDS), ZoneId.systemDefault());
    }

    void page(Screen screen) {
        screen.line(Screen.Style.STRONG, "queue         " + Harmless.name(directory));
        screen.line("oldest        " + age(oldestAgeNanos));
        screen.line("last put      " + when(lastPut));
        screen.line("last take     " + when(lastTake));
        screen.line("created       " + when(created));
        screen.line("kind          " + kind);
        screen.line("codec         " + Harmless.name(String.valueOf(codec)));
        screen.line(style(), "state         " + state);
        screen.line("size          " + size);
        screen.line("maxSize       " + (maxSize == null ? "unbounded" : maxSize));
        screen.line("put           " + put);
        screen.line("taken         " + taken);
        screen.line("acknowledged  " + acknowledged);
        screen.line("leased        " + leased);
        screen.line("unburied      " + unburied);
        screen.line("unfinished    " + unfinished);
        screen.line("processes     " + (processes == null ? "not to be seen" : processes));
        screen.line("storage       " + Quantity.bytes(storageBytes));
    }
}
