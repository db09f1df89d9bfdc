// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

/** The range of an option. */
final class Range {

    private Range() {}

    /** @throws IllegalArgumentException if the value is not in its range */
    static void require(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " must be from " + min + " to " + max + ": " + name + "=" + value);
        }
    }
}
