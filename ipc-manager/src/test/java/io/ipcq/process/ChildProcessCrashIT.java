// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kills parents and looks for what is left. */
@Tag("once")
class ChildProcessCrashIT {

    private static final Duration WATCHDOG = Duration.ofSeconds(60);
    private static final int ROUNDS = Integer.getInteger("ipcq.parents", 20);

    @TempDir
    Path directory;

    @Test
    void shouldLeaveNoProcessWhenParentIsKilledAtAnyMoment() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            try (Program root = Program.start(directory, Family.Root.class, "" + random.nextLong(), "8")) {
                Thread.sleep(random.nextInt(900));
                root.kill();

                awaitThat(
                        root,
                        "round " + round + " of seed " + seed,
                        () -> root.descendants().isEmpty());
            }
        }
        try (Program next = Program.start(directory, Family.OneShot.class)) {
            assertThat(next.exitCode()).as(next.output()).isZero();
            awaitThat(next, "tidies up", () -> next.runDirectories().isEmpty());
        }
    }

    @Test
    void shouldFellWholeTreeWhenItsRootIsKilled() throws Exception {
        try (Program root = Program.start(directory, Family.Chain.class)) {
            awaitThat(root, "starts", () -> root.output().contains("last generation"));
            assertThat(root.descendants()).hasSize(5);

            root.kill();

            awaitThat(root, "ends", () -> root.descendants().isEmpty());
            awaitThat(root, "tidies up", () -> root.runDirectories().isEmpty());
        }
    }

    @Test
    void shouldEndTightLoopsWhenParentIsKilled() throws Exception {
        try (Program root = Program.start(directory, Family.Spinning.class)) {
            awaitThat(root, "starts", () -> root.output().contains("compiled"));
            assertThat(root.descendants()).hasSize(3);

            root.kill();

            awaitThat(root, "ends", () -> root.descendants().isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldEndDaemonsAndLeaveNothingWhenParentEnds(boolean terminated) throws Exception {
        Class<?> main = terminated ? Family.Chain.class : Family.Orderly.class;
        try (Program root = Program.start(directory, main)) {
            if (terminated) {
                awaitThat(root, "starts", () -> root.output().contains("last generation"));
                root.terminate();
            }
            assertThat(root.exitCode()).as(root.output()).isEqualTo(terminated ? 143 : 0);

            awaitThat(root, "ends", () -> root.descendants().isEmpty());
            awaitThat(root, "tidies up", () -> root.runDirectories().isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"halt", "exit"})
    void shouldRunDetachedChildAfterParentsDeath(String end) throws Exception {
        Path answer = directory.resolve("answer");
        try (Program root = Program.start(directory, Family.Detaching.class, answer.toString(), end)) {
            assertThat(root.exitCode()).as(root.output()).isZero();

            awaitThat(root, "answers", () -> Files.exists(answer));
            assertThat(answer).hasContent("false outlived MainProcess");
            awaitThat(root, "ends", () -> root.descendants().isEmpty());
            awaitThat(root, "tidies up", () -> root.runDirectories().isEmpty());
        }
    }

    private static void awaitThat(Program root, String what, Callable<Boolean> condition) {
        await(what)
                .atMost(WATCHDOG)
                .pollInterval(Duration.ofMillis(10))
                .failFast(() -> {
                    if (root.output().contains("Exception")) {
                        throw new AssertionError(root.output());
                    }
                })
                .until(condition);
    }
}
