// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.KillCommand;
import io.ipcq.TestJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A pool of another program, seen from outside: at work, with a worker stopped, stopped itself, killed. */
@EnabledOnOs(OS.LINUX)
class PoolCommandIT {

    /** No argument has NUL or half a character. */
    private static final String HOSTILE = HarmlessTest.HOSTILE.replaceAll("[\u0000\ud800]", "");

    @TempDir
    Path directory;

    private TestJvm start(String pool) {
        TestJvm user =
                TestJvm.start(List.of("-Djava.io.tmpdir=" + directory, "-Dipcq.archive=off"), PoolUser.class, pool);
        user.awaitLine("ready");
        return user;
    }

    private CommandRun pool(Object... words) {
        return CommandRun.here(words(words));
    }

    private Object[] words(Object... words) {
        List<Object> all = new ArrayList<>(List.of("pool"));
        all.addAll(Arrays.asList(words));
        all.addAll(List.of("--tmpdir", directory));
        return all.toArray();
    }

    /** A program writes down what its pools do five times a second. */
    private List<Map<String, Object>> awaitShown(long pid, Predicate<List<Map<String, Object>>> expected) {
        return await().until(() -> pool("show", pid, "--json").objects(), expected);
    }

    private static Map<String, Object> busy(List<Map<String, Object>> objects) {
        return objects.stream()
                .filter(object -> "busy".equals(object.get("does")) && object.get("function") != null)
                .findFirst()
                .orElse(Map.of());
    }

    private static boolean isAtWork(List<Map<String, Object>> objects) {
        boolean othersReady = objects.stream()
                        .filter(object -> "busy".equals(object.get("does")) || "idle".equals(object.get("does")))
                        .count()
                == 2;
        Map<String, Object> busy = busy(objects);
        return othersReady && "PoolUser.nap".equals(busy.get("function")) && "S".equals(busy.get("state"));
    }

    @Test
    void shouldShowWorkersAndWhatTheyDoAndDumpTheirThreads() throws Exception {
        try (TestJvm user = start(HOSTILE)) {
            List<Map<String, Object>> shown = awaitShown(user.pid(), PoolCommandIT::isAtWork);
            assertThat(shown.get(0)).containsEntry("pid", (int) user.pid()).containsEntry("pool", HOSTILE);
            Map<String, Object> worker = busy(shown);
            assertThat(((Number) worker.get("pid")).longValue()).isNotEqualTo(user.pid());
            assertThat(worker).containsEntry("state", "S").containsEntry("crashes", 0);
            assertThat(((Number) worker.get("ageNanos")).longValue()).isNotNegative();
            // newer JDKs count at a collection only
            assertThat(((Number) worker.get("heapBytes")).longValue()).isNotNegative();
            assertThat(shown.stream()
                            .filter(object -> object.get("done") != null)
                            .mapToInt(object -> (int) object.get("done"))
                            .sum())
                    .isEqualTo(1);
            assertThat(pool("ls").endsWith(0).lines())
                    .hasSize(2)
                    .allSatisfy(line -> assertThat(HarmlessTest.harmful(line)).isFalse());
            assertThat(pool("show", user.pid(), "--patience", 3600).endsWith(0).lines())
                    .anySatisfy(line -> assertThat(line).contains("PoolUser.nap"))
                    .allSatisfy(line -> assertThat(HarmlessTest.harmful(line)).isFalse());
            dump(user, ((Number) worker.get("pid")).longValue());
        }
    }

    private void dump(TestJvm user, long napping) throws Exception {
        // the thread may just be about to begin, which is virtual where there are such threads
        String dump = await().until(
                        () -> pool("dump", user.pid()).endsWith(0).out(),
                        text -> text.contains("io.ipcq.cli.PoolUser.napLightly"));
        assertThat(dump).contains("==== pid " + napping + ": worker ", "io.ipcq.cli.PoolUser.nap");
        assertThat(dump.lines().filter(line -> line.startsWith("====")).count()).isEqualTo(2);
        boolean hasVirtual = Runtime.version().feature() >= 21;
        assertThat(dump.lines().anyMatch(line -> line.matches("#[0-9]+ \"light\" virtual.*")))
                .isEqualTo(hasVirtual);
        assertThat(dump.lines().filter(line -> line.contains("\"Reference Handler\"")))
                .as("none twice")
                .hasSize(2);
        KillCommand.require("-STOP", napping);
        try {
            List<Map<String, Object>> stopped = awaitShown(
                    user.pid(),
                    objects -> objects.stream().anyMatch(object -> "worker-stopped".equals(object.get("stall"))));
            assertThat(stopped)
                    .anySatisfy(object -> assertThat(String.valueOf(object.get("sentence")))
                            .contains("pid " + napping, "PoolUser.nap", "kill -CONT " + napping));
            pool("show", user.pid()).endsWith(ExitCodes.NOT_IN_ORDER);
            assertThat(pool("dump", user.pid()).endsWith(ExitCodes.NOT_IN_ORDER).out())
                    .contains("it is stopped, and cannot answer", "thread " + napping);
        } finally {
            KillCommand.require("-CONT", napping); // one that stays stopped does not see the end of its parent
        }
    }

    @Tag("once")
    @Test
    void shouldShowPoolOfTheStoppedAndForgetThoseOfTheClosedAndTheDead() throws Exception {
        TestJvm user = start("jobs");
        try (user;
                TestJvm closed = start("closed")) {
            await().until(() -> pool("ls").endsWith(0).lines().size() == 3);
            closed.send("");
            closed.awaitSuccess();
            assertThat(directory).isDirectoryNotContaining(file -> isRunDirectoryOf(file, closed.pid()));
            assertThat(pool("ls").endsWith(0).lines()).hasSize(2);
            awaitShown(user.pid(), PoolCommandIT::isAtWork);
            user.stop();
            await().until(() -> pool("show", "jobs").out().contains("program-stopped"));
            shouldShowStoppedAndChangeNothing(user);
            damageFilesOf(user.pid());
            assertThat(pool("ls").endsWith(0).lines())
                    .as("what is damaged is passed over")
                    .hasSize(2);
            user.kill();
            assertThat(pool("ls").endsWith(0).lines()).hasSize(1);
            assertThat(pool("show", "jobs").endsWith(1).err()).contains("there is no such pool");
        }
    }

    private void shouldShowStoppedAndChangeNothing(TestJvm user) throws Exception {
        Map<String, String> before = files();
        assertThat(before).isNotEmpty();
        assertThat(pool("ls").endsWith(0).out()).contains("T (!)", "jobs");
        assertThat(pool("show", "jobs").endsWith(ExitCodes.NOT_IN_ORDER).out())
                .contains("kill -CONT " + user.pid(), "PoolUser.nap");
        assertThat(files()).isEqualTo(before);
    }

    /** From JDK 21 on a JVM writes its virtual threads to a file, which is nobody's afterwards. */
    @Test
    void shouldLeaveNothingOfADump() throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("temporary"));
        try (TestJvm user = start("jobs");
                TestJvm dump = TestJvm.start(
                        List.of("-Djava.io.tmpdir=" + temporary, "-Dipcq.archive=off"),
                        StallsIT.Serving.class,
                        "pool",
                        "dump",
                        "jobs",
                        "--tmpdir",
                        directory.toString())) {
            dump.awaitLine("==== pid ");
            dump.awaitSuccess();
            assertThat(user.isAlive()).isTrue();
            try (Stream<Path> left = Files.list(temporary)) {
                assertThat(left.filter(file -> !file.getFileName().toString().startsWith("hsperfdata_")))
                        .isEmpty();
            }
        }
    }

    private static boolean isRunDirectoryOf(Path file, long pid) {
        return file.getFileName().toString().startsWith("ipcq-process-" + pid + "-");
    }

    private void damageFilesOf(long pid) throws Exception {
        Path run;
        try (Stream<Path> entries = Files.list(directory)) {
            run = entries.filter(file -> isRunDirectoryOf(file, pid))
                    .findFirst()
                    .orElseThrow();
        }
        Files.write(run.resolve("a.pool"), new byte[] {1, 2, 3});
        Files.createSymbolicLink(run.resolve("b.pool"), Path.of("/etc/passwd"));
        Files.createDirectory(run.resolve("c.pool"));
    }

    private Map<String, String> files() throws Exception {
        Map<String, String> seen = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList()) {
                boolean isPlain = Files.isRegularFile(file);
                seen.put(
                        file.toString(),
                        Files.getLastModifiedTime(file) + " "
                                + (isPlain ? Arrays.hashCode(Files.readAllBytes(file)) : 0));
            }
        }
        return seen;
    }
}
