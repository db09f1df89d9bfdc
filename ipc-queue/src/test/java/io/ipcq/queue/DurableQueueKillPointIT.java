// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills a process at the n-th store or step of each operation, for every n until the operation ends, and looks whether the others
 * go on at once, with nothing lost and all counts exact.
 *
 * <p>{@code -Dipcq.kill.points=n} sets how many points of each operation are tried, drawn with {@code -Dipcq.seed}; {@code -Psoak}
 * tries all.
 */
class DurableQueueKillPointIT {

    private static final int POINTS = Integer.getInteger("ipcq.kill.points", 2);
    private static final long SEED = Long.getLong("ipcq.seed", System.nanoTime());
    private static final String HALTED = "halted at ";
    private static final int AT_A_TIME = 2;
    private static final Set<String> RULES_HIT = new ConcurrentSkipListSet<>();
    private static final Set<KillOperation> RUN = new ConcurrentSkipListSet<>();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    @ParameterizedTest
    @EnumSource
    @Timeout(1200)
    void shouldGoOnWhenProcessDiesIn(KillOperation operation) throws Exception {
        int hits = countHits(operation);
        List<Integer> points = choose(hits, new Random(SEED));
        ExecutorService pool = Executors.newFixedThreadPool(AT_A_TIME);
        try {
            List<Future<String>> results = new ArrayList<>();
            for (int point : points) {
                results.add(pool.submit(() -> killAt(operation, point)));
            }
            boolean halted = false;
            for (Future<String> result : results) {
                System.out.println(operation + " " + result.get());
                halted |= result.get().contains(HALTED);
            }
            assertThat(halted).as("some point was reached").isTrue();
        } finally {
            pool.shutdownNow();
        }
        RUN.add(operation);
    }

    private int countHits(KillOperation operation) throws Exception {
        try (KillScene scene = new KillScene(Files.createDirectory(directory.resolve("count")), operation);
                TestJvm child = scene.start(0)) {
            String line = child.awaitLine("hits ");
            child.awaitSuccess();
            String[] words = line.split(" ");
            RULES_HIT.addAll(Arrays.asList(words).subList(2, words.length));
            int hits = Integer.parseInt(words[1]);
            System.out.println(operation + " has " + hits + " points; seed " + SEED);
            assertThat(hits).isPositive();
            return hits;
        }
    }

    private static List<Integer> choose(int hits, Random random) {
        List<Integer> points =
                new ArrayList<>(IntStream.rangeClosed(1, hits).boxed().toList());
        Collections.shuffle(points, random);
        return points.subList(0, Math.min(POINTS, hits)).stream().sorted().toList();
    }

    private String killAt(KillOperation operation, int point) throws Exception {
        Path place = Files.createDirectory(directory.resolve("point-" + point));
        String where = "?";
        try (KillScene scene = new KillScene(place, operation);
                TestJvm child = scene.start(point)) {
            try {
                // how many points there are differs by one or two: who had to wait for a mutex tries more often
                where = child.awaitLine("h");
                assertThat(child.exitCode()).isEqualTo(where.startsWith(HALTED) ? 137 : 0);
                return "point " + point + ", " + where + ": " + scene.verify();
            } catch (Throwable e) {
                throw new AssertionError(
                        operation + " point=" + point + " seed=" + SEED + " " + where + " in " + place
                                + ", the child printed:\n" + child.output().indent(4),
                        e);
            }
        }
    }

    /** A rule whose method was renamed does nothing, and nobody would notice. */
    @AfterAll
    static void shouldHaveHitEveryRule() {
        if (RUN.size() == KillOperation.values().length) {
            assertThat(RULES_HIT).containsExactlyElementsOf(KillSwitch.allRules());
        }
    }
}
