// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.Writer;

/**
 * Makes text of others harmless for a terminal: elements, names of queues and files, command lines, what was typed. All
 * that this program prints goes through here.
 *
 * <p>What a terminal would obey, or show in another place than where it stands, becomes the six characters that JSON
 * has for it: the escape character {@code \}{@code u001b}, say. So a line of JSON remains one.
 */
final class Harmless {

    /** More than that of one name, nobody reads. */
    private static final int LONGEST_NAME = 240;

    private Harmless() {}

    /** The text as one line. */
    static String line(String text) {
        StringBuilder line = null;
        for (int at = 0; at < text.length(); ) {
            int point = text.codePointAt(at);
            int next = at + Character.charCount(point);
            if (isHarmful(point)) {
                line = line == null ? new StringBuilder(text.length() + 16).append(text, 0, at) : line;
                escape(line, text, at, next);
            } else if (line != null) {
                line.append(text, at, next);
            }
            at = next;
        }
        return line == null ? text : line.toString();
    }

    /** The same of what people are to recognize: cut in the middle if it is longer than anybody reads. */
    static String name(String text) {
        String line = line(text);
        int half = LONGEST_NAME / 2;
        return line.length() <= LONGEST_NAME
                ? line
                : line.substring(0, half) + "...(" + (line.length() - 2 * half) + " more)..."
                        + line.substring(line.length() - half);
    }

    private static void escape(StringBuilder line, String text, int from, int to) {
        for (int at = from; at < to; at++) {
            line.append(String.format("\\u%04x", (int) text.charAt(at)));
        }
    }

    /** Controls move the cursor or worse; formats turn text around or hide it; halves of characters are none. */
    private static boolean isHarmful(int point) {
        if (point >= ' ' && point < 0x7f) {
            return false; // as almost all are
        }
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    /**
     * A writer behind which nothing but lines arrives, for what is printed by others, such as what is wrong with a
     * command line.
     */
    static Writer writer(Writer target) {
        return new FilterWriter(target) {
            @Override
            public void write(int character) throws IOException {
                write(String.valueOf((char) character));
            }

            @Override
            public void write(char[] text, int from, int length) throws IOException {
                write(new String(text, from, length));
            }

            @Override
            public void write(String text, int from, int length) throws IOException {
                String[] lines = text.substring(from, from + length).split("\n", -1);
                for (int i = 0; i < lines.length; i++) {
                    out.write(i == 0 ? "" : "\n");
                    out.write(Harmless.line(lines[i]));
                }
            }
        };
    }
}
