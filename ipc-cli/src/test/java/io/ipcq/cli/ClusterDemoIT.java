// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** {@code ./ipcq demo cluster}, as somebody at a shell starts it: it keeps its promise, and nothing of it stays. */
@EnabledOnOs(OS.LINUX)
@Tag("once")
class ClusterDemoIT {

    private static final String MARK = "IPCQ_TEST_OF_DEMO";
    private static final int ORDERS = 60;
    private static final Pattern TWICE = Pattern.compile("Worked on twice: (none|\\[([0-9]+(, [0-9]+)*)])");

    @Test
    @Timeout(1_200)
    void shouldWorkOnEveryOrderSayWhichTwiceAndLeaveNoProcess() throws Exception {
        String mark = UUID.randomUUID().toString();
        Path output = Files.createTempFile("demo", ".txt");
        ProcessBuilder builder =
                CommandRun.launch("demo", "cluster").redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put(MARK, mark);
        Process demo = builder.start();
        try {
            await().until(() -> marked(mark).size() >= 4); // the command, and three brokers
            int code = demo.waitFor();
            List<String> lines = Files.readAllLines(output);
            assertThat(code).as("%s", lines).isZero();
            requirePromise(lines);
            await().untilAsserted(() -> assertThat(marked(mark)).isEmpty());
        } finally {
            for (ProcessHandle left : marked(mark)) {
                left.destroyForcibly();
            }
            Files.delete(output);
        }
    }

    private static void requirePromise(List<String> lines) {
        assertThat(lines)
                .containsSubsequence(
                        "Three brokers are up.",
                        "A worker is killed, with the orders that it works on.",
                        "A broker is killed.",
                        "All " + ORDERS + " orders were worked on.");
        Matcher twice = TWICE.matcher(lines.get(lines.size() - 1));
        assertThat(twice.matches()).as("%s", lines).isTrue();
        if (twice.group(2) != null) {
            assertThat(List.of(twice.group(2).split(", ")))
                    .doesNotHaveDuplicates()
                    .allSatisfy(order -> assertThat(Integer.parseInt(order)).isBetween(1, ORDERS));
        }
    }

    /** The living that have the mark in their environment, which each process hands on to those that it starts. */
    private static List<ProcessHandle> marked(String mark) throws IOException {
        List<ProcessHandle> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (environment(process).contains(MARK + "=" + mark)) {
                    ProcessHandle.of(Long.parseLong(process.getFileName().toString()))
                            .ifPresent(found::add);
                }
            }
        }
        return found;
    }

    /** Empty of one that has just ended, or is another user's. */
    private static String environment(Path process) {
        try {
            return new String(Files.readAllBytes(process.resolve("environ")), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
