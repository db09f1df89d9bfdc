// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compiles and runs each program of the README, in whichever language, and compares what it prints with what the README
 * says.
 */
class ReadmeIT {

    private static final String ENGLISH = "README.md";
    private static final String CHINESE = "README.zh.md";

    private static final Pattern PROGRAM =
            Pattern.compile("```java\\n(.*?)```\\n\\n```text\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern CLASS = Pattern.compile("^(?:class|record) (\\w+)", Pattern.MULTILINE);
    private static final Pattern TABLE = Pattern.compile("(?:^\\|.*\\n)+", Pattern.MULTILINE);
    private static final Pattern CODE = Pattern.compile("`[^`]+`");
    private static final int MAX_LINES = 200;
    private static final int MAX_PROGRAM_LINES = 12;
    private static final int MAX_CELL_LENGTH = 120;
    private static final int MAX_FIGURES = 10;
    private static final int HEADING_ROWS = 2;

    /** What is shown, and what it prints. */
    private record Shown(String source, String expected) {}

    @TempDir
    private Path directory;

    private static String readme(String name) throws IOException {
        Path path = Path.of(name);
        return Files.readString(Files.exists(path) ? path : Path.of("..").resolve(path));
    }

    private static List<Shown> programs(String name) throws IOException {
        return PROGRAM.matcher(readme(name))
                .results()
                .map(program -> new Shown(program.group(1), program.group(2)))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {ENGLISH, CHINESE})
    void shouldBeShortAndShowThreePrograms(String name) throws IOException {
        assertThat(readme(name).lines()).hasSizeLessThanOrEqualTo(MAX_LINES);
        assertThat(programs(name))
                .hasSize((int) readme(name).lines().filter("```java"::equals).count())
                .hasSizeGreaterThan(2);
    }

    @Test
    void shouldShowTheSameProgramsInBothLanguages() throws IOException {
        assertThat(programs(CHINESE)).isEqualTo(programs(ENGLISH));
        assertThat(readme(ENGLISH)).contains("(" + CHINESE + ")");
        assertThat(readme(CHINESE)).contains("(" + ENGLISH + ")");
    }

    /** A row that is added in one language only is noticed by the code in its first cell. */
    @Test
    void shouldHaveTheSameRowsInBothLanguages() throws IOException {
        assertThat(subjects(CHINESE)).isEqualTo(subjects(ENGLISH));
        assertThat(subjects(ENGLISH)).hasSize(3);
        assertThat(subjects(ENGLISH).get(2)).hasSizeLessThanOrEqualTo(MAX_FIGURES + HEADING_ROWS);
    }

    @ParameterizedTest
    @ValueSource(strings = {ENGLISH, CHINESE})
    void shouldHaveShortCells(String name) throws IOException {
        assertThat(tables(name).stream().flatMap(List::stream).flatMap(row -> Stream.of(row.split("\\|"))))
                .allSatisfy(cell -> assertThat(cell.strip()).hasSizeLessThanOrEqualTo(MAX_CELL_LENGTH));
    }

    /** The rows of each table. */
    private static List<List<String>> tables(String name) throws IOException {
        return TABLE.matcher(readme(name))
                .results()
                .map(table -> table.group().lines().toList())
                .toList();
    }

    /** What is code in the first cell of each row. */
    private static List<List<List<String>>> subjects(String name) throws IOException {
        return tables(name).stream()
                .map(table -> table.stream()
                        .map(row -> CODE.matcher(row.split("\\|", 3)[1])
                                .results()
                                .map(MatchResult::group)
                                .toList())
                        .toList())
                .toList();
    }

    @TestFactory
    Stream<DynamicTest> shouldPrintWhatItSays() throws IOException {
        return Stream.concat(programs(ENGLISH).stream(), programs(CHINESE).stream())
                .distinct()
                .map(program -> DynamicTest.dynamicTest(name(program.source()), () -> {
                    assertThat(program.source().lines()).hasSizeLessThanOrEqualTo(MAX_PROGRAM_LINES);
                    assertThat(run(program.source())).isEqualTo(program.expected());
                }));
    }

    private static String name(String source) {
        Matcher name = CLASS.matcher(source);
        assertThat(name.find()).as(source).isTrue();
        return name.group(1);
    }

    private String run(String source) throws Exception {
        Path file = Files.writeString(directory.resolve(name(source) + ".java"), source);
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", directory.toString(), "-cp", SampleProgram.classPath(), file.toString());
        assertThat(failed).as(source).isZero();
        return String.join("\n", SampleProgram.run(directory, name(source))) + "\n";
    }
}
