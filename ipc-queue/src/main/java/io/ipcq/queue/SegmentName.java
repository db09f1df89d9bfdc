// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * How the file of a segment is called: its number, written as that second after the epoch, so that stock tools can read
 * it.
 */
final class SegmentName {

    static final String FORMAT = "yyyyMMdd-HHmmss'T'";
    static final String SUFFIX = ".cq4";

    private static final DateTimeFormatter FORMATTER =
            DateTimeFormatter.ofPattern(FORMAT).withZone(ZoneOffset.UTC);

    private SegmentName() {}

    /** The number of the segment in a file; 0 if the file's name is none of ours. */
    static int number(String file) {
        try {
            return (int) FORMATTER
                    .parse(file.substring(0, file.length() - SUFFIX.length()), Instant::from)
                    .getEpochSecond();
        } catch (DateTimeException e) {
            return 0;
        }
    }

    /** Whether a segment has that name. */
    static boolean isOne(String file) {
        return file.endsWith(SUFFIX) && number(file) > 0 && of(number(file)).equals(file);
    }

    static String of(int segment) {
        return FORMATTER.format(Instant.ofEpochSecond(segment)) + SUFFIX;
    }
}
