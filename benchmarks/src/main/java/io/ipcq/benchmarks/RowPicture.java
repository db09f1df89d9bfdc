// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Rows as bars in an SVG file: how many times better ours is, on a scale of powers of ten, beside the figures. */
public final class RowPicture {

    private static final int WIDTH = 900;
    private static final int LINE = 24;
    private static final int TOP = 70;
    private static final int NAMES = 290;
    private static final int FIGURES = 220;
    private static final double LOWEST = 0.1;
    private static final double HIGHEST = 1000;

    private RowPicture() {}

    /**
     * Draws the rows into a file.
     *
     * @param caption machine, JDK and command; without them figures say nothing
     */
    public static void write(Path file, String title, String caption, List<Row> rows) throws IOException {
        StringBuilder svg = new StringBuilder();
        int height = TOP + LINE * rows.size() + 30;
        svg.append(format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">%n",
                WIDTH, height));
        svg.append(format("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>%n", WIDTH, height));
        text(svg, 10, 22, "font-size=\"16\" font-weight=\"bold\"", title);
        text(svg, 10, 40, "fill=\"#555\"", caption);
        grid(svg, height);
        for (int i = 0; i < rows.size(); i++) {
            bar(svg, TOP + LINE * i, rows.get(i));
        }
        svg.append("</svg>\n");
        Files.writeString(file, svg);
    }

    private static void grid(StringBuilder svg, int height) {
        for (double mark = LOWEST; mark <= HIGHEST; mark *= 10) {
            double x = x(mark);
            String colour = mark == 1 ? "#333" : "#ddd";
            svg.append(format(
                    "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\"/>%n",
                    x, TOP - 6, x, height - 24, colour));
            text(svg, x, height - 8, "text-anchor=\"middle\" fill=\"#555\"", format("%sx", plain(mark)));
        }
    }

    private static void bar(StringBuilder svg, int y, Row row) {
        double from = Math.min(x(1), x(row.ratio()));
        double to = Math.max(x(1), x(row.ratio()));
        text(svg, 10, y + 13, "", row.bench() + " / " + row.peer());
        svg.append(format(
                "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"16\" fill=\"%s\"/>%n",
                from, y, Math.max(1, to - from), row.ratio() >= 1 ? "#2a7" : "#d83"));
        text(
                svg,
                WIDTH - FIGURES + 10,
                y + 13,
                "",
                format("%sx: %s, %s %s", plain(row.ratio()), plain(row.ours()), plain(row.theirs()), row.unit()));
    }

    private static double x(double ratio) {
        double bounded = Math.max(LOWEST, Math.min(HIGHEST, ratio));
        double part = Math.log10(bounded / LOWEST) / Math.log10(HIGHEST / LOWEST);
        return NAMES + part * (WIDTH - NAMES - FIGURES);
    }

    private static String plain(double value) {
        if (value >= 1e6) {
            return format("%.2f M", value / 1e6);
        }
        return value >= 1e4
                ? format("%.0f k", value / 1e3)
                : value >= 10 ? format("%.0f", value) : format("%.2g", value);
    }

    private static void text(StringBuilder svg, double x, int y, String attributes, String text) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;");
        svg.append(format("<text x=\"%.1f\" y=\"%d\" %s>%s</text>%n", x, y, attributes, escaped));
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be another dependency
    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
