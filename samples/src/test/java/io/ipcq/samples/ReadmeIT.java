// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Compiles and runs each program of the README, and compares what it prints with what the README says. */
class ReadmeIT {

    private static final Pattern PROGRAM =
            Pattern.compile("```java\\n(.*?)```\\n\\n```text\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern CLASS = Pattern.compile("^(?:class|record) (\\w+)", Pattern.MULTILINE);
    private static final int MAX_LINES = 200;
    private static final int MAX_PROGRAM_LINES = 12;

    @TempDir
    private Path directory;

    private static String readme() throws IOException {
        Path path = Path.of("README.md");
        return Files.readString(Files.exists(path) ? path : Path.of("..").resolve(path));
    }

    @TestFactory
    Stream<DynamicTest> shouldPrintWhatItSays() throws IOException {
        assertThat(readme().lines()).hasSizeLessThanOrEqualTo(MAX_LINES);
        assertThat(PROGRAM.matcher(readme()).results())
                .hasSize((int) readme().lines().filter("```java"::equals).count())
                .hasSizeGreaterThan(2);
        return PROGRAM.matcher(readme()).results().map(program -> {
            String source = program.group(1);
            String expected = program.group(2);
            return DynamicTest.dynamicTest(name(source), () -> {
                assertThat(source.lines()).hasSizeLessThanOrEqualTo(MAX_PROGRAM_LINES);
                assertThat(run(source)).isEqualTo(expected);
            });
        });
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
