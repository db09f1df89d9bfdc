// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.LIMIT;
import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What holds of every command, whoever writes one. */
@Tag("once")
class EveryCommandTest {

    private static final CommandLine MODEL = Ipcq.commandLine(new Screen(
            new ByteArrayInputStream(new byte[0]),
            OutputStream.nullOutputStream(),
            OutputStream.nullOutputStream(),
            Terminal.NONE));

    /** Neither numbers nor times, or beyond all limits. */
    private static final List<String> NO_NUMBERS =
            List.of("nonsense", "", "-1", "-0.5", "NaN", "Infinity", "-Infinity", "1e10", "1e308", "1x", "1f", "0x1p3");

    private static final List<String> TIMES = List.of("0", "0.001", "1e9", "PT0S", "PT277777H");
    private static final List<String> COUNTS = List.of("0", "1", "1000", "2147483647", "9223372036854775807");

    /** What would begin here; the first three are the same number as elsewhere. */
    private static final Set<String> SERVES_OR_MEASURES = Set.of("web --port", "web --patience", "bench --rounds");

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

    static CommandSpec spec(List<String> words) {
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

    /** What an option is that is a number, or a time. */
    private static boolean isNumber(OptionSpec option) {
        return List.of(Duration.class, AlteredOptions.Lease.class, Long.class, long.class, Integer.class, int.class)
                .contains(option.type());
    }

    /** A wrong number is a matter of the command line, whatever else there is. */
    @ParameterizedTest
    @MethodSource("commands")
    void shouldRefuseNumbersThatAreNone(List<String> words) {
        for (OptionSpec option : spec(words).options()) {
            for (String wrong : isNumber(option) ? NO_NUMBERS : List.<String>of()) {
                List<Object> line = new ArrayList<>(List.of(option.longestName() + "=" + wrong));
                line.addAll(required(spec(words)));
                CommandRun refused = run(words, line.toArray()).endsWith(2);
                String sentence = refused.err().lines().findFirst().orElseThrow();
                assertThat(sentence)
                        .as("%s %s", words, line)
                        .contains(option.longestName().replaceAll("^-+", ""))
                        .contains("it has to be")
                        .endsWith("found=" + wrong);
                assertThat(refused.err()).doesNotContain("\tat ").doesNotContain("Exception");
                assertThat(refused.out()).isEmpty();
            }
        }
    }

    /** All others do what they say, or are refused as well; each command here has something to work on. */
    @Test
    void shouldTakeTheSmallestAndTheGreatestNumbers() throws Exception {
        Set<String> tried = new TreeSet<>();
        for (List<String> words : commands()) {
            for (OptionSpec option : spec(words).options()) {
                String name = String.join(" ", words) + " " + option.longestName();
                if (isNumber(option) && !SERVES_OR_MEASURES.contains(name)) {
                    tried.add(name);
                    for (String number : isTime(option) ? TIMES : COUNTS) {
                        take(words, option.longestName() + "=" + number, tried.size() + "-" + number);
                    }
                }
            }
        }
        assertThat(tried).contains("top --interval", "map --timeout", "queue who --watch", "lock release --client");
    }

    private static boolean isTime(OptionSpec option) {
        return option.type().equals(Duration.class) || option.type().equals(AlteredOptions.Lease.class);
    }

    private void take(List<String> words, String number, String place) throws Exception {
        Path directory = Files.createDirectory(parent.resolve(place));
        Path letters = directory.resolve("letters");
        try (DurableQueue<String> queue = DurableQueue.create(letters, String.class)) {
            queue.put("a");
        }
        List<String> line = new ArrayList<>(words);
        line.add(number);
        line.addAll(
                switch (words.get(0)) {
                    case "map" -> List.of("--", "echo");
                    case "top" -> List.of("--once", "--interval=0.05", letters.toString());
                    case "pool" -> List.of("nothing", "--tmpdir", directory.toString());
                    case "lock" -> List.of(directory.resolve("socket").toString(), "nothing", "--key", "nothing");
                    default ->
                        words.contains("move")
                                ? List.of(letters.toString(), letters.toString(), "--yes")
                                : List.of(letters.toString());
                });
        if (number.startsWith("--interval")) {
            line.remove("--interval=0.05");
        }
        boolean isLong = number.matches("--(watch|interval)=(1e9|PT2.*)");
        if (number.startsWith("--iterations")) {
            line.remove("--once");
            isLong = !number.endsWith("=0") && !number.endsWith("=1");
        }
        CommandRun run = isLong ? interrupted(line) : CommandRun.here(Terminal.NONE, "x\n", line.toArray());
        assertThat(run.code()).as("%s: %s", line, run).isIn(0, 1, 2, 3, 5);
        assertThat(run.err() + run.out()).as("%s", line).doesNotContain("\tat ").doesNotContain("Exception");
        if (run.code() == 1) {
            assertThat(run.err().lines()).as("%s", line).anyMatch(said -> said.matches("(ipcq|failed): .*"));
        }
    }

    /** Of what would take very long: it waits, and an interrupt ends it. */
    private static CommandRun interrupted(List<String> line) throws Exception {
        FutureTask<CommandRun> run = new FutureTask<>(() -> CommandRun.here(line.toArray()));
        Thread thread = new Thread(run);
        thread.start();
        await().until(() -> thread.getState() == Thread.State.TIMED_WAITING || !thread.isAlive());
        assertThat(thread.isAlive()).as("%s", line).isTrue();
        thread.interrupt();
        return run.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
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
            Terminal terminal = new Terminal(true, true, true, true);
            Object[] words = {"queue", "ls", queue.directory()};
            assertThat(CommandRun.here(terminal, "", words).out()).contains("\u001b[1m");
            assertThat(CommandRun.here(words).out()).doesNotContain("\u001b");
        }
    }

    @Test
    void shouldCompleteInBash() throws Exception {
        Path script = parent.resolve("completion");
        Files.writeString(script, CommandRun.here("completion").endsWith(0).out());
        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        "source \"$0\" && complete -p ipcq && COMP_WORDS=(ipcq queue r) && COMP_CWORD=2"
                                + " && _complete_ipcq && echo \"${COMPREPLY[@]}\"",
                        script.toString())
                .redirectErrorStream(true)
                .start();
        String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(out).contains("ipcq").contains("requeue", "rm", "reopen");
    }
}
