// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Makes a missing {@link ClassArchive} while the program runs, in another JVM that rehearses a start. */
final class ArchiveMaker {
    /*
     * When. The archive is made a while after the first child was started. A program that ends before that has no use
     * for an archive. A program that starts many children at first needs the processors itself.
     *
     * One at a time. The maker holds a lock that the kernel drops when it dies (CacheDirectory). A process that does
     * not get the lock goes on without an archive. The next maker removes the files of a dead one. If the lock is lost
     * for another reason, two processes make the same archive, and one of them in vain.
     *
     * Crash. The JVM that rehearses dies with this one, as a daemon child does. The file that it wrote does not have
     * its final name yet.
     */

    private static final long PAUSE_MILLIS = 1_000;
    private static final long PATIENCE_SECONDS = 60;

    private static final AtomicBoolean BEGUN = new AtomicBoolean();
    private static volatile @Nullable Process rehearsal;
    private static volatile boolean ending;

    private static final Runnable END = ArchiveMaker::endRehearsal;

    private ArchiveMaker() {}

    /** Starts a JVM that rehearses a start, and writes an archive of the classes that it loads to {@code made}. */
    interface Launcher {
        Process start(ClassArchive archive, Path made) throws IOException;
    }

    /**
     * Sweeps old archives and makes the missing one, soon, in another thread. Does this once in the life of this JVM.
     */
    static void makeSoon(ClassArchive archive, Launcher launcher) {
        if (BEGUN.compareAndSet(false, true)) {
            LiveChildren.endBefore(END);
            Thread thread = new Thread(() -> makeLater(archive, launcher), "ipcq-archive");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private static void makeLater(ClassArchive archive, Launcher launcher) {
        try {
            Thread.sleep(PAUSE_MILLIS);
            make(archive, launcher);
        } catch (InterruptedException | IOException | RuntimeException without) {
            // children start without an archive; whoever comes next tries again
        }
    }

    /**
     * Makes an archive. False if another process is making it, or it could not be made. Also sweeps archives that
     * nobody uses, mostly those of earlier builds.
     */
    static boolean make(ClassArchive archive, Launcher launcher) throws IOException, InterruptedException {
        archive.cache().sweep();
        try (FileLock lock = archive.cache().tryMake(archive.key())) {
            return lock != null && (archive.file() != null || makeLocked(archive, launcher));
        }
    }

    private static boolean makeLocked(ClassArchive archive, Launcher launcher)
            throws IOException, InterruptedException {
        removeLeftovers(archive);
        Path made = archive.directory()
                .resolve(archive.key() + "." + ProcessHandle.current().pid() + ".new");
        try {
            Process process = launcher.start(archive, made);
            rehearsal = process;
            if (ending) {
                end(process);
            }
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (!ended || process.exitValue() != 0 || !Files.isRegularFile(made)) {
                end(process);
                return false;
            }
            archive.publish(made);
            return true;
        } finally {
            rehearsal = null;
            Files.deleteIfExists(made);
        }
    }

    /** Removes unfinished files of JVMs that died while they made the archive. */
    private static void removeLeftovers(ClassArchive archive) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(archive.directory(), archive.key() + ".*.new*")) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Ends the rehearsing JVM when this JVM ends. */
    private static void endRehearsal() {
        ending = true;
        Process process = rehearsal;
        if (process != null) {
            end(process);
        }
    }

    /** Ends a process, and the JVM that it may have started to write the file. */
    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
