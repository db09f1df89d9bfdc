// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The main class of every child JVM. It takes the task over and runs it.
 *
 * <p>There is no lambda and no string concatenation on the way to the task, because the first of each costs a JVM
 * milliseconds.
 */
final class ChildMain {

    private static final int FAILED = 1;

    private ChildMain() {}

    /**
     * Expects one argument, from {@link JvmLauncher}: the path of the task, or of the slot in which this JVM will be
     * given one.
     */
    public static void main(String[] arguments) {
        try {
            MissingClass.prepare();
            ChildProcess child = takeOver(Path.of(arguments[0]));
            if (child == null) {
                System.exit(0); // it has waited long enough, or only rehearsed
                return;
            }
            Thread.currentThread().setName(child.name());
            child.run();
        } catch (Throwable thrown) {
            try {
                Throwable uncaught = explain(thrown);
                report(uncaught);
                ThrownFile.write(Path.of(arguments[0]), uncaught);
            } finally {
                // else other threads would keep the failed process alive, and whoever joins it would wait
                System.exit(FAILED);
            }
        }
    }

    private static @Nullable ChildProcess takeOver(Path given) throws Exception {
        boolean daemon = !given.toString().endsWith(RunDirectory.DETACHED);
        ParentLink link = link(given);
        GroupSignals.heedParentOnly(given, link);
        if (daemon) {
            link.dieWithParent();
        } else {
            link.tidyUpAfterParent();
        }
        if (Rehearsal.isRehearsal(given)) {
            Rehearsal.run(given, link);
            return null;
        }
        return StandbySlot.isSlot(given) ? await(given, daemon, link) : read(given, daemon, link);
    }

    private static @Nullable ChildProcess await(Path given, boolean daemon, ParentLink link) throws Exception {
        StandbySlot slot = StandbySlot.open(given);
        Rehearsal.run(given, link);
        Rehearsal.load(slot.code());
        slot.announce();
        return take(slot, daemon, link);
    }

    /** Waits for a task and takes it; null if no task has come for too long. */
    static @Nullable ChildProcess take(StandbySlot slot, boolean daemon, ParentLink link) throws Exception {
        if (!slot.await()) {
            return null;
        }
        byte[] task = slot.takeTask();
        return task == null ? read(slot.taskFile(), daemon, link) : TaskFile.read(task, daemon, link);
    }

    private static ChildProcess read(Path task, boolean daemon, ParentLink link)
            throws IOException, ClassNotFoundException {
        try {
            return TaskFile.read(task, daemon, link);
        } catch (IOException unreadable) {
            if (daemon) {
                link.dieIfOrphaned(); // another orphan has tidied up
            }
            throw unreadable;
        }
    }

    private static ParentLink link(Path task) throws IOException {
        Path directory = Objects.requireNonNull(task.getParent(), "task");
        try {
            return ParentLink.open(directory);
        } catch (FileNotFoundException orphaned) {
            RunDirectory.remove(directory);
            System.err.println("the parent process is gone, so its child ends before it began");
            Runtime.getRuntime().halt(FAILED);
            throw orphaned;
        }
    }

    private static Throwable explain(Throwable thrown) {
        try {
            return MissingClass.explain(thrown);
        } catch (LinkageError missingItself) {
            return thrown;
        }
    }

    private static void report(Throwable uncaught) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, uncaught);
    }
}
