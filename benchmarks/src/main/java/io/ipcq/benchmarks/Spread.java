// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * A confidence interval of the median of some rounds. It is made of two of the rounds and assumes nothing of how they
 * are distributed: that all n of them lie on one side of the true median has the probability 2 / 2<sup>n</sup>, and so
 * on (the sign test turned round; Conover, Practical Nonparametric Statistics, 3.2).
 *
 * @param rounds how many there were
 * @param low the lower end
 * @param high the upper end
 * @param confidence how likely it holds the median, at least 0.9 if there were five rounds
 */
public record Spread(int rounds, double low, double high, double confidence) {

    private static final double WANTED = 0.9;

    static Spread of(List<Double> figures) {
        List<Double> sorted = figures.stream().sorted().toList();
        int count = sorted.size();
        int left = 0;
        while (2 * (left + 1) < count && confidence(count, left + 1) >= WANTED) {
            left++;
        }
        return new Spread(count, sorted.get(left), sorted.get(count - 1 - left), confidence(count, left));
    }

    /** That the median lies between what remains when so many are left out at each end. */
    private static double confidence(int count, int left) {
        double ways = 1;
        double all = 0;
        for (int i = 0; i <= left; i++) {
            all += ways;
            ways = ways * (count - i) / (i + 1);
        }
        return Math.max(0, 1 - 2 * all / Math.pow(2, count));
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.2f .. %.2f (%.0f %%)", low, high, 100 * confidence);
    }
}
