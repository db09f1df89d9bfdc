// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A sample whose child is killed ends, and says so. */
@Tag("once")
class KilledChildrenIT {

    private static final String ALL = "all";

    /** In these a worker that could not start is replaced, and nothing is lost. */
    private static final String WITH_REPLACEMENT = ".*Sample(07|08|09|10|13|14|17)[A-Za-z]+";

    private static final boolean EACH = Boolean.getBoolean("ipcq.samples.each");

    @TempDir
    Path directory;

    static List<String> samples() throws Exception {
        Path classes = Path.of(Sample01Fork.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        if (Files.isDirectory(classes)) {
            return samples(classes);
        }
        try (FileSystem jar = FileSystems.newFileSystem(classes)) {
            return samples(jar.getPath("/"));
        }
    }

    private static List<String> samples(Path classes) throws IOException {
        String folder = Sample01Fork.class.getPackageName().replace('.', '/');
        try (Stream<Path> files = Files.list(classes.resolve(folder))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("Sample[0-9]+[A-Za-z]+[.]class"))
                    .map(name -> Sample01Fork.class.getPackageName() + "." + name.replace(".class", ""))
                    .sorted()
                    .toList();
        }
    }

    /** A java that starts the real one but for the n-th time, when it is killed. */
    private Path home(String victim) throws IOException {
        Path home = Files.createDirectory(directory.resolve(victim));
        Path starts = Files.createDirectory(home.resolve("starts"));
        Path bin = Files.createDirectory(home.resolve("bin"));
        Path java = Files.createFile(
                bin.resolve("java"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(java, """
                #!/bin/sh
                n=1
                while ! mkdir "%1$s/$n" 2>/dev/null; do n=$((n + 1)); done
                case %2$s in $n | all) kill -KILL $$ ;; esac
                exec "%3$s/bin/java" "$@"
                """.formatted(starts, victim, System.getProperty("java.home")));
        return home;
    }

    @Test
    void shouldFailWhenAllChildrenAreKilled() throws Exception {
        List<String> samples = samples();
        assertThat(samples).hasSizeGreaterThanOrEqualTo(16);
        List<String> arguments =
                Stream.concat(Stream.of(home(ALL).toString()), samples.stream()).toList();

        List<String> lines = SampleProgram.run(KilledChildren.class, arguments.toArray(String[]::new));

        for (String sample : samples) {
            assertThat(lines)
                    .filteredOn(line -> line.startsWith(sample + " "))
                    .singleElement()
                    .asString()
                    .contains(" failed: ")
                    .contains("io.ipcq.");
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void shouldEndWhicheverChildIsKilled(String sample) throws Exception {
        assumeTrue(EACH, "it takes minutes");
        for (int victim = 1; ; victim++) {
            Path home = home(Integer.toString(victim));
            List<String> lines = SampleProgram.run(KilledChildren.class, home.toString(), sample);
            boolean killed = Files.exists(home.resolve("starts").resolve(Integer.toString(victim)));
            if (!killed) {
                return;
            }
            if (!sample.matches(WITH_REPLACEMENT)) {
                assertThat(lines).as("victim=%d", victim).last().asString().startsWith(sample + " failed: ");
            }
        }
    }
}
