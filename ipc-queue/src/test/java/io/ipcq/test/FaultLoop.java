// SPDX-License-Identifier: Apache-2.0
package io.ipcq.test;

import io.ipcq.TestJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Lets an error come up at the n-th point of an operation, for every n until none is reached, and looks each time
 * whether all that must hold does hold: SQLite's way to test for want of memory.
 *
 * <p>Runs in a JVM that was started with {@link FaultAgent#options}. It goes on after a failure, and prints each kind
 * of failure once, with the place and the stack of the error that brought it on.
 */
public final class FaultLoop {

    /** One run of the operation: what it works on, and the look at that afterwards. */
    public interface Scene {

        /** The operation. */
        void run() throws Throwable;

        /** Whether errors come up in a thread: in that of the operation, if nothing else is said. */
        default boolean isUnderTest(Thread thread, @Nullable Thread operations) {
            return thread == operations;
        }

        /**
         * Throws if something does not hold that must; {@code thrown} is what the operation ended with, null if it
         * returned.
         */
        void check(@Nullable Throwable thrown) throws Throwable;

        /** Gives back everything; what is still open afterwards is a failure. */
        void close() throws Throwable;

        /**
         * Counts points from now on, and lets the error come up at the n-th, or at none if n is 0; in the thread of the
         * operation, unless the scene knows of others.
         */
        default void arm(Predicate<Thread> operation, int n, FaultKind kind) throws Throwable {
            FaultPoints.arm(operation, n, kind);
        }

        /** Counts no more. */
        default FaultPoints.Outcome disarm() throws Throwable {
            return FaultPoints.disarm();
        }
    }

    /** Sets a scene in a directory of its own. */
    @FunctionalInterface
    public interface Stage {
        Scene set(Path directory) throws Throwable;
    }

    private static final long PATIENCE_SECONDS = Long.getLong("ipcq.fault.hang", 120);
    private static final int POINTS_BETWEEN_LINES = 10;
    private static final int SECONDS_BETWEEN_LINES = 20;
    private static final int FRAMES = 12;
    private static final int FEW = 8;

    private final Path directory;
    private final int most;
    private final Random random;
    private final Map<String, List<String>> failures = new LinkedHashMap<>();
    private int points;

    /** @param most points of an operation to try, chosen at random; all if there are not more */
    public FaultLoop(Path directory, int most, long seed) {
        this.directory = directory;
        this.most = most;
        this.random = new Random(seed);
    }

    /** Tries the points of an operation. */
    public void run(String operation, Stage stage) throws Exception {
        long start = System.nanoTime();
        Path place = Files.createDirectories(directory.resolve(operation));
        attempt(operation, place.resolve("warm-up"), stage, 0, FaultKind.RUNTIME);
        int count = attempt(operation, place.resolve("count"), stage, 0, FaultKind.RUNTIME)
                .count();
        Map<Path, String> sites = new HashMap<>();
        int tried = 0;
        for (int n : choose(count)) {
            FaultKind[] kinds = FaultKind.values();
            Path attempt = place.resolve("point-" + n);
            sites.put(
                    attempt,
                    attempt(operation, attempt, stage, n, kinds[random.nextInt(kinds.length)])
                            .site());
            if (++tried % POINTS_BETWEEN_LINES == 0) {
                System.out.println("loop " + operation + " " + tried);
            }
        }
        requireAllMappingsGone(operation, place, sites);
        points += count;
        System.out.printf(
                "loop %s: points=%d tried=%d seconds=%.1f%n",
                operation, count, tried, (System.nanoTime() - start) / 1e9);
    }

    /** Prints the end, and says whether all went well. */
    public boolean finish() {
        failures.forEach((what, where) -> System.out.println("FAILURE at " + what + "\n    " + where.size() + " times: "
                + where.subList(0, Math.min(FEW, where.size()))));
        System.out.println("loop done: points=" + points + " kinds of failures=" + failures.size());
        return failures.isEmpty();
    }

    /** For who has started a JVM in which a loop runs: prints what it says, until it is done and all went well. */
    public static void awaitSuccess(TestJvm jvm) {
        String line;
        do {
            line = jvm.awaitLine("loop ");
            System.out.println(line);
        } while (!line.startsWith("loop done"));
        jvm.awaitSuccess();
    }

    /**
     * Points at the end may not be there the next time, and there may be more: who has to wait for a lock tries more
     * often.
     */
    private List<Integer> choose(int count) {
        List<Integer> all =
                new ArrayList<>(IntStream.rangeClosed(1, count).boxed().toList());
        Collections.shuffle(all, random);
        return all.subList(0, Math.min(most, count)).stream().sorted().toList();
    }

    private FaultPoints.Outcome attempt(String operation, Path place, Stage stage, int n, FaultKind kind)
            throws Exception {
        Files.createDirectory(place);
        Scene scene = (Scene) Guarded.require("stage", () -> stage.set(place));
        Thread[] tested = new Thread[1];
        Guarded.require("arm", () -> {
            scene.arm(thread -> scene.isUnderTest(thread, tested[0]), n, kind);
            return null;
        });
        Guarded operating = Guarded.run("tested", () -> {
            tested[0] = Thread.currentThread();
            scene.run();
            return null;
        });
        FaultPoints.Outcome run = (FaultPoints.Outcome) Guarded.require("disarm", scene::disarm);
        Throwable failure = operating.isHanging() ? operating.failure() : null;
        if (failure == null) {
            failure = Guarded.run("check", () -> {
                        scene.check(operating.failure());
                        return null;
                    })
                    .failure();
        }
        if (failure == null && run.thrown() == null && operating.failure() != null) {
            failure = operating.failure();
        }
        Throwable unclosed = Guarded.run("close", () -> {
                    scene.close();
                    Leftovers.requireNoDescriptors(place);
                    return null;
                })
                .failure();
        if (failure == null) {
            failure = unclosed;
        }
        if (failure != null) {
            note(operation, n, kind, run, operating, failure);
        }
        return run;
    }

    private void requireAllMappingsGone(String operation, Path place, Map<Path, String> sites) {
        for (String file : Leftovers.mappings(place)) {
            Path attempt = place.resolve(place.relativize(Path.of(file)).subpath(0, 1));
            String what = sites.getOrDefault(attempt, "no error") + ": " + attempt.relativize(Path.of(file))
                    + " is still mapped";
            failures.computeIfAbsent(what, any -> new ArrayList<>()).add(operation + " " + attempt.getFileName());
        }
    }

    private void note(
            String operation, int n, FaultKind kind, FaultPoints.Outcome run, Guarded operating, Throwable failure) {
        Throwable thrown = run.thrown();
        List<String> where = failures.computeIfAbsent(run.site() + ": " + firstLine(failure), any -> new ArrayList<>());
        where.add(operation + " " + n + " " + kind);
        System.out.println("loop " + operation + " failed at point " + n + " " + kind);
        if (where.size() == 1) {
            String what = describe(failure)
                    + (thrown == null ? "no error came up" : "after an error " + run.site() + "\n" + frames(thrown))
                    + "\nthe operation "
                    + (operating.failure() == null ? "returned" : "threw " + operating.failure());
            System.out.println(what.indent(4));
        }
    }

    /** Without what is different each time. */
    private static String firstLine(Throwable failure) {
        return failure.toString().lines().findFirst().orElse("").replaceAll("\\d+", "#");
    }

    private static String describe(Throwable failure) {
        StringBuilder text = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            text.append(cause).append('\n').append(frames(cause)).append('\n');
        }
        return text.toString();
    }

    private static String frames(Throwable thrown) {
        return Arrays.stream(thrown.getStackTrace())
                .filter(frame -> !frame.getClassName().startsWith(FaultPoints.class.getName()))
                .limit(FRAMES)
                .map(frame -> "    at " + frame)
                .collect(Collectors.joining("\n"));
    }

    /** Something done in a thread of its own; if it does not end, the failure says where it stands. */
    private static final class Guarded {

        /** What is to be done. */
        private interface Work {
            @Nullable
            Object run() throws Throwable;
        }

        private volatile @Nullable Object result;
        private volatile @Nullable Throwable failure;
        private boolean hanging;

        static Guarded run(String name, Work work) throws InterruptedException {
            Guarded guarded = new Guarded();
            Thread thread = new Thread(
                    () -> {
                        try {
                            guarded.result = work.run();
                        } catch (Throwable e) {
                            guarded.failure = e;
                        }
                    },
                    name);
            thread.setDaemon(true);
            thread.start();
            for (long waited = 0; thread.isAlive() && waited < PATIENCE_SECONDS; waited += SECONDS_BETWEEN_LINES) {
                thread.join(TimeUnit.SECONDS.toMillis(Math.min(SECONDS_BETWEEN_LINES, PATIENCE_SECONDS - waited)));
                if (thread.isAlive()) {
                    System.out.println("loop waits for " + name); // whoever listens would give up before it is known
                }
            }
            if (thread.isAlive()) {
                AssertionError hang = new AssertionError(name + " hangs");
                hang.setStackTrace(thread.getStackTrace());
                guarded.failure = hang;
                guarded.hanging = true;
            }
            return guarded;
        }

        /** What has to be done for the loop to go on. */
        static Object require(String name, Work work) throws InterruptedException {
            Guarded guarded = run(name, work);
            if (guarded.failure != null) {
                throw new IllegalStateException("the loop cannot go on: " + name, guarded.failure);
            }
            return guarded.result;
        }

        @Nullable
        Throwable failure() {
            return failure;
        }

        boolean isHanging() {
            return hanging;
        }
    }
}
