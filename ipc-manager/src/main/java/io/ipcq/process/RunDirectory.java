// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.LiveDirectory;
import io.ipcq.memory.PrivateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The private directory through which this JVM hands tasks to its children. A lock in it tells them that this JVM is
 * alive.
 */
final class RunDirectory {
    /*
     * Idea. One directory for each JVM that starts children (LiveDirectory), 0700, where nobody else can exchange it
     * (PrivateFiles):
     *
     *   ipcq-process-<pid>-<start>-<random>/
     *     alive              locked by this JVM until it ends
     *     <n>.task           a task that a daemon child has not read yet
     *     <n>.detached       the same for a child that outlives its parent
     *     <n>.args           the class path, where it is too long for a command line
     *     <n>.standby        the slot through which a waiting JVM is given its task
     *     <n>.thrown         the exception that a child threw, until its parent takes it (ThrownFile)
     *     <n>.TERM, <n>.INT  the child may end by that signal (GroupSignals)
     *     <n>.pool           the state of a pool, for other programs (Announcement)
     *
     * Crash. Whoever finds `alive` unlocked knows that the owner is dead and removes the directory: an orphaned child
     * before it halts, or the next JVM that makes such a directory (sweep). A detached task stays until it is read, or
     * is a day old.
     */

    static final String TASK = ".task";
    static final String DETACHED = ".detached";
    static final String ARGUMENTS = ".args";
    static final String THROWN = ".thrown";

    private static final String PREFIX = "ipcq-process-";
    private static final Duration DETACHED_LIFE = Duration.ofDays(1);
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    private static final List<LiveDirectory> MINE = new ArrayList<>();

    /** Kept here so that a shutdown hook loads no class, because the program may have closed its class loader. */
    private static final Set<Path> ANNOUNCED = new HashSet<>();

    /** Whether all there is goes after the hooks. A hook may still start children, and make pools. */
    private static boolean ending;

    private RunDirectory() {}

    /** This JVM's directory. If a program that tidies temporary files has removed the last one, a new one is made. */
    static synchronized Path current() throws IOException {
        if (!MINE.isEmpty()) {
            LiveDirectory last = MINE.get(MINE.size() - 1);
            if (last.isInPlace()) {
                return last.path();
            }
        }
        LiveDirectory created = create();
        MINE.add(created);
        if (ending) {
            removeAfterHooks(created);
        }
        sweep(Objects.requireNonNull(created.path().getParent()));
        return created.path();
    }

    /** Removes this JVM's directories. Tasks that detached children have not read yet stay. */
    static synchronized void removeMine() {
        for (LiveDirectory mine : MINE) {
            remove(mine.path());
        }
    }

    /** Registers a file that exists until this JVM ends, or until its maker removes it. */
    static synchronized void announced(Path file) {
        ANNOUNCED.add(file);
        if (ending) {
            removeAfterHooks(file);
        }
    }

    static synchronized void withdrawn(Path file) {
        ANNOUNCED.remove(file);
    }

    /**
     * Removes the directories that are empty after all hooks. Until then, children that go on may still be told to end
     * through them.
     */
    static synchronized void removeMineAfterHooks() {
        ending = true;
        for (LiveDirectory mine : MINE) {
            removeAfterHooks(mine);
        }
        for (Path file : ANNOUNCED) {
            removeAfterHooks(file);
        }
    }

    private static void removeAfterHooks(LiveDirectory mine) {
        removeAfterHooks(mine.path());
        removeAfterHooks(aliveFile(mine.path()));
    }

    /** What is registered last is the first to be deleted. */
    private static void removeAfterHooks(Path file) {
        try {
            file.toFile().deleteOnExit();
        } catch (IllegalStateException tooLate) {
            // the next sweep removes it
        }
    }

    /** The directories of all living JVMs of this user, each with the pid of its owner. */
    static Map<Path, Long> living(Path base) throws IOException {
        return LiveDirectory.living(base, PREFIX);
    }

    /** The directories of dead JVMs. */
    static List<Path> abandoned(Path base) throws IOException {
        return LiveDirectory.abandoned(base, PREFIX);
    }

    static Path aliveFile(Path directory) {
        return LiveDirectory.aliveFile(directory);
    }

    /**
     * Opens a file of this user in a directory of this user. If somebody else has replaced one of them, it is refused.
     */
    static InputStream open(Path file) throws IOException {
        try (DirectoryHandle directory = DirectoryHandle.openOwn(Objects.requireNonNull(file.getParent()))) {
            String name = file.getFileName().toString();
            directory.requireOwnFile(name);
            return Channels.newInputStream(directory.openFile(name, READ));
        }
    }

    /** Makes an empty file that only this user can read or write. */
    static Path createFile(Path file) throws IOException {
        PrivateFiles.createFile(file);
        return file;
    }

    /**
     * Removes the directory of a JVM that is dead or about to end. A failure does not matter, because the next sweep
     * tries again.
     */
    static void remove(Path directory) {
        try {
            LiveDirectory.remove(directory, RunDirectory::isAwaited);
        } catch (IOException | SecurityException stays) {
            // another process is removing it, or this user may not remove it
        }
    }

    private static boolean isAwaited(DirectoryHandle held, String name) throws IOException {
        try {
            return name.endsWith(DETACHED)
                    && held.attributes(name)
                            .lastModifiedTime()
                            .toInstant()
                            .isAfter(Instant.now().minus(DETACHED_LIFE));
        } catch (NoSuchFileException read) {
            return false;
        }
    }

    private static LiveDirectory create() throws IOException {
        try {
            return LiveDirectory.create(PrivateFiles.temporaryDirectory(), PREFIX);
        } catch (IOException refused) {
            throw new IOException(
                    "cannot make the directory through which children get their tasks: java.io.tmpdir="
                            + System.getProperty("java.io.tmpdir")
                            + ", reason=" + refused
                            + "; start this JVM with -Djava.io.tmpdir=DIRECTORY, one that it can write to",
                    refused);
        }
    }

    /**
     * Removes the directories that dead JVMs of this user have left. Directories that cannot be removed stay, and a
     * child is started nevertheless.
     */
    static void sweep(Path base) {
        LiveDirectory.sweep(base, PREFIX, RunDirectory::isAwaited);
    }
}
