// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;

/** Runs ours and theirs in turns, so that what else the machine does falls on both, and takes medians. */
public final class Rounds {

    /** Whether a figure is better when it is higher, as a rate, or lower, as a latency. */
    public enum Better {
        HIGHER,
        LOWER
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
        double[] our = new double[rounds];
        double[] their = new double[rounds];
        double[] ratios = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            // who goes first changes, or the second would always have the warmer page cache
            if (i % 2 == 0) {
                our[i] = ours.call();
                their[i] = theirs.call();
            } else {
                their[i] = theirs.call();
                our[i] = ours.call();
            }
            ratios[i] = better == Better.HIGHER ? our[i] / their[i] : their[i] / our[i];
        }
        return new Row(bench, peer, median(our), median(their), median(ratios), unit, spread(ratios));
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

    private static String spread(double[] ratios) {
        double[] sorted = ratios.clone();
        Arrays.sort(sorted);
        return String.format(Locale.ROOT, "%.2f .. %.2f", sorted[0], sorted[sorted.length - 1]);
    }
}
