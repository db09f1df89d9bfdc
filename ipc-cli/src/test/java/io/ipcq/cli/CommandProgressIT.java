// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.queue.SharedQueue;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** How far a command is, in a real terminal. */
@EnabledOnOs(OS.LINUX)
@Tag("once")
class CommandProgressIT {

    @TempDir
    Path directory;

    private TmuxTerminal terminal;

    @BeforeEach
    void open() {
        assumeTrue(TmuxTerminal.isThere());
        terminal = new TmuxTerminal(directory);
    }

    @AfterEach
    void close() throws Exception {
        if (terminal != null) {
            terminal.close();
        }
    }

    /** It waits for room, so there is time to look; its data goes to the same terminal. */
    @Test
    void shouldSayHowFarItIsAndLeaveNothing() throws Exception {
        try (SharedQueue<String> from = SharedQueue.create(directory.resolve("from"), String.class);
                SharedQueue<String> to =
                        SharedQueue.builder(String.class).maxSize(2).create(directory.resolve("to"))) {
            for (String element : new String[] {"a", "b", "c"}) {
                from.put(element);
            }
            terminal.start("queue", "move", from.directory(), to.directory());
            terminal.awaitScreen("[y/N]");
            terminal.tmux("send-keys", "y", "Enter");
            terminal.awaitScreen("2 of 3 elements moved, ");
            terminal.awaitScreenMatching(", [1-9][0-9]* s"); // goes on though nothing is moved
            to.get();
            terminal.awaitScreen("moved: 3", "ended with 0");
            assertThat(terminal.screen()).doesNotContain("elements moved,", "[#");
        }
    }

    /** All bytes that the terminal gets: neither colours nor anything else that is more than text, on any terminal. */
    @Test
    void shouldWriteNoEscapeCodesWithoutColours() throws Exception {
        Path queue = directory.resolve("queue");
        SharedQueue.create(queue, String.class).close();
        assertThat(bytes("unset NO_COLOR", "queue", "ls", queue)).contains("\u001b[1m");
        for (String command : new String[] {"ls", "stat", "verify"}) {
            assertThat(bytes("export NO_COLOR=1", "queue", command, queue))
                    .as(command)
                    .contains(queue.toString())
                    .doesNotContain("\u001b");
        }
    }

    private String bytes(String before, Object... words) throws Exception {
        Path go = directory.resolve("go");
        Path copy = directory.resolve("copy");
        TmuxTerminal own = new TmuxTerminal(directory);
        try {
            own.startWith(before + "\nuntil [ -e '" + go + "' ]; do sleep 0.1; done", "", words);
            own.tmux("pipe-pane", "cat >'" + copy + "'");
            await().until(() -> Files.exists(copy));
            Files.createFile(go);
            await().untilAsserted(() -> assertThat(Files.readString(copy)).contains("ended with"));
        } finally {
            own.close();
        }
        Files.delete(go);
        String all = Files.readString(copy);
        Files.delete(copy);
        return all.substring(0, all.indexOf("ended with"));
    }

    /** What goes into a file is the same with a terminal for the messages. */
    @Test
    void shouldPutNothingIntoData() throws Exception {
        Path out = directory.resolve("out");
        try (SharedQueue<String> queue = SharedQueue.create(directory.resolve("queue"), String.class)) {
            queue.put("a");
            queue.put("b");
            terminal.startWith("", " >'" + out + "'", "queue", "drain", queue.directory(), "--yes");
            terminal.awaitScreen("taken: 2", "ended with 0");
            assertThat(Files.readString(out)).isEqualTo("a\nb\n");
        }
    }
}
