// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The main class of every child JVM: takes its task over and runs it.
 *
 * <p>No lambda and no string concatenation on the way to the task: the first of each costs a JVM milliseconds.
 */
final class ChildMain {

    private static final int FAILED = 1;

    private ChildMain() {}

    /** Expects the path of the task, which {@link JvmLauncher} gives. */
    public static void main(String[] arguments) {
        try {
            ChildProcess child = takeOver(Path.of(arguments[0]));
            Thread.currentThread().setName(child.name());
            child.run();
        } catch (Throwable uncaught) {
            report(uncaught);
            // other threads would keep a failed process alive, and whoever joins it waiting
            System.exit(FAILED);
        }
    }

    private static ChildProcess takeOver(Path task) throws IOException, ClassNotFoundException {
        boolean daemon = task.toString().endsWith(RunDirectory.TASK);
        ParentLink link = link(task);
        if (daemon) {
            link.dieWithParent();
        } else {
            link.tidyUpAfterParent();
        }
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
        try {
            return ParentLink.open(Objects.requireNonNull(task.getParent(), "task"));
        } catch (FileNotFoundException orphaned) {
            System.err.println("The parent process is gone, so its child ends before it began");
            Runtime.getRuntime().halt(FAILED);
            throw orphaned;
        }
    }

    private static void report(Throwable uncaught) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, uncaught);
    }
}
