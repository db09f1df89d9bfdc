// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.KillCommand;
import io.ipcq.TestJvm;
import io.ipcq.queue.SharedQueue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The live view in a real terminal, that of tmux, and for scripts. */
@EnabledOnOs(OS.LINUX)
class TopCommandIT {

    @TempDir
    Path directory;

    private TmuxTerminal terminal;

    @BeforeEach
    void open() {
        terminal = new TmuxTerminal(directory);
    }

    @AfterEach
    void close() throws Exception {
        terminal.close();
    }

    /** On each JDK: what stands between the view and the terminal reaches into the JDK. */
    @Test
    void shouldShowQueuesAndObeyKeysInTerminal() throws Exception {
        assumeTrue(TmuxTerminal.isThere());
        Path queues = Files.createDirectory(directory.resolve("queues"));
        try (SharedQueue<String> letters = SharedQueue.create(queues.resolve("letters"), String.class);
                SharedQueue<String> orders = SharedQueue.create(queues.resolve("orders"), String.class)) {
            letters.put("a");
            terminal.start("top", queues, "--interval", "0.2", "--tmpdir", directory);
            terminal.awaitScreen("2 queues", "/letters", "/orders", "sorted by queue", "q quit");
            for (int i = 0; i < 123; i++) {
                orders.put("b");
            }
            terminal.awaitScreen(" 123 ");
            terminal.tmux("send-keys", ">", ">");
            terminal.awaitScreen("sorted by size");
            await().untilAsserted(() -> {
                String sorted = terminal.screen(); // not one that is half drawn
                assertThat(sorted.indexOf("/orders")).isLessThan(sorted.indexOf("/letters"));
            });
            terminal.tmux("send-keys", "/");
            terminal.awaitScreen("filter: _");
            terminal.tmux("send-keys", "lett");
            terminal.awaitScreen("filter: lett_");
            terminal.tmux("send-keys", "Enter");
            terminal.awaitNotOnScreen("/orders");
            terminal.tmux("send-keys", "Space");
            terminal.awaitScreen("PAUSED");
            terminal.tmux("resize-window", "-x", "12", "-y", "3");
            await().untilAsserted(() -> assertThat(terminal.screen().lines())
                    .satisfiesExactly(
                            line -> assertThat(line).isEqualTo("ipcq top: 2"),
                            line -> assertThat(line).startsWith("KIND"),
                            line -> assertThat(line).startsWith("q quit")));
            terminal.tmux("resize-window", "-x", "150", "-y", "12");
            terminal.awaitScreen("PAUSED", "q quit");
            terminal.tmux("send-keys", "q");
            terminal.awaitScreen("ended with 0, echo");
            assertThat(terminal.screen()).doesNotContain("q quit");
        }
    }

    @Tag("once")
    @Test
    void shouldPutTerminalBackWhenItIsEnded() throws Exception {
        assumeTrue(TmuxTerminal.isThere());
        terminal.start("top", directory, "--tmpdir", directory);
        terminal.awaitScreen("q quit");
        long pid = pidOfTop();
        KillCommand.require("-TERM", pid);
        terminal.awaitScreen("ended with 143, echo");
        assertThat(terminal.screen()).doesNotContain("q quit");
    }

    private long pidOfTop() throws Exception {
        long shell = Long.parseLong(
                terminal.tmux("display-message", "-p", "#{pane_pid}").strip());
        return ProcessHandle.of(shell)
                .orElseThrow()
                .children()
                .findFirst()
                .orElseThrow()
                .pid();
    }

    @Tag("once")
    @ParameterizedTest
    @ValueSource(strings = {"unset NO_COLOR", "export NO_COLOR=1"})
    void shouldUseColoursOnlyWhereTheyAreWanted(String setting) throws Exception {
        assumeTrue(TmuxTerminal.isThere());
        terminal.startWith(setting, "", "top", directory, "--tmpdir", directory);
        terminal.awaitScreen("q quit");
        assertThat(terminal.tmux("capture-pane", "-p", "-e").contains("\u001b["))
                .isEqualTo(setting.startsWith("unset"));
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
