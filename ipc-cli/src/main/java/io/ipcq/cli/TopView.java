// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.HeapSight;
import io.ipcq.observe.ProcessSight;
import io.ipcq.observe.Quantity;
import io.ipcq.pool.PoolView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What of a sample is shown, and in which order, as the user said by keys; each line is one of the screen. */
final class TopView {

    /** By what the queues are sorted. */
    enum Sorting {
        QUEUE(Comparator.comparing(TopRow::queue)),
        OLDEST(Comparator.comparingLong((TopRow row) -> row.oldestAgeNanos() == null ? -1 : row.oldestAgeNanos())
                .reversed()),
        SIZE(Comparator.comparingLong(TopRow::size).reversed()),
        IN(Comparator.comparingDouble((TopRow row) -> orNone(row.putPerSecond()))
                .reversed()),
        OUT(Comparator.comparingDouble((TopRow row) -> orNone(row.takenPerSecond()))
                .reversed()),
        LEASED(Comparator.comparingInt(TopRow::leased).reversed()),
        DEAD(Comparator.comparingLong(TopRow::deadLetters).reversed());

        @SuppressWarnings("ImmutableEnumChecker") // it has no state
        private final Comparator<TopRow> order;

        Sorting(Comparator<TopRow> order) {
            this.order = order.thenComparing(TopRow::queue);
        }

        private static double orNone(@Nullable Double rate) {
            return rate == null ? -1 : rate;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }

        Sorting next(int step) {
            List<Sorting> all = List.of(values());
            return all.get(Math.floorMod(all.indexOf(this) + step, all.size()));
        }
    }

    /** A line and how it looks. */
    record Line(Screen.Style style, String text) {}

    // one below the other, as their columns are

    private static final String QUEUE_LINE = "%-7s %7s %7s %8s %9s %8s %8s %6s %6s %5s %4s %-8s  %s";
    private static final String POOL_LINE = "%9s %-5s %-24s %7s %6s %8s %9s %8s %8s";

    @SuppressWarnings("InlineFormatString")
    private static final String WORKER_LINE = "%9s %-5s %-24s %-9s %8s %8s %9s  %s";

    private Sorting sorting;
    private String filter;
    private boolean paused;
    private boolean typing;
    private int scroll;

    TopView(Sorting sorting, String filter) {
        this.sorting = sorting;
        this.filter = filter;
    }

    boolean isPaused() {
        return paused;
    }

    /** What a key does; false for the one that ends. Letters are of the filter while that is typed. */
    boolean key(TopKey key) {
        if (typing) {
            type(key);
            return true;
        }
        switch (key.kind()) {
            case LEFT -> sorting = sorting.next(-1);
            case RIGHT -> sorting = sorting.next(1);
            case UP -> scroll = Math.max(0, scroll - 1);
            case DOWN -> scroll++;
            case PAGE_UP -> scroll = Math.max(0, scroll - 20);
            case PAGE_DOWN -> scroll += 20;
            case ESCAPE -> filter = "";
            case LETTER -> {
                return letter(key.letter());
            }
            default -> {
                // nothing is to be confirmed or deleted
            }
        }
        return true;
    }

    private boolean letter(int letter) {
        switch (letter) {
            case 'q', 3 -> {
                return false;
            }
            case '<' -> sorting = sorting.next(-1);
            case '>' -> sorting = sorting.next(1);
            case ' ', 'p' -> paused = !paused;
            case '/', '\\' -> typing = true;
            default -> {
                // no key of ours
            }
        }
        return true;
    }

    private void type(TopKey key) {
        switch (key.kind()) {
            case ENTER -> typing = false;
            case ESCAPE -> {
                typing = false;
                filter = "";
            }
            case BACKSPACE -> filter = filter.isEmpty() ? "" : filter.substring(0, filter.length() - 1);
            case LETTER -> filter = key.letter() >= ' ' ? filter + Character.toString(key.letter()) : filter;
            default -> {
                // not while something is typed
            }
        }
        scroll = 0;
    }

    // ---- lines ------------------------------------------------------------------------------------------------------

    /** All lines for a screen, of which the first and the last one are there if there is room for two. */
    List<Line> screen(TopSample sample, int height) {
        List<Line> body = body(sample);
        int room = Math.max(0, height - 2);
        scroll = Math.max(0, Math.min(scroll, body.size() - room));
        List<Line> lines = new ArrayList<>();
        lines.add(head(sample));
        lines.addAll(body.subList(scroll, Math.min(body.size(), scroll + room)));
        while (lines.size() < height - 1) {
            lines.add(new Line(Screen.Style.PLAIN, ""));
        }
        lines.add(new Line(
                Screen.Style.FAINT,
                typing
                        ? "filter: " + filter + "_   (Enter keeps it, Esc clears it)"
                        : "q quit   < > sort by   / filter   space pause   arrows scroll"));
        return lines.stream()
                .limit(height)
                .map(line -> new Line(line.style, Harmless.line(line.text)))
                .toList();
    }

    /** Without the lines around, for a screen that scrolls by itself. */
    List<Line> body(TopSample sample) {
        List<Line> lines = new ArrayList<>();
        addQueues(sample, lines);
        addPools(sample, lines);
        addManagers(sample, lines);
        addStalls(sample, lines);
        return lines;
    }

    private Line head(TopSample sample) {
        return new Line(
                Screen.Style.STRONG,
                "ipcq top: " + Quantity.count(sample.queues().size() + sample.more(), "queue") + ", "
                        + Quantity.count(sample.around().pools().size(), "pool") + "   sorted by " + sorting
                        + (filter.isEmpty() ? "" : "   filter: " + filter) + (paused ? "   PAUSED" : ""));
    }

    private boolean isWanted(String text) {
        return filter.isEmpty() || text.toLowerCase(Locale.ROOT).contains(filter.toLowerCase(Locale.ROOT));
    }

    private List<TopRow> wanted(TopSample sample) {
        return sample.queues().stream()
                .filter(row -> isWanted(row.queue()))
                .sorted(sorting.order)
                .toList();
    }

    private void addQueues(TopSample sample, List<Line> lines) {
        lines.add(new Line(
                Screen.Style.STRONG,
                String.format(
                        QUEUE_LINE,
                        "KIND",
                        "OLDEST",
                        "LAST IN",
                        "LAST OUT",
                        "SIZE",
                        "IN/S",
                        "OUT/S",
                        "LEASED",
                        "DEAD",
                        "PROCS",
                        "WAIT",
                        "STATE",
                        "QUEUE")));
        for (TopRow row : wanted(sample)) {
            boolean isDamaged = row.kind() == null;
            lines.add(new Line(
                    row.stalls().isEmpty() ? Screen.Style.PLAIN : Screen.Style.ALARM,
                    String.format(
                            Locale.ROOT,
                            QUEUE_LINE,
                            isDamaged ? "?" : row.kind(),
                            QueueLine.age(row.oldestAgeNanos()),
                            QueueLine.ago(row.lastPut()),
                            QueueLine.ago(row.lastTake()),
                            isDamaged ? "?" : row.size(),
                            rate(row.putPerSecond()),
                            rate(row.takenPerSecond()),
                            row.leased(),
                            row.deadLetters(),
                            orUnknown(row.processes()),
                            orUnknown(row.waiting()),
                            row.state(),
                            Harmless.name(row.queue()))));
        }
        if (sample.more() > 0) {
            lines.add(new Line(Screen.Style.FAINT, sample.more() + " more are not looked at; name their directories"));
        }
    }

    private static String rate(@Nullable Double perSecond) {
        if (perSecond == null) {
            return "-";
        }
        return String.format(Locale.ROOT, perSecond > 0 && perSecond < 9.95 ? "%.1f" : "%.0f", perSecond);
    }

    private static String orUnknown(@Nullable Integer number) {
        return number == null ? "?" : number.toString();
    }

    private void addPools(TopSample sample, List<Line> lines) {
        List<PoolView> pools = sample.around().pools().stream()
                .filter(pool -> isWanted(pool.name()))
                .toList();
        if (pools.isEmpty()) {
            return;
        }
        lines.add(new Line(Screen.Style.PLAIN, ""));
        lines.add(new Line(
                Screen.Style.STRONG,
                String.format(
                        POOL_LINE, "PID", "STATE", "POOL", "WORKERS", "BUSY", "WAITING", "DONE/S", "FAILED",
                        "CRASHES")));
        for (PoolView pool : pools) {
            ProcessSight program = ProcessSight.of(pool.pid());
            lines.add(new Line(
                    Screen.Style.PLAIN,
                    String.format(
                            POOL_LINE,
                            pool.pid(),
                            PoolLine.state(program),
                            Harmless.name(pool.name()),
                            pool.stats().workers(),
                            pool.stats().busy(),
                            pool.stats().waiting(),
                            rate(sample.around().donePerSecond().get(Surroundings.key(pool))),
                            pool.stats().failed(),
                            pool.stats().crashes())));
            pool.workers().forEach(worker -> lines.add(line(worker)));
        }
    }

    private static Line line(PoolView.Worker worker) {
        ProcessSight process = ProcessSight.of(worker.pid());
        HeapSight heap = HeapSight.of(worker.pid());
        boolean works = worker.task() != 0;
        return new Line(
                process != null && process.isStopped() ? Screen.Style.ALARM : Screen.Style.FAINT,
                String.format(
                        WORKER_LINE,
                        worker.pid(),
                        PoolLine.state(process),
                        Harmless.name(worker.name()),
                        worker.state(),
                        works ? PoolLine.age(worker.since()) : "-",
                        worker.done(),
                        heap == null ? "?" : Quantity.bytes(heap.usedBytes()),
                        works ? Harmless.name(worker.function()) : "-"));
    }

    private static void addManagers(TopSample sample, List<Line> lines) {
        for (ManagerSight manager : sample.around().managers()) {
            lines.add(new Line(Screen.Style.PLAIN, ""));
            String message = manager.message();
            lines.add(
                    message != null
                            ? new Line(
                                    Screen.Style.ALARM,
                                    "manager " + Harmless.name(manager.address()) + " does not answer: " + message)
                            : new Line(
                                    Screen.Style.PLAIN,
                                    "manager " + Harmless.name(manager.address()) + ", pid " + manager.pid()
                                            + ", answers in " + Quantity.nanos(manager.answerNanos()) + "; names: "
                                            + manager.namesText()));
        }
    }

    private void addStalls(TopSample sample, List<Line> lines) {
        List<Line> stalls = new ArrayList<>();
        for (TopRow row : wanted(sample)) {
            row.stalls()
                    .forEach(stall -> stalls.add(new Line(
                            Screen.Style.ALARM,
                            stall.stall() + ": " + Harmless.name(row.queue()) + ": " + stall.sentence())));
        }
        sample.around()
                .poolStalls()
                .forEach(stall -> stalls.add(new Line(Screen.Style.ALARM, stall.stall() + ": " + stall.sentence())));
        if (!stalls.isEmpty()) {
            lines.add(new Line(Screen.Style.PLAIN, ""));
            lines.addAll(stalls);
        }
    }
}
