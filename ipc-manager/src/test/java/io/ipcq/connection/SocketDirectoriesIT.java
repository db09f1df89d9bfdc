// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ipcq.manager.Manager;
import io.ipcq.process.Program;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What managers and those who make pipes leave when they are killed goes, and nothing else does. */
@Tag("once")
class SocketDirectoriesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    /** Has a manager and a pipe, and waits to be killed, or ends. */
    static final class User {
        public static void main(String[] arguments) throws Exception {
            try (Pipe pipe = Pipe.create()) {
                if (arguments.length > 0) {
                    return;
                }
                Manager manager = Manager.start();
                Path socket = ((UnixDomainSocketAddress) manager.address().orElseThrow()).getPath();
                System.out.println("manager " + socket.getParent().getParent());
                System.out.println("pipe " + pipe.first());
                Thread.sleep(Long.MAX_VALUE);
            }
        }
    }

    private Program start(String... arguments) throws IOException {
        // the directory of the tests is where all its sockets are
        return Program.start(
                directory,
                Map.of("XDG_RUNTIME_DIR", ""),
                List.of("-Dipcq.archive=off", "-cp", System.getProperty("java.class.path")),
                User.class.getName(),
                arguments);
    }

    private Program begun() throws IOException {
        Program program = start();
        await().atMost(PATIENCE).until(() -> program.output().contains("pipe ") || !program.isAlive());
        assertThat(program.isAlive()).as(program.output()).isTrue();
        return program;
    }

    private List<Path> directories() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(each -> each.getFileName().toString().startsWith("ipcq-sockets-"))
                    .toList();
        }
    }

    /** One of the manager's process, and one of the program's. */
    private static List<Path> directoriesOf(Program program) {
        List<Path> printed = new ArrayList<>();
        Pattern.compile("manager (\\S+)|of (\\S+)/[^/]+,")
                .matcher(program.output())
                .results()
                .forEach(found -> printed.add(Path.of(found.group(found.group(1) == null ? 2 : 1))));
        return printed;
    }

    @Test
    void shouldSweepWhatKilledProcessesLeft() throws Exception {
        Path others = Files.createDirectory(directory.resolve("ipcq-sockets-0-0-0"));
        Files.createFile(others.resolve("alive"));
        Files.setPosixFilePermissions(others, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (Program killed = begun();
                Program alive = begun()) {
            killed.descendants().stream()
                    .filter(manager -> manager.parent()
                            .filter(parent -> parent.pid() == killed.pid())
                            .isPresent())
                    .forEach(manager -> {
                        manager.destroyForcibly();
                        manager.onExit().join(); // while its parent can tell
                    });
            killed.kill();
            assertThat(directories())
                    .as("of the killed, too")
                    .containsAll(directoriesOf(killed))
                    .containsAll(directoriesOf(alive))
                    .hasSize(5);

            try (Program next = start("end")) {
                assertThat(next.exitCode()).as(next.output()).isZero();
            }

            assertThat(directories())
                    .containsExactlyInAnyOrderElementsOf(Stream.concat(directoriesOf(alive).stream(), Stream.of(others))
                            .toList());
        }
    }
}
