// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A time on a command line, of every option that takes one: {@code 0.5}, or as the JDK writes it, {@code PT0.5S}. */
final class Seconds implements ITypeConverter<Duration> {

    /** Some 31 years: nanoseconds are counted so far, and some times that. */
    private static final Duration LONGEST = Duration.ofSeconds(1_000_000_000);

    /** What the JDK reads as a number besides, as {@code NaN} and {@code 1f}, is no time. */
    private static final Pattern NUMBER = Pattern.compile("([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?");

    @Override
    public Duration convert(String text) {
        Duration time = parse(text);
        if (time == null || time.isNegative() || time.compareTo(LONGEST) > 0) {
            throw new TypeConversionException("it has to be a time from 0 to " + LONGEST.toSeconds()
                    + " seconds, as 1.5 or PT1.5S: found=" + text);
        }
        return time;
    }

    /** Null if it is none. */
    private static @Nullable Duration parse(String text) {
        if (NUMBER.matcher(text).matches()) {
            double seconds = Double.parseDouble(text);
            return seconds <= LONGEST.toSeconds() ? Duration.ofNanos(Math.round(seconds * 1e9)) : null;
        }
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException noTime) {
            return null;
        }
    }
}
