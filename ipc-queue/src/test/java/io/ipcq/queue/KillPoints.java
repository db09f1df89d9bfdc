// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.TestJvm;
import java.io.IOException;
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

/**
 * Counts the points at which a process could die within an operation, then lets one die at each of them, or at some.
 *
 * <p>{@code -Dipcq.kill.points=n} sets how many points of each operation are tried, drawn with {@code -Dipcq.seed};
 * {@code -Psoak} tries all.
 */
final class KillPoints {

    /** What is set up before the death, and looked at after it. */
    interface Scene extends AutoCloseable {

        /** The child, which dies at the n-th point; never if n is 0. */
        TestJvm start(int n) throws Exception;

        /** After the death: the others go on, nothing is lost, the counts are exact, the files can be read. */
        String verify() throws Exception;

        @Override
        void close() throws IOException;
    }

    /** Sets up a scene in an empty directory. */
    @FunctionalInterface
    interface Stage {
        Scene set(Path directory) throws Exception;
    }

    private static final int POINTS = Integer.getInteger("ipcq.kill.points", 2);
    private static final long SEED = Long.getLong("ipcq.seed", System.nanoTime());
    private static final String HALTED = "halted at ";
    private static final String HITS = "hits ";
    private static final int AT_A_TIME = 2;

    private final Path directory;
    private final String operation;
    private final Stage stage;
    private final Set<String> rulesHit = new ConcurrentSkipListSet<>();

    KillPoints(Path directory, String operation, Stage stage) {
        this.directory = directory;
        this.operation = operation;
        this.stage = stage;
    }

    /** Tries the points, and returns the names of all rules that the operation comes to. */
    Set<String> run() throws Exception {
        assumeTrue(POINTS > 0, "no points are asked for");
        int hits = countHits();
        List<Integer> points = choose(hits, new Random(SEED));
        ExecutorService pool = Executors.newFixedThreadPool(AT_A_TIME);
        try {
            List<Future<String>> results = new ArrayList<>();
            for (int point : points) {
                results.add(pool.submit(() -> killAt(point)));
            }
            for (Future<String> result : results) {
                System.out.println(operation + " " + result.get());
            }
        } finally {
            pool.shutdownNow();
        }
        return rulesHit;
    }

    private int countHits() throws Exception {
        try (Scene scene = stage.set(Files.createDirectory(directory.resolve("count")));
                TestJvm child = scene.start(0)) {
            String line = child.awaitLine(HITS);
            child.awaitSuccess();
            String[] words = line.split(" ");
            rulesHit.addAll(Arrays.asList(words).subList(2, words.length));
            int hits = hits(line);
            System.out.println(operation + " has " + hits + " points; seed " + SEED);
            assertThat(hits).isPositive();
            return hits;
        }
    }

    private static int hits(String line) {
        return Integer.parseInt(line.split(" ")[1]);
    }

    private static List<Integer> choose(int hits, Random random) {
        List<Integer> points =
                new ArrayList<>(IntStream.rangeClosed(1, hits).boxed().toList());
        Collections.shuffle(points, random);
        return points.subList(0, Math.min(POINTS, hits)).stream().sorted().toList();
    }

    private String killAt(int point) throws Exception {
        Path place = Files.createDirectory(directory.resolve("point-" + point));
        String where = "?";
        try (Scene scene = stage.set(place);
                TestJvm child = scene.start(point)) {
            try {
                where = child.awaitLine("h");
                boolean halted = where.startsWith(HALTED);
                assertThat(child.exitCode()).isEqualTo(halted ? 137 : 0);
                // how many there are differs: who had to wait for a mutex, or for another thread, tries more often
                assertThat(halted || hits(where) < point)
                        .as("the point was reached")
                        .isTrue();
                return "point " + point + ", " + where + ": " + scene.verify();
            } catch (Throwable e) {
                throw new AssertionError(
                        operation + " point=" + point + " seed=" + SEED + " " + where + " in " + place
                                + ", the child printed:\n" + child.output().indent(4),
                        e);
            }
        }
    }
}
