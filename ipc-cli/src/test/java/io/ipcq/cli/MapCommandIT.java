// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

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
        await().atMost(60, TimeUnit.SECONDS).until(() -> Files.exists(pid) || !map.isAlive());
        map.destroy();
        assertThat(map.waitFor()).isEqualTo(WebCommandIT.ENDED_BY_SIGTERM);
        MapCommandTest.awaitEnd(pid);
    }

    private static long countLines(Path file) throws Exception {
        try (var lines = Files.lines(file)) {
            return lines.count();
        }
    }
}
