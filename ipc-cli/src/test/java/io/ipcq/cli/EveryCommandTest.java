// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What holds of every command, whoever writes one. */
class EveryCommandTest {

    private static final CommandLine MODEL = Ipcq.commandLine(new Screen(
            new ByteArrayInputStream(new byte[0]),
            OutputStream.nullOutputStream(),
            OutputStream.nullOutputStream(),
            Terminal.NONE));

    @TempDir
    Path parent;

    /** All commands that there are, as they are typed. */
    static List<List<String>> commands() {
        List<List<String>> found = new ArrayList<>();
        collect(MODEL, List.of(), found);
        assertThat(found).hasSizeGreaterThan(20);
        return found;
    }

    private static void collect(CommandLine line, List<String> words, List<List<String>> found) {
        found.add(words);
        line.getSubcommands().forEach((name, command) -> {
            List<String> longer = new ArrayList<>(words);
            longer.add(name);
            collect(command, longer, found);
        });
    }

    /** Those that have none below them, as one line each, and not by their other names. */
    static List<String> leaves() {
        return commands().stream()
                .filter(words -> !words.isEmpty()
                        && spec(words).subcommands().isEmpty()
                        && spec(words).name().equals(words.get(words.size() - 1)))
                .map(words -> String.join(" ", words))
                .toList();
    }

    static Stream<List<String>> groups() {
        return commands().stream().filter(words -> !spec(words).subcommands().isEmpty());
    }

    /** Those that look at queues, and say so by the option that all of them have. */
    static Stream<List<String>> lookingAtQueues() {
        List<List<String>> found = commands().stream()
                .filter(words -> words.size() == 2 && words.get(0).equals("queue"))
                .filter(words -> spec(words).mixins().containsKey("looking")
                        || spec(words).mixins().values().stream()
                                .anyMatch(mixin -> mixin.userObject() instanceof Looking))
                .toList();
        assertThat(found)
                .extracting(words -> words.get(1))
                .contains("ls", "stat", "find", "browse", "tail", "verify", "who");
        return found.stream();
    }

    private static CommandSpec spec(List<String> words) {
        CommandLine line = MODEL;
        for (String word : words) {
            line = line.getSubcommands().get(word);
        }
        return line.getCommandSpec();
    }

    private static CommandRun run(List<String> words, Object... more) {
        return CommandRun.here(
                Stream.concat(words.stream(), Arrays.stream(more)).toArray());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shouldExplainItself(List<String> words) {
        CommandRun help = run(words, "--help").endsWith(0);
        String name = spec(words).qualifiedName();
        assertThat(help.out()).contains("Usage: " + name);
        assertThat(help.err()).isEmpty();
        assertThat(spec(words).usageMessage().description()).as("description").isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shouldRefuseUnknownOptionHarmlessly(List<String> words) {
        CommandRun refused = run(words, "--" + HarmlessTest.HOSTILE).endsWith(2);
        assertThat(refused.out()).isEmpty();
        refused.err()
                .lines()
                .forEach(line -> assertThat(HarmlessTest.harmful(line)).as(line).isFalse());
    }

    /** A wrong number is a matter of the command line, whatever else there is. */
    @ParameterizedTest
    @MethodSource("commands")
    void shouldRefuseNumbersThatAreNone(List<String> words) {
        for (OptionSpec option : spec(words).options()) {
            if (List.of("COUNT", "SECONDS", "DURATION").contains(option.paramLabel())) {
                for (String wrong : List.of("nonsense", "", "-1", "NaN", "1x")) {
                    List<Object> line = new ArrayList<>(List.of(option.longestName() + "=" + wrong));
                    line.addAll(required(spec(words)));
                    assertThat(run(words, line.toArray()).endsWith(2).err())
                            .as("%s %s", words, line)
                            .contains(option.longestName().replaceAll("^-+", ""));
                }
            }
        }
    }

    /** What a command has to be given. */
    private static List<String> required(CommandSpec command) {
        List<String> words = new ArrayList<>();
        command.options().stream()
                .filter(OptionSpec::required)
                .forEach(option -> words.addAll(List.of(option.longestName(), "nothing")));
        command.positionalParameters().stream()
                .filter(PositionalParamSpec::required)
                .forEach(parameter -> words.add("nothing"));
        return words;
    }

    @ParameterizedTest
    @MethodSource("groups")
    void shouldRefuseUnknownCommandAlsoToWhoAsksForHelp(List<String> words) {
        run(words, "nonsense", "--help").endsWith(2);
        run(words, "nonsense").endsWith(2);
        run(words).endsWith(2);
    }

    @ParameterizedTest
    @MethodSource("lookingAtQueues")
    void shouldPrintObjectsAndHarmlessText(List<String> words) throws Exception {
        // no file system takes NUL in a name, nor half a character
        String name = HarmlessTest.HOSTILE.replaceAll("[\u0000\ud800]", "") + "\u00e9";
        String hostile = HarmlessTest.HOSTILE.replace("\ud800", "");
        String longer = "x".repeat(10_000);
        try (SharedQueue<String> ring = SharedQueue.create(parent.resolve("ring" + name), String.class);
                DurableQueue<String> journal = DurableQueue.create(parent.resolve("journal" + name), String.class)) {
            for (SharedQueue<String> queue : List.of(ring, journal)) {
                queue.put(hostile);
                queue.put(longer);
                CommandRun objects = run(quick(words), queue.directory(), "--json");
                assertThat(objects.objects()).as(objects.err()).isNotEmpty();
                assertHarmless(objects);
                assertHarmless(run(quick(words), queue.directory()));
                assertThat(queue.qsize()).isEqualTo(2);
            }
        }
    }

    /** How long who watches is not the point. */
    private static List<String> quick(List<String> words) {
        return words.contains("who")
                ? Stream.concat(words.stream(), Stream.of("--watch=0.05")).toList()
                : words;
    }

    private static void assertHarmless(CommandRun run) {
        assertThat(run.out().lines().toList())
                .allSatisfy(line -> assertThat(HarmlessTest.harmful(line)).isFalse());
        assertThat(run.err().lines().toList())
                .allSatisfy(line -> assertThat(HarmlessTest.harmful(line)).isFalse());
    }

    /** What is printed last is noticed only when it is flushed. */
    @Test
    void shouldSayOnceThatOutputCannotBeWritten() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        for (String[] words : List.of(
                new String[] {"completion"}, new String[] {"queue", "ls", parent.toString()}, new String[] {"--help"
                })) {
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            Screen screen = new Screen(InputStream.nullInputStream(), full, err, Terminal.NONE);
            assertThat(Ipcq.run(screen, words)).as("%s", List.of(words)).isEqualTo(1);
            assertThat(err.toString(StandardCharsets.UTF_8).lines())
                    .containsExactly("ipcq: the output cannot be written: No space left on device");
        }
    }

    @Test
    void shouldSaveExactTextInObjects() throws Exception {
        try (SharedQueue<String> queue = SharedQueue.create(parent.resolve("letters"), String.class)) {
            String hostile = HarmlessTest.HOSTILE.replace("\ud800", "");
            queue.put(hostile);
            assertThat(CommandRun.here("queue", "browse", queue.directory(), "--json")
                            .objects())
                    .singleElement()
                    .satisfies(object -> assertThat(object.get("text")).isEqualTo(hostile));
        }
    }

    @Test
    void shouldUseColoursOnTerminalsOnly() throws Exception {
        try (SharedQueue<String> queue = SharedQueue.create(parent.resolve("letters"), String.class)) {
            Terminal terminal = new Terminal(true, true, true, true, false);
            Object[] words = {"queue", "ls", queue.directory()};
            assertThat(CommandRun.here(terminal, "", words).out()).contains("\u001b[1m");
            assertThat(CommandRun.here(words).out()).doesNotContain("\u001b");
        }
    }

    @Test
    void shouldCompleteInBash() throws Exception {
        Path script = parent.resolve("completion");
        java.nio.file.Files.writeString(
                script, CommandRun.here("completion").endsWith(0).out());
        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        "source \"$0\" && complete -p ipcq && COMP_WORDS=(ipcq queue r) && COMP_CWORD=2"
                                + " && _complete_ipcq && echo \"${COMPREPLY[@]}\"",
                        script.toString())
                .redirectErrorStream(true)
                .start();
        String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(out).contains("ipcq").contains("requeue", "rm", "reopen");
    }
}
