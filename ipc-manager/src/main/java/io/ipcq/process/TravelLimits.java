// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.ObjectInputFilter;

/**
 * Limits for deserialization that follow from the number of bytes: an element of an array takes a byte at least, and a
 * table is sparse. So damaged bytes cause an exception, and do not fill the memory of the reader. The top object has to
 * be of the type that the reader expects.
 *
 * <p>Thread-safe: immutable. Process-safe: not applicable. Survives a crash: not applicable.
 *
 * @param bytes the length of the stream
 * @param envelope the type of the object that is read
 */
public record TravelLimits(long bytes, Class<?> envelope) implements ObjectInputFilter {

    private static final long MAX_DEPTH = 10_000;
    private static final long TABLE_SLACK = 4;
    private static final long SMALL_TABLE = 1024;

    @Override
    public Status checkInput(FilterInfo info) {
        boolean within = info.depth() <= MAX_DEPTH
                && info.references() <= bytes
                && info.streamBytes() <= bytes
                && info.arrayLength() <= TABLE_SLACK * bytes + SMALL_TABLE;
        return within && isExpected(info) ? Status.UNDECIDED : Status.REJECTED;
    }

    private boolean isExpected(FilterInfo info) {
        Class<?> type = info.serialClass();
        return info.depth() > 1 || type == null || envelope.isAssignableFrom(type);
    }
}
