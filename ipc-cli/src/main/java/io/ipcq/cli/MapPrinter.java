// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.cli.MapJob.Result;
import io.ipcq.queue.Replayed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Prints results as they come, or in the order of the inputs; each once, though an input may have been run twice. */
final class MapPrinter {
    /*
     * Results that come before their turn are not kept: where each stands in the journal is, and there it is read
     * again. So a slow input keeps no worker waiting, and takes no memory but for numbers.
     */

    private static final int MOST_LISTED = 20;

    private final MapJob job;
    private final Screen screen;
    private final boolean ordered;
    private final boolean json;

    /** Numbers of the inputs of which the result has been seen. */
    private final Set<Long> seen = new HashSet<>();

    /** Where in the journal the results are that wait for their turn, by the number of the input. */
    private final Map<Long, Long> waiting = new HashMap<>();

    private final List<Result> failures = new ArrayList<>();
    private long failed;
    private long next = 1;
    private long read;

    MapPrinter(MapJob job, Screen screen, boolean ordered, boolean json) {
        this.job = job;
        this.screen = screen;
        this.ordered = ordered;
        this.json = json;
    }

    long done() {
        return seen.size();
    }

    long failed() {
        return failed;
    }

    /** Prints what has come since the last call. */
    void printNew() {
        if (job.results().qsize() == read) {
            return; // nobody takes from it, so its size is the number of all
        }
        try (Stream<Replayed<Result>> news = job.results().replay(read)) {
            for (Iterator<Replayed<Result>> each = news.iterator(); each.hasNext(); ) {
                Replayed<Result> result = each.next();
                read = result.number() + 1;
                note(result);
            }
        }
        while (ordered && waiting.containsKey(next)) {
            long place = waiting.remove(next);
            try (Stream<Replayed<Result>> from = job.results().replay(place)) {
                print(from.iterator().next().value());
            }
            next++;
        }
        screen.flush();
    }

    private void note(Replayed<Result> replayed) {
        Result result = replayed.value();
        if (!seen.add(result.number())) {
            return; // it was run twice, as a run was killed in between
        }
        if (!result.isGood()) {
            failed++;
            if (failures.size() < MOST_LISTED) {
                failures.add(result);
            }
        }
        if (!ordered) {
            print(result);
        } else if (result.number() == next) {
            print(result);
            next++;
        } else {
            waiting.put(result.number(), replayed.number());
        }
    }

    /** Of those that failed, the output is told at the end, where it is not lost among others. */
    private void print(Result result) {
        if (json) {
            screen.json(Line.class, Line.of(result));
        } else if (result.isGood()) {
            screen.raw(result.output());
        }
    }

    /** A result, for scripts; the output as text. */
    record Line(long number, String input, int exit, int runs, String output, long cut) {

        static Line of(Result result) {
            return new Line(result.number(), result.line(), result.exit(), result.runs(), text(result), result.cut());
        }
    }

    private static String text(Result result) {
        return new String(result.output(), StandardCharsets.UTF_8);
    }

    /** What failed, with its output. */
    void listFailures() {
        for (Result result : failures) {
            screen.note("failed: input " + result.number() + ", " + Harmless.name(result.line()) + ": " + why(result)
                    + (result.runs() > 1 ? ", after " + result.runs() + " runs" : ""));
            text(result).lines().forEach(line -> screen.note("    " + line));
        }
        if (failed > failures.size()) {
            screen.note("failed: " + (failed - failures.size()) + " more");
        }
    }

    private static String why(Result result) {
        return switch (result.exit()) {
            case MapJob.NOT_STARTED -> "it could not be started, or not be found";
            case MapJob.TOO_LATE -> "it took too long, and was killed";
            default -> "exit code " + result.exit();
        };
    }
}
