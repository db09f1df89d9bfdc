// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import java.util.Locale;

/**
 * One result.
 *
 * @param bench what was measured
 * @param peer what it was measured against; {@code bar} for a fixed figure
 * @param ours ours of the round whose ratio is the median, in {@code unit}
 * @param theirs the peer's of that round, or the bar
 * @param ratio the median over the rounds of how many times better ours is
 * @param unit of both figures
 * @param spread how far the rounds agree
 * @param gear of the machine meanwhile
 */
public record Row(
        String bench, String peer, double ours, double theirs, double ratio, String unit, Spread spread, Gear gear) {

    private static final String COLUMNS = "%-30s %-18s %12s %12s %8s  %-14s %-24s %s";

    /**
     * How long a word took from one core to the other, in nanoseconds, before and after each round.
     *
     * @param fastest the shortest of these times
     * @param slowest the longest
     */
    public record Gear(double fastest, double slowest) {

        @Override
        public String toString() {
            return Math.round(fastest) + " .. " + Math.round(slowest) + " ns";
        }
    }

    /** One line of JSON, with no more digits than mean something. */
    public String json() {
        return String.format(
                Locale.ROOT,
                "{\"bench\":\"%s\",\"peer\":\"%s\",\"ours\":%s,\"theirs\":%s,\"ratio\":%s,\"unit\":\"%s\","
                        + "\"rounds\":%d,\"low\":%s,\"high\":%s,\"confidence\":%s,\"coreToCoreNanos\":[%d,%d]}",
                bench,
                peer,
                figure(ours),
                figure(theirs),
                figure(ratio),
                unit,
                spread.rounds(),
                figure(spread.low()),
                figure(spread.high()),
                figure(spread.confidence()),
                Math.round(gear.fastest()),
                Math.round(gear.slowest()));
    }

    /** One line of the table under {@link #heading}. */
    public String line() {
        return String.format(
                Locale.ROOT, COLUMNS, bench, peer, figure(ours), figure(theirs), figure(ratio), unit, spread, gear);
    }

    public static String heading() {
        return String.format(
                COLUMNS, "bench", "peer", "ours", "theirs", "ratio", "unit", "ratio lies in", "core to core");
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, value >= 1000 ? "%.0f" : value >= 10 ? "%.1f" : "%.3f", value);
    }
}
