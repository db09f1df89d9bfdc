// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.memory.LifeLock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Tells a child whether its parent lives. */
final class ParentLink {
    /*
     * Idea. The parent holds a lock on its `alive` file for as long as it lives (RunDirectory). Only the kernel
     * releases the lock, when the parent ends, for whatever reason. If a child finds the file unlocked, its parent has
     * ended.
     *
     * Why the child asks again and again instead of blocking in lock(): the kernel looks for deadlocks between
     * processes, not threads. If one thread of the child were blocked on the parent's lock, and the parent waited for
     * any file lock that the child holds (a log file, a repository), the parent would get the error "Resource deadlock
     * avoided". Asking costs a child about a thousandth of a core.
     *
     * Crash. If the parent dies before the child opens the file, the file is unlocked, or its directory was swept. Both
     * mean that there is no parent. A pid is never compared, so neither its reuse nor a pid namespace matters.
     * Runtime.halt needs nothing but a safepoint. JvmLauncher takes care that loops have safepoints.
     */

    private static final long PAUSE_MILLIS = 400;

    /** How long the actions of an orphan may take before it halts. */
    private static final long LAST_MILLIS = 1_000;

    private final Path directory;
    private final FileChannel alive;
    private final List<Runnable> atEnd = new CopyOnWriteArrayList<>();

    private ParentLink(Path directory, FileChannel alive) {
        this.directory = directory;
        this.alive = alive;
    }

    /** @throws java.io.FileNotFoundException if the parent is gone and so is its directory */
    @SuppressWarnings("resource") // open until the process ends: closing it would close the question
    static ParentLink open(Path directory) throws IOException {
        RandomAccessFile file =
                new RandomAccessFile(RunDirectory.aliveFile(directory).toFile(), "r");
        return new ParentLink(directory, file.getChannel());
    }

    synchronized boolean isParentAlive() {
        return LifeLock.isTaken(alive);
    }

    /**
     * From now on this JVM halts when its parent has ended. If the parent has ended already, it halts before this
     * returns.
     */
    void dieWithParent() {
        dieIfOrphaned();
        Thread watch = new Thread("ipcq-parent-watch") {
            @Override
            public void run() {
                watch();
            }
        };
        watch.setDaemon(true);
        watch.start();
    }

    void dieIfOrphaned() {
        if (!isParentAlive()) {
            die();
        }
    }

    /**
     * Makes this JVM remove the parent's directory when it ends after its parent. The parent could not remove it,
     * because this child's task was in it.
     */
    void tidyUpAfterParent() {
        Runtime.getRuntime().addShutdownHook(new Thread("ipcq-tidy-up") {
            @Override
            public void run() {
                if (!isParentAlive()) {
                    RunDirectory.remove(directory);
                }
            }
        });
    }

    private void watch() {
        while (isParentAlive()) {
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException notOurs) {
                // nobody has a reason to interrupt this thread, and it has none to stop
            }
        }
        die();
    }

    void atEnd(Runnable last) {
        atEnd.add(last);
    }

    private void die() {
        try {
            RunDirectory.remove(directory);
            tidyUp();
        } finally {
            Runtime.getRuntime().halt(1);
        }
    }

    /**
     * Runs the actions in another thread, because this process must not outlive its parent for long, whatever they do.
     */
    private void tidyUp() {
        if (atEnd.isEmpty()) {
            return;
        }
        Thread last = new Thread("ipcq-orphan") {
            @Override
            public void run() {
                for (Runnable each : atEnd) {
                    each.run();
                }
            }
        };
        last.setDaemon(true);
        last.start();
        try {
            last.join(LAST_MILLIS);
        } catch (InterruptedException notOurs) {
            // nobody has a reason to interrupt this thread
        }
    }
}
