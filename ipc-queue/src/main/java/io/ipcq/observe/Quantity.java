// SPDX-License-Identifier: Apache-2.0
package io.ipcq.observe;

import java.util.concurrent.TimeUnit;

/** Sizes and ages in a form for people, with two digits. */
public final class Quantity {

    private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    /** Names of units of time, and how much of the unit before each is one of it. */
    private static final String[] TIME_UNITS = {"ns", "us", "ms", "s", "min", "h", "d"};

    private static final int[] TIME_STEPS = {1, 1000, 1000, 1000, 60, 60, 24};

    private Quantity() {}

    /** {@code 64 MiB}, {@code 1.5 KiB}, {@code 12 B}. */
    public static String bytes(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= 1024 && unit < BYTE_UNITS.length - 1) {
            amount /= 1024;
            unit++;
        }
        return amount(amount) + " " + BYTE_UNITS[unit];
    }

    /** {@code 14 min}, {@code 1.2 s}, {@code 35 ms}. */
    public static String nanos(long nanos) {
        double amount = nanos;
        int unit = 0;
        while (unit < TIME_UNITS.length - 1 && amount >= TIME_STEPS[unit + 1]) {
            unit++;
            amount /= TIME_STEPS[unit];
        }
        return amount(amount) + " " + TIME_UNITS[unit];
    }

    /** The same of milliseconds. */
    public static String millis(long millis) {
        return nanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private static String amount(double amount) {
        boolean isShort = amount < 9.95 && Math.rint(amount * 10) != Math.rint(amount) * 10;
        if (isShort) {
            long tenths = Math.round(amount * 10);
            return tenths / 10 + "." + tenths % 10;
        }
        return Long.toString(Math.round(amount));
    }

    /** {@code 1 element}, {@code 2 elements}. */
    public static String count(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}
