// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.queue.SharedQueue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A start without a task: goes the way of one, so that what a child will need is loaded. A waiting JVM does it before it
 * waits, and the JVM of {@link ArchiveMaker} so that it is in the archive.
 */
final class Rehearsal {

    /** The argument that makes {@link ChildMain} rehearse and end, below the run directory of the parent. */
    static final String SUFFIX = ".rehearsal";

    /** Enough for the JVM to have resolved what it resolves at the second time, and to have compiled the shortest. */
    private static final int TURNS = 20;

    private Rehearsal() {}

    static boolean isRehearsal(Path given) {
        return given.toString().endsWith(SUFFIX);
    }

    /** What cannot be rehearsed does not keep the real start from trying. {@code given} names the files that are used. */
    static void run(Path given, ParentLink link) {
        Path file = given.resolveSibling(given.getFileName() + RunDirectory.TASK);
        try (SharedQueue<String> queue = SharedQueue.create(String.class)) {
            pass(file, link, new Call.Call2<>(Rehearsal::put, queue, "rehearsal"));
            queue.get(Duration.ofSeconds(1));
            pass(file, link, new Call.Call1<>(Rehearsal::take, List.of(queue)));
            sleepOnce(queue);
            for (int i = 0; i < TURNS; i++) {
                pass(file, link, new Call.Call0(Rehearsal::nothing));
                pass(file, link, new Call.Call1<>(Rehearsal::take, "rehearsal"));
                pass(file, link, new Call.Call1<>(Rehearsal::take, List.of("serialized")));
            }
        } catch (Exception | LinkageError unrehearsed) {
            // it will be met again, and told, if the task needs it
        }
    }

    /** Loads and verifies a class, but does not initialize it: what its static fields need is for the task to do. */
    static void load(String name) {
        try {
            Class<?> code = Class.forName(name, false, Thread.currentThread().getContextClassLoader());
            var unused = code.getDeclaredMethods();
        } catch (ClassNotFoundException | LinkageError absent) {
            // it is met again, and told, if the task needs it
        }
    }

    private static void pass(Path file, ParentLink link, Call call) throws Exception {
        ChildProcess child = new ChildProcess(ChildProcessOptions.defaults(), call, "0");
        TaskFile.read(TaskFile.write(child, file), true, link).run();
    }

    /** What waits in vain has loaded what it takes to sleep, and the shutdown what it takes to wake. */
    private static void sleepOnce(SharedQueue<String> queue) throws InterruptedException {
        queue.get(Duration.ofMillis(2));
        queue.shutdown();
    }

    private static void put(SharedQueue<String> queue, String text) throws InterruptedException {
        queue.put(text);
    }

    private static void take(Object value) {}

    private static void nothing() {}
}
