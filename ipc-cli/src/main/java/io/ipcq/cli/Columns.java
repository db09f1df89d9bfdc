// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import org.jspecify.annotations.Nullable;

/**
 * Cells in columns, as {@code String.format} would set them. A list has thousands of lines, and a format costs more for
 * each of them than the look at what is in it.
 */
final class Columns {

    private final int[] widths;

    /** @param widths of all columns but the last one, which has none; less than 0 sets a column to the left */
    Columns(int... widths) {
        this.widths = widths;
    }

    /** Each cell in its column; one that is too long takes more. */
    String line(@Nullable Object... cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = String.valueOf(cells[i]);
            String pad = " ".repeat(Math.max(0, Math.abs(widths[i]) - cell.length()));
            line.append(widths[i] < 0 ? cell : pad)
                    .append(widths[i] < 0 ? pad : cell)
                    .append(' ');
        }
        return line.append(cells[widths.length]).toString();
    }
}
