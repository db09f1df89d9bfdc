// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.queue.SharedQueue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A start without a task. It takes the same steps as a start with one, so that it loads the classes that a child will
 * need. A waiting JVM rehearses before it waits. The JVM of {@link ArchiveMaker} rehearses so that these classes are in
 * the archive.
 */
final class Rehearsal {

    /**
     * The end of the argument that makes {@link ChildMain} rehearse and end. The argument is a path in the run
     * directory of the parent.
     */
    static final String SUFFIX = ".rehearsal";

    /**
     * How often the steps are repeated: enough for the JVM to resolve what it resolves only at the second call, and to
     * compile the shortest methods.
     */
    private static final int TURNS = 20;

    private Rehearsal() {}

    static boolean isRehearsal(Path given) {
        return given.toString().endsWith(SUFFIX);
    }

    /**
     * Rehearses a start. If this fails, the real start is tried nevertheless. {@code given} names the files that are
     * used.
     */
    static void run(Path given, ParentLink link) {
        Path file = given.resolveSibling(given.getFileName() + StandbySlot.SUFFIX);
        try (SharedQueue<String> queue = SharedQueue.create(String.class)) {
            StandbySlot slot = StandbySlot.create(file, Duration.ofSeconds(1), "");
            spawn(slot, link, new FunctionCall.Call2<>(Rehearsal::put, queue, "rehearsal"));
            queue.get(Duration.ofSeconds(1));
            spawn(slot, link, new FunctionCall.Call1<>(Rehearsal::take, List.of(queue)));
            sleepOnce(queue);
            for (int i = 0; i < TURNS; i++) {
                giveShapes(slot, link);
                give(slot, link, new FunctionCall.Call0(Thread::onSpinWait));
                give(slot, link, new FunctionCall.Call1<>(Rehearsal::take, List.of("serialized")));
            }
        } catch (Exception | LinkageError unrehearsed) {
            // it will be met again, and told, if the task needs it
        } finally {
            TaskPaths.deleteQuietly(file);
        }
    }

    /** Loads and verifies a class, but does not initialize it, because only the task may run its static initializer. */
    static void load(String name) {
        try {
            Class<?> code = Class.forName(name, false, Thread.currentThread().getContextClassLoader());
            var unused = code.getDeclaredMethods();
        } catch (ClassNotFoundException | LinkageError absent) {
            // it is met again, and told, if the task needs it
        }
    }

    /**
     * Calls methods by reflection with several numbers of arguments. From Java 18 on, the first call with so many
     * references or numbers costs milliseconds.
     */
    private static void giveShapes(StandbySlot slot, ParentLink link) throws Exception {
        give(slot, link, new FunctionCall.Call0(Rehearsal::nothing));
        give(slot, link, new FunctionCall.Call1<>(Rehearsal::text, "rehearsal"));
        give(slot, link, new FunctionCall.Call1<>(Rehearsal::number, 1));
        give(slot, link, new FunctionCall.Call2<>(Rehearsal::twoTexts, "rehearsal", "two"));
        give(slot, link, new FunctionCall.Call2<>(Rehearsal::textAndNumber, "rehearsal", 2));
        give(slot, link, new FunctionCall.Call3<>(Rehearsal::threeTexts, "rehearsal", "two", "three"));
    }

    /** Runs a task as a JVM does that was started for it. */
    private static void spawn(StandbySlot slot, ParentLink link, FunctionCall call) throws Exception {
        TaskFile.read(TaskFile.write(task(call), slot.taskFile()), true, link).run();
    }

    /** Runs a task as a JVM does that has waited for it. */
    private static void give(StandbySlot slot, ParentLink link, FunctionCall call) throws Exception {
        slot.reset();
        slot.announce();
        slot.give(TaskFile.encode(task(call), StandbySlot.MAX_TASK_BYTES, slot.taskFile()));
        ChildProcess taken = ChildMain.take(slot, true, link);
        if (taken != null) {
            taken.run();
        }
    }

    private static Task task(FunctionCall call) {
        return new ChildProcess(ChildProcess.builder().options(), call, "0").task();
    }

    /**
     * Waits in vain, to load the classes that sleeping needs, and shuts the queue down, to load those that waking
     * needs.
     */
    private static void sleepOnce(SharedQueue<String> queue) throws InterruptedException {
        queue.get(Duration.ofMillis(2));
        queue.shutdown();
    }

    private static void put(SharedQueue<String> queue, String text) throws InterruptedException {
        queue.put(text);
    }

    private static void take(Object value) {}

    private static void nothing() {}

    private static void text(String a) {}

    private static void number(int a) {}

    private static void twoTexts(String a, String b) {}

    private static void textAndNumber(String a, int b) {}

    private static void threeTexts(String a, String b, String c) {}
}
