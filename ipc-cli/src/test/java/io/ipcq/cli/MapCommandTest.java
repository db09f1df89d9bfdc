// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.LIMIT;
import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class MapCommandTest {

    @TempDir
    Path directory;

    private static CommandRun map(String input, Object... words) {
        List<Object> all = new ArrayList<>(List.of("map"));
        all.addAll(Arrays.asList(words));
        return CommandRun.here(Terminal.NONE, input, all.toArray());
    }

    private static String lines(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(n -> n + "\n").collect(Collectors.joining());
    }

    @Test
    void shouldRunCommandForEachLine() {
        CommandRun run =
                map(lines(20), "--workers", 3, "--", "echo", "<{}>", "{#}").endsWith(0);
        assertThat(run.lines())
                .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 20)
                        .mapToObj(n -> "<" + n + "> " + n)
                        .toList());
        assertThat(run.err()).contains("done: 20, failed: 0");
        assertThat(map("a b\n", "--", "echo", "-").endsWith(0).lines()).containsExactly("- a b");
        assertThat(map("", "--", "echo").endsWith(0).out()).isEmpty();
    }

    @Test
    void shouldPrintInOrderThoughOthersAreFaster() {
        CommandRun run = map(
                        lines(12),
                        "--order",
                        "--workers",
                        4,
                        "--",
                        "sh",
                        "-c",
                        "[ $1 != 1 ] || sleep 0.3; echo $1",
                        "sh",
                        "{}")
                .endsWith(0);
        assertThat(run.lines())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 12).mapToObj(Integer::toString).toList());
    }

    @Test
    void shouldObeyNothingInLine() {
        String hostile = "$(touch " + directory.resolve("made") + "); `id` | & \u00e9\n";
        assertThat(map(hostile, "--", "printf", "%s\\n", "{}").endsWith(0).out())
                .isEqualTo(hostile);
        assertThat(directory.resolve("made")).doesNotExist();
    }

    /** As another name, it would be an argument that nobody gave. */
    @Test
    void shouldRefuseLineThatIsNoText() {
        byte[] lines = {'a', '\n', (byte) 0xff, '\n'};
        CommandRun refused = CommandRun.here(
                        Terminal.NONE, new java.io.ByteArrayInputStream(lines), "map", "--", "echo")
                .endsWith(1);
        assertThat(refused.err()).contains("nothing was run, as line 2 cannot be an argument");
        assertThat(refused.out()).isEmpty();
    }

    @Test
    void shouldPassOnArgumentThatBeginsLikeAnArgumentFile() throws IOException {
        String argument = "@" + Files.writeString(directory.resolve("words"), "read");
        assertThat(map("x\n", "--", "echo", argument, "{}").endsWith(0).lines()).containsExactly(argument + " x");
    }

    @Test
    void shouldRetryAndListWhatFailed() {
        Path tries = directory.resolve("tries");
        CommandRun run = map(
                        "good\nbad\n",
                        "--retries",
                        2,
                        "--",
                        "sh",
                        "-c",
                        "echo $1 >>" + tries + "; echo out $1; [ $1 = good ] || { echo why >&2; exit 9; }",
                        "sh",
                        "{}")
                .endsWith(1);
        assertThat(run.lines()).containsExactly("out good");
        assertThat(run.err())
                .contains(
                        "failed: input 2, bad: exit code 9, after 3 runs",
                        "    out bad",
                        "    why",
                        "done: 2, failed: 1");
        assertThat(tries).content().containsPattern("(?s)bad.*bad.*bad");
    }

    @Test
    void shouldSayWhatCannotBeStartedOrTakesTooLong() {
        assertThat(map("x\n", "--", directory.resolve("nothing")).endsWith(1).err())
                .contains("it could not be started");
        assertThat(map("x\n", "--timeout", "0.2", "--", "sleep", "3600", "#{#}")
                        .endsWith(1)
                        .err())
                .contains("failed: input 1");
        assertThat(map("3600\n", "--timeout", "0.2", "--", "sleep").endsWith(1).err())
                .contains("it took too long, and was killed");
    }

    @Test
    void shouldPrintObjects() {
        CommandRun run =
                map("a\n", "--json", "--", "sh", "-c", "echo {}; exit 3").endsWith(1);
        assertThat(run.objects())
                .singleElement()
                .satisfies(object -> assertThat(object)
                        .containsEntry("number", 1)
                        .containsEntry("input", "a")
                        .containsEntry("exit", 3)
                        .containsEntry("output", "a\n"));
    }

    @Test
    void shouldGoOnWithJobAndRefuseAnotherCommand() throws Exception {
        Path job = directory.resolve("job");
        Path runs = directory.resolve("runs");
        Object[] words = {"--job", job, "--order", "--", "sh", "-c", "echo {} >>" + runs + "; echo {}"};
        assertThat(map("a\nb\n", words).endsWith(0).lines()).containsExactly("a", "b");
        CommandRun again = map("ignored\n", words).endsWith(0);
        assertThat(again.lines()).containsExactly("a", "b");
        assertThat(again.err()).contains("2 of 2 inputs done");
        assertThat(Files.readAllLines(runs)).containsExactlyInAnyOrder("a", "b");
        assertThat(map("", "--job", job, "--", "echo").endsWith(1).err()).contains("this job is of another command");
    }

    /** Whatever is in it, also what is called as parts of a job are: it stays as it is. */
    @Test
    void shouldRefuseDirectoryThatIsNoJob() throws Exception {
        for (String name : List.of("inputs", "results", "job.json", "job.json.new", "letters")) {
            Path foreign = Files.createDirectories(directory.resolve("of others/" + name));
            Path file = Files.writeString(foreign.resolve(name), "precious");
            assertThat(map("a\n", "--job", foreign, "--", "echo").endsWith(1).err())
                    .contains("this directory is no job, and not empty");
            assertThat(file).content().isEqualTo("precious");
            assertThat(foreign).isDirectoryNotContaining(left -> !left.equals(file));
        }
    }

    /** A command that waits for something that it has started, which would keep its output open. */
    private Object[] withChild(Path pid, Object... options) {
        List<Object> words = new ArrayList<>(Arrays.asList(options));
        words.addAll(List.of(
                "--", "sh", "-c", "sleep 3600 & echo $! >" + pid + ".new; mv " + pid + ".new " + pid + "; wait"));
        return words.toArray();
    }

    static void awaitEnd(Path pid) throws Exception {
        long number = Long.parseLong(Files.readString(pid).strip());
        // one that has no parent may stay as a zombie for a while
        await().until(() -> ProcessHandle.of(number).isEmpty() || isZombieOrGone(number));
    }

    private static boolean isZombieOrGone(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
        } catch (IOException goneMeanwhile) {
            return true;
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldEndWhatCommandHasStartedWhenItTakesTooLong() throws Exception {
        Path pid = directory.resolve("pid");
        // as long as a shell needs to start something, also where much else runs
        for (double seconds = 0.5; Files.notExists(pid); seconds *= 2) {
            CommandRun run = map("x\n", withChild(pid, "--timeout", seconds)).endsWith(1);
            assertThat(run.err()).contains("it took too long, and was killed");
        }
        awaitEnd(pid);
    }

    /** Nor does another worker begin what the one that is ended gives back. */
    @Tag("once")
    @RepeatedTest(3)
    @EnabledOnOs(OS.LINUX)
    void shouldEndWhatCommandsHaveStartedWhenItEnds() throws Exception {
        Path pid = directory.resolve("pid");
        Thread map = new Thread(() -> map("x\n", withChild(pid)));
        map.start();
        await().until(() -> Files.exists(pid));
        map.interrupt();
        map.join(LIMIT.toMillis());
        assertThat(map.isAlive()).isFalse();
        awaitEnd(pid);
    }

    @Test
    void shouldLeaveNothingWithoutJob() throws Exception {
        Path base = Path.of(System.getProperty("java.io.tmpdir"));
        String own = "ipcq-map-" + ProcessHandle.current().pid() + "-";
        map("a\n", "--", "echo").endsWith(0);
        try (var left = Files.list(base)) {
            assertThat(left.filter(file -> file.getFileName().toString().startsWith(own)))
                    .isEmpty();
        }
    }
}
