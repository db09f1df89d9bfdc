// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A time on a command line, as seconds: {@code 0.5}. */
final class Seconds implements ITypeConverter<Duration> {

    @Override
    public Duration convert(String text) {
        try {
            double seconds = Double.parseDouble(text);
            if (seconds >= 0) {
                return Duration.ofMillis((long) (seconds * 1000));
            }
        } catch (NumberFormatException noNumber) {
            // as what is less than none
        }
        throw new TypeConversionException("it has to be a number of seconds, 0 or more: found=" + text);
    }
}
