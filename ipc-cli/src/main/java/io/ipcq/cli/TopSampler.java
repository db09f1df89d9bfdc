// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.AttachedProcess;
import io.ipcq.observe.QueueLook;
import io.ipcq.observe.QueueWatch;
import io.ipcq.observe.StallRules;
import io.ipcq.observe.SystemSight;
import io.ipcq.queue.QueueSnapshot;
import io.ipcq.queue.QueueView;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Takes one look after the other at all that there is, and compares each with the one before. */
final class TopSampler implements AutoCloseable {

    /** More than that nobody reads, and each costs a look into {@code /proc}. */
    static final int MOST_QUEUES = 500;

    /** What is kept of a queue from one look to the next. */
    private record Seen(QueueView view, QueueLook look) {}

    private final QueuePlaces places;
    private final StallRules rules;
    private final Surroundings surroundings;
    private Map<QueueName, Seen> seen = new HashMap<>();

    TopSampler(QueuePlaces places, StallRules rules, Surroundings surroundings) {
        this.places = places;
        this.rules = rules;
        this.surroundings = surroundings;
    }

    TopSample next() throws IOException, InterruptedException {
        List<QueueName> all = places.queues();
        List<QueueName> shown = all.subList(0, Math.min(MOST_QUEUES, all.size()));
        Map<QueueName, Seen> now = new HashMap<>();
        SystemSight system = new SystemSight();
        // what the queues say is read first: who is not there afterwards has died
        List<Supplier<TopRow>> read =
                shown.stream().map(queue -> read(queue, system, now)).toList();
        List<TopRow> rows = read.stream().map(Supplier::get).toList();
        seen.values().forEach(gone -> gone.view.close());
        seen = now;
        return new TopSample(rows, all.size() - shown.size(), surroundings.look());
    }

    /** Reads what a queue says; the rest is done later, at once for all. */
    private Supplier<TopRow> read(QueueName queue, SystemSight system, Map<QueueName, Seen> now) {
        Seen before = unlessDeleted(seen.remove(queue));
        QueueView view = null;
        try {
            QueueView open = before == null ? queue.look() : before.view;
            view = open;
            QueueSnapshot snapshot = open.snapshot();
            return () -> row(queue, before, open, snapshot, system, now);
        } catch (IOException | RuntimeException | InternalError e) {
            if (view != null) {
                view.close();
            }
            return () -> damaged(queue, e);
        }
    }

    private TopRow row(
            QueueName queue,
            @Nullable Seen before,
            QueueView view,
            QueueSnapshot snapshot,
            SystemSight system,
            Map<QueueName, Seen> now) {
        boolean kept = false;
        try {
            QueueLook look = QueueLook.at(view, snapshot, system);
            QueueWatch watch = before == null ? null : QueueWatch.between(before.look, look);
            TopRow row = row(view, watch == null ? look : watch.last(), watch);
            now.put(queue, new Seen(view, look));
            kept = true;
            return row;
        } catch (IOException | RuntimeException | InternalError e) {
            return damaged(queue, e);
        } finally {
            if (!kept) {
                view.close();
            }
        }
    }

    private static TopRow damaged(QueueName queue, Throwable why) {
        List<TopRow.Reason> reasons = List.of(new TopRow.Reason("damaged", FailureReport.describe(why)));
        String directory = QueueLine.name(queue.directory());
        return new TopRow(directory, null, "damaged", null, null, null, 0, null, null, 0, 0, null, null, reasons);
    }

    /** There may be another one in its place. */
    private static @Nullable Seen unlessDeleted(@Nullable Seen before) {
        if (before == null || !before.look.snapshot().deleted()) {
            return before;
        }
        before.view.close();
        return null;
    }

    private TopRow row(QueueView view, QueueLook look, @Nullable QueueWatch watch) throws IOException {
        QueueLine line = QueueLine.of(view, look.snapshot(), null);
        List<AttachedProcess> attached = look.attached();
        return new TopRow(
                line.directory(),
                line.kind(),
                line.state(),
                line.oldestAgeNanos(),
                line.lastPut(),
                line.lastTake(),
                line.size(),
                watch == null ? null : Surroundings.perSecond(watch.put(), watch.nanos()),
                watch == null ? null : Surroundings.perSecond(watch.taken(), watch.nanos()),
                line.leased(),
                deadLetters(view),
                attached == null ? null : attached.size(),
                attached == null
                        ? null
                        : (int) attached.stream()
                                .filter(process -> !process.waitsFor().isEmpty())
                                .count(),
                watch == null
                        ? List.of()
                        : rules.of(watch).stream().map(Surroundings::reason).toList());
    }

    private static long deadLetters(QueueView view) throws IOException {
        try (QueueView letters = view.deadLetters()) {
            return letters == null ? 0 : letters.snapshot().size();
        }
    }

    /** What is seen next is the first look. */
    void forget() {
        forgetQueues();
        surroundings.forget();
    }

    private void forgetQueues() {
        seen.values().forEach(kept -> kept.view.close());
        seen = new HashMap<>();
    }

    @Override
    public void close() {
        forgetQueues();
        surroundings.close();
    }
}
