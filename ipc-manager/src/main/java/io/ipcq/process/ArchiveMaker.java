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

/** Makes a {@link ClassArchive} that is not there, beside the program, in a JVM that rehearses a start. */
final class ArchiveMaker {
    /*
     * When. A while after the first child was started: a program that ends before has no use for an archive, and one
     * that starts many children first needs the processors itself.
     *
     * One at a time. The maker holds a lock that the kernel drops when it dies (CacheDirectory). Who does not get the
     * lock goes on without. What a dead maker left is removed by the next one. Should the lock fall for another reason,
     * two make the same archive, and one of them in vain.
     *
     * Crash. The JVM that rehearses dies with this one, as a daemon child does. What it wrote has not its final name
     * yet.
     */

    private static final long PAUSE_MILLIS = 1_000;
    private static final long PATIENCE_SECONDS = 60;

    private static final AtomicBoolean BEGUN = new AtomicBoolean();
    private static volatile @Nullable Process rehearsal;
    private static volatile boolean ending;

    private static final Runnable END = ArchiveMaker::endRehearsal;

    private ArchiveMaker() {}

    /** What starts a JVM that rehearses, and writes an archive of what it loads to {@code made}. */
    interface Launcher {
        Process start(ClassArchive archive, Path made) throws IOException;
    }

    /**
     * Once in the life of this JVM, of one whose archive is missing: soon, old archives are swept, and that one is
     * made.
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
     * False if another process makes it at this moment, or it could not be made. Sweeps archives that nobody uses, of
     * earlier builds mostly.
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

    /** What died while it was made. */
    private static void removeLeftovers(ClassArchive archive) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(archive.directory(), archive.key() + ".*.new*")) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** When this JVM ends. */
    private static void endRehearsal() {
        ending = true;
        Process process = rehearsal;
        if (process != null) {
            end(process);
        }
    }

    /** With the JVM that it may have started to write the file. */
    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
