// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** How the file of a segment is called: its number, written as that second after the epoch, so that stock tools can read it. */
final class SegmentName {

    static final String FORMAT = "yyyyMMdd-HHmmss'T'";
    static final String SUFFIX = ".cq4";

    private static final DateTimeFormatter FORMATTER =
            DateTimeFormatter.ofPattern(FORMAT).withZone(ZoneOffset.UTC);

    private SegmentName() {}

    static String of(int segment) {
        return FORMATTER.format(Instant.ofEpochSecond(segment)) + SUFFIX;
    }
}
