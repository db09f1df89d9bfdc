// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How many, on a command line: not less than none. */
final class Count implements ITypeConverter<Long> {

    @Override
    public Long convert(String text) {
        try {
            long count = Long.parseLong(text);
            if (count >= 0) {
                return count;
            }
        } catch (NumberFormatException noNumber) {
            // as what is less than none
        }
        throw new TypeConversionException("it has to be a count, 0 or more: found=" + text);
    }
}
