// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.Quantity;
import io.ipcq.queue.QueueSnapshot;
import io.ipcq.queue.QueueView;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A queue in a line, as people and scripts see it.
 *
 * @param directory where it lives
 * @param kind {@code ring} or {@code journal}
 * @param state {@code open}, {@code shutdown}, {@code deleted} or {@code damaged}; nothing else is known of a damaged
 *     one
 * @param codec its codec's id
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

    private static final Columns LINE = new Columns(-8, 10, 8, 10, -9, -12);

    static QueueLine of(QueueView queue, QueueSnapshot snapshot, @Nullable Integer processes) {
        return new QueueLine(
                queue.directory().toString(),
                queue.isDurable() ? "journal" : "ring",
                snapshot.deleted() ? "deleted" : snapshot.shutdown() ? "shutdown" : "open",
                queue.codecId(),
                snapshot.size(),
                snapshot.maxSize() == Long.MAX_VALUE ? null : snapshot.maxSize(),
                snapshot.leases().size(),
                snapshot.put(),
                snapshot.taken(),
                snapshot.acknowledged(),
                snapshot.unburied(),
                snapshot.unfinished(),
                snapshot.storageBytes(),
                processes,
                null);
    }

    /** After a look at its control file. */
    static QueueLine of(QueueName queue) {
        try (QueueView view = queue.look()) {
            return of(view, view.snapshot(), null);
        } catch (IOException | RuntimeException | InternalError e) {
            return damaged(queue, FailureReport.describe(e));
        }
    }

    static QueueLine damaged(QueueName queue, String message) {
        return new QueueLine(
                queue.directory().toString(), null, "damaged", null, 0, null, 0, 0, 0, 0, 0, 0, 0, null, message);
    }

    boolean isDamaged() {
        return kind == null;
    }

    /** Whether nothing was put, taken or acknowledged between the looks. */
    boolean isAsMuchAs(QueueLine later) {
        return !isDamaged()
                && !later.isDamaged()
                && put == later.put
                && taken == later.taken
                && acknowledged == later.acknowledged;
    }

    static String heading() {
        return LINE.line("KIND", "SIZE", "LEASED", "STORAGE", "STATE", "CODEC", "QUEUE");
    }

    String text() {
        boolean damaged = isDamaged();
        return LINE.line(
                damaged ? "?" : kind,
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

    void page(Screen screen) {
        screen.line(Screen.Style.STRONG, "queue         " + Harmless.name(directory));
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
