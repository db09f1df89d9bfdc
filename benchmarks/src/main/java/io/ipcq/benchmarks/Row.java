// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import java.util.Locale;

/**
 * One result.
 *
 * @param bench what was measured
 * @param peer what it was measured against; {@code bar} for a fixed figure
 * @param ours the median of ours, in {@code unit}
 * @param theirs the median of the peer's, or the bar
 * @param ratio the median over the rounds of how many times better ours is
 * @param unit of both figures
 * @param spread the lowest and the highest ratio of a round
 */
public record Row(String bench, String peer, double ours, double theirs, double ratio, String unit, String spread) {

    /** One line of JSON, with no more digits than mean something. */
    public String json() {
        return String.format(
                Locale.ROOT,
                "{\"bench\":\"%s\",\"peer\":\"%s\",\"ours\":%s,\"theirs\":%s,\"ratio\":%s,\"unit\":\"%s\"}",
                bench,
                peer,
                figure(ours),
                figure(theirs),
                figure(ratio),
                unit);
    }

    /** One line of the table under {@link #heading}. */
    public String line() {
        return String.format(
                Locale.ROOT,
                "%-30s %-18s %12s %12s %8s  %-14s %s",
                bench,
                peer,
                figure(ours),
                figure(theirs),
                figure(ratio),
                unit,
                spread);
    }

    public static String heading() {
        return String.format(
                "%-30s %-18s %12s %12s %8s  %-14s %s",
                "bench", "peer", "ours", "theirs", "ratio", "unit", "ratios of the rounds");
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, value >= 1000 ? "%.0f" : value >= 10 ? "%.1f" : "%.3f", value);
    }
}
