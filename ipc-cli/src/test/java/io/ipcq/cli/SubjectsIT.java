// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.LIMIT;
import static io.ipcq.Patience.await;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What tests are run on leaves no process behind, however they end. */
@EnabledOnOs(OS.LINUX)
@Tag("once")
class SubjectsIT {

    @TempDir
    Path parent;

    /** The command lines of processes that were given a path there, whoever their parents are. */
    private static List<String> withPathIn(Path directory) {
        return ProcessHandle.allProcesses()
                .map(SubjectsIT::commandLine)
                .filter(line -> line.contains(directory.toString()))
                .toList();
    }

    /** Empty of one that has just ended. */
    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"), ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void shouldLeaveNoProcessWhenTheyCannotBeMade() throws Exception {
        Files.createDirectory(parent.resolve("inputs")); // a file is to be there
        assertThatThrownBy(() -> new Subjects(parent, List.of()).close()).hasMessageContaining("inputs");
        await().untilAsserted(() -> assertThat(withPathIn(parent)).isEmpty());
    }

    /** A map that is killed leaves its command behind, and a test that is killed tells it nothing. */
    @Test
    void shouldLeaveNoCommandWhenNobodyIsLeftToEndIt() throws Exception {
        long self = ProcessHandle.current().pid();
        Process other = new ProcessBuilder("sleep", "3600").start();
        Path place = Files.createDirectory(parent.resolve("place"));
        List<Process> commands = List.of(
                shell(Subjects.waiting(parent, self)),
                shell(Subjects.waiting(place, self)),
                shell(Subjects.waiting(parent, other.pid())));
        try {
            Files.delete(place);
            other.destroyForcibly().waitFor();
            assertThat(commands.get(1).waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(commands.get(2).waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(commands.get(0).isAlive()).isTrue();
            Files.createFile(parent.resolve(Subjects.GO));
            assertThat(commands.get(0).waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        } finally {
            commands.forEach(Process::destroyForcibly);
        }
    }

    private static Process shell(String script) throws IOException {
        return new ProcessBuilder("sh", "-c", script)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
