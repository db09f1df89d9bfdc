// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the doctor found out about one thing.
 *
 * @param check what was looked at; never changes: scripts compare it
 * @param verdict how that is
 * @param found what there is
 * @param mend what to do; null if nothing has to be done
 */
record Finding(
        String check,
        Verdict verdict,
        String found,
        @Nullable String mend) {

    /** How something is. */
    enum Verdict {
        /** As it should be. */
        OK(Screen.Style.GOOD),
        /** It works, but some things work less well than they could. */
        NOTE(Screen.Style.STRONG),
        /** Something does not work. */
        BAD(Screen.Style.ALARM);

        private final Screen.Style style;

        Verdict(Screen.Style style) {
            this.style = style;
        }

        Screen.Style style() {
            return style;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** For scripts. */
    record Line(
            String check,
            String verdict,
            String found,
            @Nullable String mend) {}

    static Finding ok(String check, String found) {
        return new Finding(check, Verdict.OK, found, null);
    }

    static Finding note(String check, String found, String mend) {
        return new Finding(check, Verdict.NOTE, found, mend);
    }

    static Finding bad(String check, String found, String mend) {
        return new Finding(check, Verdict.BAD, found, mend);
    }

    void print(Screen screen, boolean json) {
        if (json) {
            screen.json(Line.class, new Line(check, verdict.toString(), found, mend));
            return;
        }
        screen.line(verdict.style(), String.format("%-5s %-12s %s", verdict, check, found));
        if (mend != null) {
            screen.line("                   -> " + mend);
        }
    }
}
