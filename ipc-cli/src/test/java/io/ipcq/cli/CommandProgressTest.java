// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.queue.DurableQueue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How far a command is, for who sits at a terminal; what others read is the same as ever. */
@Tag("once")
class CommandProgressTest {

    private static final Terminal MESSAGES_ON_TERMINAL = new Terminal(false, false, true, false);

    @TempDir
    Path parent;

    /** What a command works on: a queue with two elements and a dead letter, and where nothing is yet. */
    private Object[] words(String command, Path place) throws Exception {
        Path queue = place.resolve("letters");
        try (DurableQueue<String> letters =
                        DurableQueue.builder(String.class).maxAttempts(1).create(queue);
                DurableQueue<String> others = DurableQueue.create(place.resolve("others"), String.class)) {
            letters.put("dead");
            letters.receive().nack();
            letters.put("a");
            letters.put("b");
            assertThat(others.qsize()).isZero();
        }
        List<Object> words = new ArrayList<>(Arrays.asList(command.split(" ", -1)));
        words.addAll(
                switch (command) {
                    case "queue move" -> List.of(queue, place.resolve("others"), "--yes");
                    case "queue repair" -> List.of(queue, place.resolve("repaired"));
                    case "queue drain", "queue requeue" -> List.of(queue, "--yes");
                    case "queue find" -> List.of(place, "--empty");
                    case "doctor --gather" -> List.of(place.resolve("gathered"), queue);
                    default -> List.of(queue);
                });
        return words.toArray();
    }

    private CommandRun run(String command, String place, Terminal terminal, Object... more) throws Exception {
        List<Object> words = new ArrayList<>(List.of(words(command, Files.createDirectory(parent.resolve(place)))));
        words.addAll(List.of(more));
        CommandRun run = CommandRun.here(terminal, "", words.toArray()).endsWith(0);
        return new CommandRun(
                0, run.out().replace("/" + place + "/", "/"), run.err().replace("/" + place + "/", "/"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "queue verify",
                "queue repair",
                "queue move",
                "queue drain",
                "queue requeue",
                "queue find",
                "doctor --gather"
            })
    void shouldBeShownOnTerminalsOnly(String command) throws Exception {
        CommandRun elsewhere = run(command, "elsewhere", Terminal.NONE);
        assertThat(elsewhere.err() + elsewhere.out()).doesNotContain("\r");
        CommandRun shown = run(command, "shown", MESSAGES_ON_TERMINAL);
        assertThat(shown.err()).contains("\r").containsPattern(", [0-9]+ s");
        assertThat(shown.out()).isEqualTo(elsewhere.out());
        assertThat(withoutStatus(shown.err())).as("nothing of it is left").isEqualTo(elsewhere.err());
        assertThat(run(command, "quiet", MESSAGES_ON_TERMINAL, "--quiet")).isEqualTo(elsewhere);
        CommandRun object = run(command, "object", MESSAGES_ON_TERMINAL, "--json");
        assertThat(object.err() + object.out()).doesNotContain("\r");
    }

    /** What a terminal shows: what stands before a carriage return is overwritten. */
    private static String withoutStatus(String text) {
        return text.replaceAll("[^\\n]*\\r", "");
    }

    /** Data and messages on one terminal, as almost always: no line of data begins behind a status. */
    @Test
    void shouldGiveWayToWhatElseIsPrinted() {
        ByteArrayOutputStream terminal = new ByteArrayOutputStream();
        Screen screen = new Screen(
                new ByteArrayInputStream(new byte[0]), terminal, terminal, new Terminal(false, true, true, false));
        screen.status("1 of 3");
        screen.line("data");
        screen.flush();
        screen.status("2 of 3, and much more");
        screen.status("3 of 3");
        screen.note("a message");
        screen.raw("half a line".getBytes(StandardCharsets.UTF_8));
        screen.flush();
        screen.status("not amid a line of others");
        screen.line(", whole");
        screen.flush();
        screen.status("x".repeat(1000));
        screen.status("");
        screen.status("");
        assertThat(terminal.toString(StandardCharsets.UTF_8))
                .isEqualTo("\r1 of 3\r      \rdata\n"
                        + "\r2 of 3, and much more\r3 of 3               \r      \ra message\n"
                        + "half a line, whole\n"
                        + "\r" + "x".repeat(79) + "\r" + " ".repeat(79) + "\r");
    }
}
