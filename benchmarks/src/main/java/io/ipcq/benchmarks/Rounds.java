// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;

/** Runs ours and theirs in turns, so that what else the machine does falls on both, and takes medians. */
public final class Rounds {

    /** Whether a figure is better when it is higher, as a rate, or lower, as a latency. */
    public enum Better {
        HIGHER,
        LOWER
    }

    /** What one round has brought: both figures, and how many times better ours is. */
    public record Pair(double ours, double theirs, double ratio) {

        public static Pair of(Better better, double ours, double theirs) {
            return new Pair(ours, theirs, better == Better.HIGHER ? ours / theirs : theirs / ours);
        }

        /** The medians of each column alone. */
        public static Pair median(List<Pair> pairs) {
            return new Pair(
                    Rounds.median(pairs, Pair::ours),
                    Rounds.median(pairs, Pair::theirs),
                    Rounds.median(pairs, Pair::ratio));
        }
    }

    private Rounds() {}

    public static Row compare(
            String bench,
            String peer,
            String unit,
            Better better,
            int rounds,
            Callable<Double> ours,
            Callable<Double> theirs)
            throws Exception {
        boolean[] oursFirst = {false};
        return compare(bench, peer, unit, rounds, () -> {
            // who goes first changes, or the second would always have the warmer page cache
            oursFirst[0] = !oursFirst[0];
            double first = (oursFirst[0] ? ours : theirs).call();
            double second = (oursFirst[0] ? theirs : ours).call();
            return oursFirst[0] ? Pair.of(better, first, second) : Pair.of(better, second, first);
        });
    }

    /** For a round that measures both by itself. */
    public static Row compare(String bench, String peer, String unit, int rounds, Callable<Pair> round)
            throws Exception {
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            pairs.add(round.call());
        }
        Pair median = Pair.median(pairs);
        return new Row(bench, peer, median.ours(), median.theirs(), median.ratio(), unit, spread(pairs));
    }

    /** A figure without a peer, against a bar; lower is better. */
    public static Row below(String bench, String unit, double bar, int rounds, Callable<Double> ours) throws Exception {
        return compare(bench, "bar", unit, Better.LOWER, rounds, ours, () -> bar);
    }

    public static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double median(List<Pair> pairs, ToDoubleFunction<Pair> column) {
        return median(pairs.stream().mapToDouble(column).toArray());
    }

    private static String spread(List<Pair> pairs) {
        DoubleSummaryStatistics ratios = pairs.stream().mapToDouble(Pair::ratio).summaryStatistics();
        return String.format(Locale.ROOT, "%.2f .. %.2f", ratios.getMin(), ratios.getMax());
    }
}
