// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.KillCommand;
import io.ipcq.Strace;
import io.ipcq.TestJvm;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** A run that is killed at moments that nobody chose, and called again. */
@DisabledOnOs(OS.WINDOWS)
@Tag("once")
class MapCommandIT {

    private static final int INPUTS = Integer.getInteger("ipcq.map.inputs", 600);
    private static final int KILLS = 3;
    private static final int KILLED = 128 + 9;
    private static final int WORKERS = 4;

    @TempDir
    Path directory;

    @Test
    void shouldRunEachInputAndAtMostThoseInFlightTwice() throws Exception {
        Path runs = Files.createFile(directory.resolve("runs"));
        List<String> inputs =
                IntStream.rangeClosed(1, INPUTS).mapToObj(n -> "line " + n).toList();
        Path input = Files.write(directory.resolve("input"), inputs);
        Path out = directory.resolve("out");
        for (int kill = 0; kill <= KILLS; kill++) {
            Process map = CommandRun.launch(
                            "map",
                            "--workers",
                            WORKERS,
                            "--order",
                            "--job",
                            directory.resolve("job"),
                            "--",
                            "sh",
                            "-c",
                            "echo \"$1\" >>" + runs + "; echo \"$1\"",
                            "sh",
                            "{}")
                    .redirectInput(input.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(directory.resolve("err").toFile())
                    .start();
            if (kill < KILLS) {
                long enough = (long) INPUTS * (kill + 1) / (3 * (KILLS + 1));
                while (map.isAlive() && countLines(runs) < enough) {
                    TimeUnit.MILLISECONDS.sleep(5);
                }
                int code = map.destroyForcibly().waitFor();
                assertThat(code)
                        .as(Files.readString(directory.resolve("err")))
                        .isIn(KILLED, 0); // all is done if this JVM had no processor for long
            } else {
                assertThat(map.waitFor())
                        .as(Files.readString(directory.resolve("err")))
                        .isZero();
            }
        }
        assertThat(Files.readAllLines(out)).isEqualTo(inputs);
        Map<String, Long> counts = Files.readAllLines(runs).stream()
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        assertThat(counts).containsOnlyKeys(inputs);
        long extra = counts.values().stream().mapToLong(count -> count - 1).sum();
        System.out.println("inputs: " + INPUTS + ", run once more: " + extra);
        assertThat(extra).isLessThanOrEqualTo((long) KILLS * WORKERS);
    }

    @Test
    void shouldEndWhatRunsWhenASignalEndsIt() throws Exception {
        Path pid = directory.resolve("pid");
        Path input = Files.writeString(directory.resolve("input"), "x\n");
        Process map = CommandRun.launch(
                        "map",
                        "--",
                        "sh",
                        "-c",
                        "echo $$ >" + pid + ".new; mv " + pid + ".new " + pid + "; exec sleep 3600",
                        "sh")
                .redirectInput(input.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        await().until(() -> Files.exists(pid) || !map.isAlive());
        map.destroy();
        assertThat(map.waitFor()).isEqualTo(WebCommandIT.ENDED_BY_SIGTERM);
        MapCommandTest.awaitEnd(pid);
    }

    /** A map of one input, in a JVM whose every start of a program takes long. */
    static final class Mapper {
        private Mapper() {}

        public static void main(String[] arguments) {
            Screen screen = new Screen(
                    new ByteArrayInputStream("3600\n".getBytes(StandardCharsets.UTF_8)),
                    OutputStream.nullOutputStream(),
                    OutputStream.nullOutputStream(),
                    Terminal.NONE);
            // with its path: each directory that is searched would take as long
            System.exit(Ipcq.run(screen, "map", "--workers", "1", "--", "/bin/sleep"));
        }
    }

    /** How far the start of a command has come: what its process is called, which is as its thread at first. */
    private static final List<String> STEPS = List.of("ipcq-map-1", "jspawnhelper", "sleep");

    /** However far the start of a command has come. A step lasts for a second: where it was missed, anew. */
    @ParameterizedTest
    @FieldSource("STEPS")
    @EnabledOnOs(OS.LINUX)
    void shouldEndWhatIsJustBeingStartedWhenASignalEndsIt(String step) throws Exception {
        assumeTrue(Strace.isUsable(), "needs strace");
        List<String> slow = List.of(
                "strace",
                "-D",
                "-f",
                "-qq",
                "-e",
                "trace=execve",
                "-e",
                "inject=execve:delay_enter=1000000:delay_exit=1000000",
                "-e",
                "signal=none",
                "-o",
                "/dev/null");
        boolean seen = false;
        while (!seen) {
            try (TestJvm map = TestJvm.startThrough(slow, List.of(), Mapper.class)) {
                Command command = await().pollInterval(Duration.ofMillis(5))
                        .until(() -> commandOf(map, STEPS.indexOf(step)), Optional::isPresent)
                        .orElseThrow();
                seen = command.step().equals(step);
                try {
                    assertThat(KillCommand.send("-TERM", map.pid())).isTrue();
                    assertThat(map.exitCode()).isEqualTo(WebCommandIT.ENDED_BY_SIGTERM);
                    await().until(() -> !command.process().isAlive());
                } finally {
                    command.process().destroyForcibly();
                }
            }
        }
    }

    private record Command(ProcessHandle process, String step) {}

    /** The command, if it has come that far, or further. */
    private static Optional<Command> commandOf(TestJvm map, int first) {
        assertThat(map.isAlive()).as(map.output()).isTrue();
        return ProcessHandle.of(map.pid()).stream()
                .flatMap(ProcessHandle::children)
                .map(child -> new Command(child, name(child)))
                .filter(command -> STEPS.indexOf(command.step()) >= first)
                .findFirst();
    }

    private static String name(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "comm"))
                    .strip();
        } catch (IOException gone) {
            return "";
        }
    }

    private static long countLines(Path file) throws Exception {
        try (var lines = Files.lines(file)) {
            return lines.count();
        }
    }
}
