// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.io.IOException;

/**
 * A key that was pressed.
 *
 * @param letter what it writes, if it is one of {@link Kind#LETTER}
 */
record TopKey(Kind kind, int letter) {

    /** Which one. */
    enum Kind {
        LETTER,
        UP,
        DOWN,
        LEFT,
        RIGHT,
        PAGE_UP,
        PAGE_DOWN,
        ENTER,
        ESCAPE,
        BACKSPACE,
        /** The input has ended. */
        END,
        /** None that is known here, or none in time. */
        NONE
    }

    /** Where characters come from. */
    @FunctionalInterface
    interface Source {
        /** The next one; -1 at the end of the input, less if none came in time. */
        int read(long millis) throws IOException;
    }

    private static final int ESCAPE = 27;
    /** What belongs to one key comes at once. */
    private static final long TOGETHER_MILLIS = 50;

    /** Waits for a key. */
    static TopKey read(Source source, long millis) throws IOException {
        int character = source.read(Math.max(1, millis));
        return switch (character) {
            case -1 -> of(Kind.END);
            case ESCAPE -> afterEscape(source);
            case '\r', '\n' -> of(Kind.ENTER);
            case 8, 127 -> of(Kind.BACKSPACE);
            default -> character < 0 ? of(Kind.NONE) : new TopKey(Kind.LETTER, character);
        };
    }

    private static TopKey afterEscape(Source source) throws IOException {
        int next = source.read(TOGETHER_MILLIS);
        if (next != '[' && next != 'O') {
            return of(Kind.ESCAPE);
        }
        int last = source.read(TOGETHER_MILLIS);
        int first = last;
        while (last >= '0' && last <= ';') {
            last = source.read(TOGETHER_MILLIS);
        }
        return of(
                switch (last) {
                    case 'A' -> Kind.UP;
                    case 'B' -> Kind.DOWN;
                    case 'C' -> Kind.RIGHT;
                    case 'D' -> Kind.LEFT;
                    case '~' -> first == '5' ? Kind.PAGE_UP : first == '6' ? Kind.PAGE_DOWN : Kind.NONE;
                    default -> Kind.NONE;
                });
    }

    private static TopKey of(Kind kind) {
        return new TopKey(kind, 0);
    }
}
