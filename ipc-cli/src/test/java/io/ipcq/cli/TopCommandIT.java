// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.KillCommand;
import io.ipcq.TestJvm;
import io.ipcq.queue.SharedQueue;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The live view in a real terminal, that of tmux, and for scripts. */
@EnabledOnOs(OS.LINUX)
class TopCommandIT {

    @TempDir
    Path directory;

    /** A server of its own: nobody else's sessions are touched. */
    private final String server = "ipcq-top-" + ProcessHandle.current().pid() + "-" + System.nanoTime();

    private String tmux(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("tmux", "-u", "-L", server, "-f", "/dev/null"));
        command.addAll(Arrays.asList(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return out;
    }

    @AfterEach
    void end() throws Exception {
        if (hasTmux()) {
            tmux("kill-server");
        }
    }

    private static boolean hasTmux() {
        return Files.isExecutable(Path.of("/usr/bin/tmux"));
    }

    private String screen() throws Exception {
        return tmux("capture-pane", "-p");
    }

    private void awaitScreen(String... texts) {
        await().untilAsserted(() -> assertThat(screen()).contains(texts));
    }

    private void awaitNotOnScreen(String text) {
        await().untilAsserted(() -> assertThat(screen()).doesNotContain(text));
    }

    /** The script, at the prompt of a shell that says when it has ended. */
    private void start(Object... words) throws Exception {
        ProcessBuilder launch = CommandRun.launch(words);
        StringBuilder line = new StringBuilder();
        launch.command().forEach(word -> line.append('\'').append(word).append("' "));
        Path script = Files.writeString(
                directory.resolve("script"),
                "export JAVA_HOME='" + System.getProperty("java.home") + "'\n" + line
                        + "\necho ended with $?, $(stty -a | grep -o '[-]*echo ')\nexec sh\n");
        tmux("new-session", "-d", "-x", "200", "-y", "24", "sh " + script);
    }

    /** On each JDK: what stands between the view and the terminal reaches into the JDK. */
    @Test
    void shouldShowQueuesAndObeyKeysInTerminal() throws Exception {
        assumeTrue(hasTmux());
        Path queues = Files.createDirectory(directory.resolve("queues"));
        try (SharedQueue<String> letters = SharedQueue.create(queues.resolve("letters"), String.class);
                SharedQueue<String> orders = SharedQueue.create(queues.resolve("orders"), String.class)) {
            letters.put("a");
            start("top", queues, "--interval", "0.2", "--tmpdir", directory);
            awaitScreen("2 queues", "/letters", "/orders", "sorted by queue", "q quit");
            for (int i = 0; i < 123; i++) {
                orders.put("b");
            }
            awaitScreen(" 123 ");
            tmux("send-keys", ">");
            awaitScreen("sorted by size");
            await().untilAsserted(() -> {
                String sorted = screen(); // not one that is half drawn
                assertThat(sorted.indexOf("/orders")).isLessThan(sorted.indexOf("/letters"));
            });
            tmux("send-keys", "/");
            awaitScreen("filter: _");
            tmux("send-keys", "lett");
            awaitScreen("filter: lett_");
            tmux("send-keys", "Enter");
            awaitNotOnScreen("/orders");
            tmux("send-keys", "Space");
            awaitScreen("PAUSED");
            tmux("resize-window", "-x", "12", "-y", "3");
            await().untilAsserted(() -> assertThat(screen().lines())
                    .satisfiesExactly(
                            line -> assertThat(line).isEqualTo("ipcq top: 2"),
                            line -> assertThat(line).startsWith("KIND"),
                            line -> assertThat(line).startsWith("q quit")));
            tmux("resize-window", "-x", "150", "-y", "12");
            awaitScreen("PAUSED", "q quit");
            tmux("send-keys", "q");
            awaitScreen("ended with 0, echo");
            assertThat(screen()).doesNotContain("q quit");
        }
    }

    @Tag("once")
    @Test
    void shouldPutTerminalBackWhenItIsEnded() throws Exception {
        assumeTrue(hasTmux());
        start("top", directory, "--tmpdir", directory);
        awaitScreen("q quit");
        long pid = pidOfTop();
        KillCommand.require("-TERM", pid);
        awaitScreen("ended with 143, echo");
        assertThat(screen()).doesNotContain("q quit");
    }

    private long pidOfTop() throws Exception {
        long shell = Long.parseLong(tmux("display-message", "-p", "#{pane_pid}").strip());
        return ProcessHandle.of(shell)
                .orElseThrow()
                .children()
                .findFirst()
                .orElseThrow()
                .pid();
    }

    @Tag("once")
    @Test
    void shouldPrintForScripts() throws Exception {
        try (SharedQueue<String> letters = SharedQueue.create(directory.resolve("letters"), String.class);
                TestJvm producer = TestJvm.start(
                        QueueUser.class, "busy", letters.directory().toString())) {
            producer.awaitLine("ready");
            String out = CommandRun.launched("top", directory, "--once", "--interval", "0.3")
                    .endsWith(0)
                    .out();
            assertThat(out).contains("KIND", "/letters").doesNotContain("\u001b");
            await().untilAsserted(() -> {
                Map<String, Object> row = CommandRun.here("top", directory, "--json", "--interval", "0.3")
                        .endsWith(0)
                        .objects()
                        .get(0);
                assertThat(row).containsEntry("kind", "ring").containsEntry("processes", 2);
                assertThat(((Number) row.get("putPerSecond")).doubleValue()).isPositive();
            });
        }
    }
}
