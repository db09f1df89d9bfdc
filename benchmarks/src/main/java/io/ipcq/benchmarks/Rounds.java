// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.concurrent.Callable;

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

        /** The pair whose ratio is the median; of an even number the lower one of the two in the middle. */
        public static Pair median(List<Pair> pairs) {
            List<Pair> sorted = pairs.stream()
                    .sorted(Comparator.comparingDouble(Pair::ratio))
                    .toList();
            return sorted.get((sorted.size() - 1) / 2);
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
        DoubleSummaryStatistics gear = new DoubleSummaryStatistics();
        for (int i = 0; i < rounds; i++) {
            gear.accept(HandOver.nanos());
            pairs.add(round.call());
        }
        gear.accept(HandOver.nanos());
        Pair median = Pair.median(pairs);
        return new Row(
                bench,
                peer,
                median.ours(),
                median.theirs(),
                median.ratio(),
                unit,
                Spread.of(pairs.stream().map(Pair::ratio).toList()),
                new Row.Gear(gear.getMin(), gear.getMax()));
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
}
