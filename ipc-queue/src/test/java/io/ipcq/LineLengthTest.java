// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Comments, and the prose of documents, have lines of 120 characters, as the code has, and so have cells of tables; the
 * formatter does not look at them.
 */
class LineLengthTest {

    private static final int MAX = 120;

    /** A table has its rows on one line each, and pictures and commands are as long as they are. */
    private static final Pattern NO_PROSE = Pattern.compile("(?:\\||#| {4}).*");

    private static final Pattern CELL_END = Pattern.compile("(?<!\\\\)\\|");

    @Test
    void shouldBreakProse() throws IOException {
        List<String> tooLong = new ArrayList<>();
        Path root = SourceTree.root();
        for (Path directory : List.of(root, root.resolve("docs"), root.resolve("benchmarks"))) {
            for (Path document : SourceTree.list(directory, "*.md")) {
                tooLong.addAll(prose(root.relativize(document), Files.readAllLines(document)));
            }
        }
        assertThat(tooLong).isEmpty();
    }

    @Test
    void shouldBreakComments() throws IOException {
        List<String> tooLong = new ArrayList<>();
        Path root = SourceTree.root();
        int files = 0;
        for (Path module : SourceTree.modules("*", "src")) {
            for (Path source : SourceTree.sources(module)) {
                tooLong.addAll(comments(root.relativize(source), Files.readAllLines(source)));
                files++;
            }
        }
        assertThat(tooLong).isEmpty();
        assertThat(files).isGreaterThan(500);
    }

    /** A cell is read at a glance; what takes longer is a paragraph or a list. */
    @Test
    void shouldKeepCellsShort() throws IOException {
        List<String> tooLong = new ArrayList<>();
        Path root = SourceTree.root();
        for (Path directory : List.of(root, root.resolve("docs"), root.resolve("benchmarks"))) {
            for (Path document : SourceTree.list(directory, "*.md")) {
                tooLong.addAll(cells(root.relativize(document), Files.readAllLines(document)));
            }
        }
        assertThat(tooLong).isEmpty();
    }

    @Test
    void shouldNoticeLongCells() {
        String cell = "x".repeat(MAX);
        Path file = Path.of("X");
        List<String> lines =
                List.of("| " + cell + " | y |", "| y | x" + cell + " |", "```", "| x" + cell + " |", "```");
        assertThat(cells(file, lines)).containsExactly("X:2");
        assertThat(cells(file, List.of("| `a \\| b` " + cell.substring(8) + " |")))
                .containsExactly("X:1");
    }

    @Test
    void shouldNoticeLongLines() {
        String line = "x".repeat(MAX);
        Path file = Path.of("X");
        assertThat(prose(file, List.of("x" + line, "```", "x" + line, "```", "| " + line, line)))
                .hasSize(1);
        assertThat(comments(
                        file,
                        List.of(
                                "/**",
                                " * " + line,
                                " */",
                                "// " + line,
                                "int x; // " + line,
                                "y = \"" + line + "\";")))
                .hasSize(3);
    }

    private static List<String> prose(Path document, List<String> lines) {
        List<String> tooLong = new ArrayList<>();
        boolean fenced = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            fenced ^= line.startsWith("```");
            if (line.length() > MAX && !fenced && !NO_PROSE.matcher(line).matches()) {
                tooLong.add(document + ":" + (i + 1));
            }
        }
        return tooLong;
    }

    private static List<String> cells(Path document, List<String> lines) {
        List<String> tooLong = new ArrayList<>();
        boolean fenced = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            fenced ^= line.startsWith("```");
            if (!fenced && line.startsWith("|")) {
                for (String cell : CELL_END.split(line)) {
                    if (cell.strip().length() > MAX) {
                        tooLong.add(document + ":" + (i + 1));
                    }
                }
            }
        }
        return tooLong;
    }

    private static List<String> comments(Path source, List<String> lines) {
        List<String> tooLong = new ArrayList<>();
        boolean comment = false;
        boolean text = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            text ^= !comment && (line.split("\"\"\"", -1).length - 1) % 2 == 1;
            comment |= !text && line.strip().startsWith("/*");
            boolean behindCode = !text && line.indexOf("// ") >= 0 && line.indexOf('"', line.indexOf("// ")) < 0;
            if (line.length() > MAX && (comment || behindCode)) {
                tooLong.add(source + ":" + (i + 1));
            }
            comment &= !line.strip().endsWith("*/");
        }
        return tooLong;
    }
}
