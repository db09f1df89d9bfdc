// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What is made once for all programs of a user stays while one of them uses it, and goes when none has done so for
 * long.
 */
class CacheDirectoryIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final FileTime LONG_AGO = FileTime.from(Instant.now().minus(Duration.ofDays(31)));
    private static final FileTime A_WHILE_AGO = FileTime.from(Instant.now().minus(Duration.ofDays(29)));

    @TempDir
    Path directory;

    enum Kind {
        ARCHIVE("ipcq-archives-") {
            @Override
            Path use(Path directory) throws IOException {
                ClassArchive archive = Objects.requireNonNull(
                        ClassArchive.of(directory, Kind.class.getClassLoader(), List.of("org.slf4j.LoggerFactory")));
                archive.publish(Files.writeString(archive.directory().resolve("made"), "classes"));
                return Objects.requireNonNull(archive.file());
            }
        },
        PROGRAM("ipcq-programs-") {
            @Override
            Path use(Path directory) throws IOException {
                Path jar = directory.resolve("program.jar");
                try (OutputStream file = Files.newOutputStream(jar);
                        ZipOutputStream out = new ZipOutputStream(file)) {
                    out.putNextEntry(new ZipEntry("lib/inner.jar"));
                }
                return UnpackedProgram.of(jar);
            }
        };

        final String prefix;

        Kind(String prefix) {
            this.prefix = prefix;
        }

        /** As a program does that starts a child. */
        abstract Path use(Path directory) throws IOException;
    }

    /** Uses one until it is killed. */
    static final class User {
        public static void main(String[] arguments) throws Exception {
            System.out.println(Kind.valueOf(arguments[0]).use(Path.of(arguments[1])) + " is used");
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldSweepWhatNobodyUses(Kind kind) throws Exception {
        CacheDirectory cache = CacheDirectory.of(directory, kind.prefix);
        try (Program user = Program.start(directory, User.class, kind.name(), directory.toString())) {
            await().atMost(PATIENCE).until(() -> user.output().endsWith(" is used\n") || !user.isAlive());
            Path used = Path.of(user.output().replace(" is used\n", ""));
            assertThat(used).hasParent(cache.path());
            Function<String, Path> sibling = used::resolveSibling;
            Path unused = age(Files.createFile(sibling.apply("0.1.jsa")), LONG_AGO);
            Path unusedToo = age(Files.createDirectories(sibling.apply("1")), LONG_AGO);
            Path unfinished =
                    age(Files.createDirectories(sibling.apply("2.new-1/lib")).getParent(), A_WHILE_AGO);
            Path young = age(Files.createFile(sibling.apply("3.1.jsa")), A_WHILE_AGO);
            age(used, LONG_AGO);

            cache.sweep();

            assertThat(List.of(unused, unusedToo, unfinished)).allMatch(Files::notExists);
            assertThat(List.of(used, young)).allMatch(Files::exists);

            user.kill();
            cache.sweep();

            assertThat(used).doesNotExist();
        }
    }

    private static Path age(Path path, FileTime time) throws IOException {
        return Files.setLastModifiedTime(path, time);
    }
}
