// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.cli.Subjects.Kind;
import io.ipcq.cli.Subjects.State;
import io.ipcq.observe.StallRules;
import io.ipcq.queue.SharedQueue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command on what it is about, in every state that this can be in: used by a live process, by a stopped one, by
 * one that was killed, and damaged. The launcher script runs each command that no other test launches in one of the
 * states, another one than the command before; with {@code -Dipcq.launched=all}, as in {@code -Psoak}, all commands in
 * all of them. Who looks leaves no trace.
 */
@EnabledOnOs(OS.LINUX)
@Tag("once")
class EveryCommandIT {

    private static final boolean ALL_LAUNCHED =
            System.getProperty("ipcq.launched", "one").equals("all");

    private static final Set<String> LOOKING = Set.of(
            "queue ls",
            "queue stat",
            "queue find",
            "queue who",
            "queue browse",
            "queue tail",
            "queue verify",
            "top",
            "web");

    private static final Set<String> LAUNCHED_BY_OTHERS =
            Set.of("top", "web", "doctor", "demo", "completion", "help", "map");

    private static final Set<String> OF_JOURNALS = Set.of("queue requeue", "queue reopen", "queue alter");

    /** The queues of commands that only look; the others have one of their own, to change. */
    private static final String LOOKED_AT = "looked-at";

    /** To which others are moved. */
    private static final String TARGET = "target";

    /** How a command ends that goes on until it is ended. */
    private static final int SERVES = -1;

    /** What a command is given beside its name. */
    @FunctionalInterface
    private interface Words {
        List<Object> of(State state, Kind kind);
    }

    /** Says what is wrong with what a command prints, by an assertion. */
    @FunctionalInterface
    private interface Check {
        void accept(State state, Kind kind, CommandRun run) throws Exception;
    }

    /**
     * A command.
     *
     * @param ends its exit codes in the states, in their order; a single one if there is nothing that could be in a
     *     state
     * @param check what else is to be seen
     */
    private record Row(String command, List<Integer> ends, Words words, Check check) {

        List<State> states() {
            return ends.size() == 1 ? List.of(State.LIVE) : List.of(State.values());
        }

        Kind[] kinds() {
            return command.startsWith("queue ") || LOOKING.contains(command) ? Kind.values() : new Kind[] {Kind.RING};
        }

        Row and(Check more) {
            return new Row(command, ends, words, more);
        }

        int end(State state, Kind kind) {
            return kind == Kind.RING && OF_JOURNALS.contains(command) ? 1 : ends.get(states().indexOf(state));
        }

        Object[] all(State state, Kind kind) {
            return Stream.concat(Arrays.stream(command.split(" ", -1)), words.of(state, kind).stream())
                    .toArray();
        }
    }

    @TempDir
    Path parent;

    private Subjects subjects;

    private static Row row(String command, List<Integer> ends, Words words) {
        return new Row(command, ends, words, (state, kind, run) -> {});
    }

    /** The queue of a command. */
    private Path queue(String command, State state, Kind kind) {
        return subjects.queue(state, kind, LOOKING.contains(command) ? LOOKED_AT : nameOf(command));
    }

    private static String nameOf(String command) {
        return command.replace(' ', '-');
    }

    private Row queue(String command, List<Integer> ends, Object... more) {
        return row(command, ends, (state, kind) -> {
            List<Object> words = new ArrayList<>(List.of(queue(command, state, kind)));
            words.addAll(List.of(more));
            return words;
        });
    }

    private Row pool(String command, List<Integer> ends, Object... more) {
        return row(command, ends, (state, kind) -> {
            List<Object> words = new ArrayList<>(List.of(more));
            words.addAll(List.of("--tmpdir", subjects.programs()));
            return words;
        });
    }

    private Row manager(String command, List<Integer> ends, Object... more) {
        return row(command, ends, (state, kind) -> {
            List<Object> words = new ArrayList<>(List.of(subjects.socket(state), "--key", subjects.key(state)));
            words.addAll(List.of(more));
            return words;
        });
    }

    private static List<Integer> ends(int live, int stopped, int damaged, int cut, int killed) {
        return List.of(live, stopped, damaged, cut, killed);
    }

    private List<Row> rows() {
        return List.of(
                queue("queue ls", ends(0, 0, 0, 0, 0))
                        .and((state, kind, run) -> assertThat(run.out().toUpperCase(Locale.ROOT))
                                .contains(state == State.CUT ? "DAMAGED" : kind.name())),
                queue("queue stat", ends(0, 0, 0, 1, 0)),
                queue("queue find", ends(3, 3, 0, 3, 0), "--deserted", "--idle", "0"),
                queue("queue who", ends(0, 0, 5, 1, 5), "--watch", "0.05")
                        .and((state, kind, run) ->
                                assertThat(run.out().contains("T (!)")).isEqualTo(state == State.STOPPED)),
                queue("queue browse", ends(0, 0, 1, 1, 0)).and(EveryCommandIT::shouldPrintElements),
                queue("queue tail", ends(0, 0, 1, 1, 0)).and(EveryCommandIT::shouldPrintElements),
                queue("queue verify", ends(0, 0, 5, 5, 0)),
                queue("top", ends(0, 0, 0, 0, 0), "--once", "--interval", "0.05"),
                queue("web", ends(SERVES, SERVES, SERVES, SERVES, SERVES), "--read-only"),
                row("queue repair", ends(1, 1, 5, 1, 0), this::repair)
                        .and((state, kind, run) ->
                                assertThat(Files.exists(repaired(state, kind))).isEqualTo(run.code() != 1)),
                queue("queue put", ends(0, 0, 0, 1, 0), "third"),
                queue("queue get", ends(0, 0, 0, 1, 0))
                        .and((state, kind, run) ->
                                assertThat(run.lines()).isEqualTo(run.code() == 0 ? List.of("first") : List.of())),
                queue("queue drain", ends(0, 0, 1, 1, 0), "--yes"),
                row("queue move", ends(0, 0, 1, 1, 0), this::move),
                queue("queue requeue", ends(0, 0, 0, 1, 0), "--yes"),
                queue("queue rm", ends(0, 0, 0, 1, 0), "--yes")
                        .and((state, kind, run) -> assertThat(Files.exists(queue("queue rm", state, kind)))
                                .isEqualTo(run.code() != 0)),
                queue("queue reopen", ends(0, 0, 0, 1, 0)),
                queue("queue alter", ends(0, 0, 0, 1, 0), "--max-size", "9"),
                pool("pool ls", ends(0, 0, 0, 0, 0)),
                pool("pool show", ends(0, 5, 0, 0, 1), "jobs", "--patience", "3600"),
                pool("pool dump", ends(0, 0, 0, 0, 1), "jobs"),
                manager("manager ping", ends(0, 1, 1, 1, 1)),
                manager("manager ls", ends(0, 1, 1, 1, 1)),
                manager("manager stat", ends(0, 5, 5, 5, 5)),
                manager("manager stop", ends(1, 1, 1, 1, 1), "--yes"), // it was started without --allow-shutdown
                manager("lock ls", ends(0, 1, 1, 1, 1)),
                manager("lock release", ends(1, 1, 1, 1, 1), "--yes", "nobodys"),
                manager("manager serve", ends(1, 1, 1, 1, SERVES)),
                row("map", ends(1, 1, 1, 1, 0), (state, kind) -> subjects.mapping(state)),
                // these have tests of their own for what takes long
                row("doctor", List.of(1), (state, kind) -> List.of("--gather", subjects.key(state))),
                row("demo", List.of(0), (state, kind) -> List.of("--list")),
                row("bench", List.of(2), (state, kind) -> List.of("ring", "--rounds", "0")),
                row("completion", List.of(0), (state, kind) -> List.of()),
                row("help", List.of(0), (state, kind) -> List.of("queue")));
    }

    private List<Object> repair(State state, Kind kind) {
        return List.of(queue("queue repair", state, kind), repaired(state, kind));
    }

    private Path repaired(State state, Kind kind) {
        return subjects.queue(state, kind, "repaired");
    }

    private List<Object> move(State state, Kind kind) {
        return List.of(queue("queue move", state, kind), subjects.queue(State.LIVE, kind, TARGET), "--yes");
    }

    private static void shouldPrintElements(State state, Kind kind, CommandRun run) {
        assertThat(run.lines())
                .isEqualTo(
                        state == State.CUT
                                ? List.of()
                                : state == State.DAMAGED ? List.of("first") : List.of("first", "second"));
    }

    @Test
    @Timeout(1_200)
    void shouldEndAsItSaysInEveryState() throws Exception {
        List<Row> rows = rows();
        assertThat(rows.stream().map(Row::command))
                .as("a command without a row, or a row without a command")
                .containsExactlyInAnyOrderElementsOf(EveryCommandTest.leaves());
        SoftAssertions failures = new SoftAssertions();
        try (Subjects made = new Subjects(parent, names(rows))) {
            subjects = made;
            for (State state : State.values()) {
                made.enter(state);
                Map<String, String> before = files(state);
                run(rows, state, true, failures);
                failures.assertThatCode(() -> lookOtherwise(state))
                        .as("other looks: %s", state)
                        .doesNotThrowAnyException();
                failures.assertThat(files(state)).as("after looks: %s", state).isEqualTo(before);
                run(rows, state, false, failures);
            }
        }
        failures.assertAll();
    }

    private static List<String> names(List<Row> rows) {
        return Stream.concat(
                        Stream.of(LOOKED_AT, TARGET),
                        rows.stream()
                                .map(Row::command)
                                .filter(command -> command.startsWith("queue ") && !LOOKING.contains(command))
                                .map(EveryCommandIT::nameOf))
                .toList();
    }

    private static void run(List<Row> rows, State state, boolean looking, SoftAssertions failures) {
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            List<State> states = row.states();
            if (LOOKING.contains(row.command) == looking && states.contains(state)) {
                Kind[] kinds = row.kinds();
                for (Kind kind : kinds) {
                    boolean isItsTurn = states.get(i % states.size()) == state
                            && kinds[i % kinds.length] == kind
                            && !LAUNCHED_BY_OTHERS.contains(row.command);
                    failures.assertThatCode(() -> run(row, state, kind, ALL_LAUNCHED || isItsTurn))
                            .as("%s, %s, %s", row.command, state, kind)
                            .doesNotThrowAnyException();
                }
            }
        }
    }

    private static void run(Row row, State state, Kind kind, boolean isLaunched) throws Exception {
        Object[] words = row.all(state, kind);
        int end = row.end(state, kind);
        CommandRun run = end == SERVES
                ? isLaunched ? launchedUntilItServes(words) : hereUntilItServes(words)
                : (isLaunched ? CommandRun.launched(words) : CommandRun.here(words)).endsWith(end);
        assertThat(run.out() + run.err()).doesNotContain("\tat ");
        assertThat(Stream.concat(run.out().lines(), run.err().lines())).noneMatch(HarmlessTest::harmful);
        if (run.code() == 1) {
            assertThat(run.err().lines()).anyMatch(line -> line.startsWith("ipcq: "));
        }
        row.check.accept(state, kind, run);
    }

    // ---- looks that are more than one command on one queue ----------------------------------------------------------

    /** At all queues at once, at what else there is, and for as long as somebody looks. */
    private void lookOtherwise(State state) throws Exception {
        List<Path> queues = Arrays.stream(Kind.values())
                .map(kind -> subjects.queue(state, kind, LOOKED_AT))
                .toList();
        for (Path queue : queues) {
            Object[] tail = {"queue", "tail", "-f", queue};
            if (state == State.DAMAGED || state == State.CUT) {
                CommandRun.here(tail).endsWith(1);
            } else {
                assertThat(hereUntilItServes(tail).lines()).contains("first");
            }
        }
        CommandRun.here(
                        "queue",
                        "find",
                        subjects.queue(state, Kind.RING, LOOKED_AT).getParent(),
                        "--empty")
                .endsWith(ExitCodes.NOTHING_THERE); // all have elements
        Path gathered = parent.resolve("gathered-" + state);
        CommandRun.here("doctor", "--gather", gathered, queues.get(0), queues.get(1))
                .endsWith(0); // doctor itself is in it
        assertThat(gathered).isNotEmptyFile();
        try (WebServer server = new WebServer(
                new WebQueues(queues.stream().map(QueueName::new).toList(), new StallRules(Duration.ofHours(1))),
                Scenes.surroundings(subjects.programs(), Duration.ofHours(1), List.of()),
                0,
                false)) {
            lookAtPage(state, new WebClient(server.address()));
        }
    }

    private static void lookAtPage(State state, WebClient client) throws Exception {
        try (Socket stream = client.connect("GET /api/stream", "", client.host(), client.authorization())) {
            String line = WebClient.line(stream.getInputStream());
            while (!line.contains(LOOKED_AT)) {
                line = WebClient.line(stream.getInputStream());
            }
            for (String path : List.of("queue", "elements", "letters")) {
                for (int id = 0; id < Kind.values().length; id++) {
                    assertThat(client.get("/api/" + path + "?id=" + id).status())
                            .as("%s, %s, %s", path, state, Kind.values()[id])
                            .isEqualTo(status(state, path));
                }
            }
        }
        assertThat(client.get("/api/about").status()).isEqualTo(200);
    }

    /** What the page says of a queue that is damaged: as much of it as can be read. */
    private static int status(State state, String path) {
        boolean isReadable = state != State.CUT && (state != State.DAMAGED || !path.equals("elements"));
        return isReadable ? WebGuard.OK : WebGuard.FAILED;
    }

    // ---- what goes on until it is ended -----------------------------------------------------------------------------

    private static CommandRun launchedUntilItServes(Object... words) throws Exception {
        Process process = CommandRun.launch(words)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String line = process.inputReader().readLine();
            assertThat(line).isNotNull();
            process.destroy();
            assertThat(process.waitFor()).isEqualTo(WebCommandIT.ENDED_BY_SIGTERM);
            return new CommandRun(0, line, "");
        } finally {
            process.destroyForcibly();
        }
    }

    private static CommandRun hereUntilItServes(Object... words) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Screen screen = new Screen(new ByteArrayInputStream(new byte[0]), out, err, Terminal.NONE);
        AtomicInteger code = new AtomicInteger();
        Thread thread = new Thread(() -> code.set(
                Ipcq.run(screen, Arrays.stream(words).map(Object::toString).toArray(String[]::new))));
        thread.start();
        await().until(() -> out.size() > 0 || !thread.isAlive());
        assertThat(thread.isAlive()).as(err.toString(StandardCharsets.UTF_8)).isTrue();
        thread.interrupt();
        thread.join();
        return new CommandRun(code.get(), out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    // ---- no language ------------------------------------------------------------------------------------------------

    /** As in a container. */
    @Test
    void shouldKnowNamesWhereNoLanguageIsSet() throws Exception {
        assumeTrue(System.getProperty("sun.jnu.encoding").equals("UTF-8"), "this JVM cannot make such a name");
        Path directory = parent.resolve("gr\u00fc\u00dfe");
        SharedQueue.create(directory, String.class).close();
        ProcessBuilder ls = CommandRun.launch("queue", "ls", directory, "--json");
        ls.environment().keySet().removeAll(List.of("LANG", "LC_ALL", "LC_CTYPE"));
        Process process = ls.redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        assertThat(out).contains(directory.toString());
    }

    // ---- traces -----------------------------------------------------------------------------------------------------

    /** All that can be seen of all files of the queues that are looked at. */
    private Map<String, String> files(State state) throws IOException {
        Map<String, String> seen = new TreeMap<>();
        for (Kind kind : Kind.values()) {
            try (Stream<Path> files = Files.walk(subjects.queue(state, kind, LOOKED_AT))) {
                for (Path file : files.toList()) {
                    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                    String content = attributes.isRegularFile() ? "" + Arrays.hashCode(Files.readAllBytes(file)) : "";
                    seen.put(
                            file.toString(),
                            attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey() + " "
                                    + content);
                }
            }
        }
        assertThat(seen).hasSizeGreaterThan(4);
        return seen;
    }
}
