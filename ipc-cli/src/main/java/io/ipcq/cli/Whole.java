// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A whole number on a command line, between limits. */
abstract sealed class Whole implements ITypeConverter<Integer> {

    /** How many commands run at a time; each has two threads here. */
    static final class Workers extends Whole {
        Workers() {
            super(1, 1000);
        }
    }

    /** How often something is done again. */
    static final class Retries extends Whole {
        Retries() {
            super(0, 1_000_000);
        }
    }

    /** How often something is measured. */
    static final class Rounds extends Whole {
        Rounds() {
            super(1, 10_000);
        }
    }

    /** A port of this machine; 0 for any. */
    static final class Port extends Whole {
        Port() {
            super(0, 65_535);
        }
    }

    private final int least;
    private final int most;

    private Whole(int least, int most) {
        this.least = least;
        this.most = most;
    }

    @Override
    public Integer convert(String text) {
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException noNumber) {
            // as what is outside
        }
        throw new TypeConversionException(
                "it has to be a whole number from " + least + " to " + most + ": found=" + text);
    }
}
