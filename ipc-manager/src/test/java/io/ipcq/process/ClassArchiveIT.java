// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassArchiveIT {

    private static final Set<PosixFilePermission> OWN = PosixFilePermissions.fromString("rwx------");
    private static final int MAKERS = 20;
    private static final int KILLS = 5;
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private String classPath;
    private Path archives;

    @BeforeEach
    void pack() throws Exception {
        classPath = Jars.classPath(directory);
        archives = directory.resolve("ipcq-archives-" + System.getProperty("user.name"));
    }

    @Test
    void shouldBeMadeOnceAndUsedByChildren() throws Exception {
        Files.createDirectory(archives, PosixFilePermissions.asFileAttribute(OWN));
        Path ofEarlierBuild = Files.createFile(archives.resolve("0-1.2.jsa"));
        Files.setLastModifiedTime(ofEarlierBuild, FileTime.from(Instant.now().minus(Duration.ofDays(31))));
        assertThat(run("first")).isEqualTo("made: true\nexit code 0\n");
        Path made = only();
        assertThat(run("second")).isEqualTo("made: true\nexit code 0\n");

        assertThat(only()).isEqualTo(made);
        assertThat(isShared("second")).isTrue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(archives)))
                .isEqualTo("rwx------");
    }

    @Test
    void shouldBeMadeAgainWhenItIsDamaged() throws Exception {
        run("first");
        Path made = only();
        assertThat(made.toFile().setWritable(true)).isTrue();
        byte[] bytes = Files.readAllBytes(made);
        bytes[bytes.length / 2] ^= 1;
        Files.write(made, bytes);

        assertThat(run("second")).isEqualTo("made: true\nexit code 0\n");

        assertThat(only().getFileName().toString()).contains(ClassArchive.checksum(only()));
        assertThat(isShared("second")).isTrue();
    }

    @Test
    void shouldBeWholeWhenManyProcessesMakeItAtOnce() throws Exception {
        List<Program> makers = new ArrayList<>();
        try {
            for (int i = 0; i < MAKERS; i++) {
                makers.add(start("log" + i));
            }
            for (Program maker : makers) {
                assertThat(maker.exitCode()).as(maker.output()).isZero();
                assertThat(maker.output()).endsWith("exit code 0\n");
            }
        } finally {
            makers.forEach(Program::close);
        }
        assertThat(only().getFileName().toString()).contains(ClassArchive.checksum(only()));
        assertThat(run("last")).isEqualTo("made: true\nexit code 0\n");
        assertThat(isShared("last")).isTrue();
    }

    @Test
    void shouldLeaveNoProcessWhenItsMakerIsKilled() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < KILLS; round++) {
            try (Program maker = start("log" + round)) {
                Thread.sleep(random.nextInt(1_200));
                maker.kill();

                await("round " + round + " of seed " + seed)
                        .atMost(WATCHDOG)
                        .until(() -> maker.descendants().isEmpty());
            }
        }
        assertThat(run("last")).isEqualTo("made: true\nexit code 0\n");
        assertThat(isShared("last")).isTrue();
        only();
    }

    @Test
    void shouldBeElsewhereWhereOthersHaveTakenTheName() throws Exception {
        Files.createDirectory(archives);
        Files.setPosixFilePermissions(archives, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(run("first")).isEqualTo("made: true\nexit code 0\n");

        assertThat(run("second")).isEqualTo("made: true\nexit code 0\n");
        assertThat(isShared("second")).isTrue();
        assertThat(archives).isEmptyDirectory();
    }

    @Test
    void shouldDoWithoutWhenToldTo() throws Exception {
        assertThat(run("off", "-Dipcq.archive=off")).isEqualTo("made: false\nexit code 0\n");

        assertThat(archives).doesNotExist();
    }

    private String run(String log, String... options) throws Exception {
        try (Program program = start(log, options)) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            return program.output();
        }
    }

    private Program start(String log, String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("-cp", classPath));
        return Program.start(
                directory,
                all,
                Family.Archiving.class.getName(),
                directory.resolve(log).toString());
    }

    private Path only() throws IOException {
        try (Stream<Path> files = Files.list(archives)) {
            List<Path> made =
                    files.filter(file -> file.toString().endsWith(".jsa")).toList();
            assertThat(made).hasSize(1);
            return made.get(0);
        }
    }

    private boolean isShared(String log) throws IOException {
        return Files.readString(directory.resolve(log))
                .contains("io.ipcq.process.ChildMain source: shared objects file");
    }
}
