// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.LifeLock;
import io.ipcq.memory.PrivateFiles;
import io.ipcq.memory.ProcessIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The private directory through which this JVM hands tasks to its children; a lock in it tells them that it is alive. */
final class RunDirectory {
    /*
     * Idea. One directory for each JVM that starts children, 0700, where nobody else can exchange it (PrivateFiles):
     *
     *   ipcq-process-<pid>-<start>-<random>/
     *     alive              locked by this JVM until it ends
     *     <n>.task           a task that a daemon child has not read yet
     *     <n>.detached       the same for a child that outlives its parent
     *     <n>.args           the class path, where it is too long for a command line
     *     <n>.standby        through which a JVM that waits is given its task
     *     <n>.TERM, <n>.INT  the child may end by that signal (GroupSignals)
     *
     * Crash. Whoever finds `alive` unlocked knows that the owner is dead and removes the directory: an orphaned child before
     * it halts, or the next JVM that makes such a directory (sweep). A detached task is left until it is read, or is a
     * day old. The owner may be swept between creating and locking `alive`; it looks after locking, and begins again.
     *
     * A sweep passes over the directories that bear this process's pid and start: they may belong to the same code in another class
     * loader, and to close a file that was opened to ask would unlock what is locked by only one lock yet (LifeLock).
     */

    static final String TASK = ".task";
    static final String DETACHED = ".detached";
    static final String ARGUMENTS = ".args";

    private static final String PREFIX = "ipcq-process-";
    private static final String ALIVE = "alive";
    private static final Duration DETACHED_LIFE = Duration.ofDays(1);
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private static final List<RunDirectory> MINE = new ArrayList<>();

    private final Path path;

    private RunDirectory(Path path) {
        this.path = path;
    }

    /** This JVM's directory. A new one is made if something that tidies temporary files took the last one away. */
    static synchronized Path current() throws IOException {
        if (!MINE.isEmpty()) {
            RunDirectory last = MINE.get(MINE.size() - 1);
            if (Files.exists(aliveFile(last.path), LinkOption.NOFOLLOW_LINKS)) {
                return last.path;
            }
        }
        RunDirectory created = create();
        MINE.add(created);
        sweep(Objects.requireNonNull(created.path.getParent()));
        return created.path;
    }

    /** Removes this JVM's directories; tasks that detached children have still to read stay. */
    static synchronized void removeMine() {
        for (RunDirectory mine : MINE) {
            remove(mine.path);
        }
    }

    /** The same after all hooks, for what is empty then; children that go on may still be told to end through it. */
    static synchronized void removeMineAfterHooks() {
        for (RunDirectory mine : MINE) {
            mine.path.toFile().deleteOnExit(); // the last one that is registered is the first to go
            aliveFile(mine.path).toFile().deleteOnExit();
        }
    }

    static Path aliveFile(Path directory) {
        return directory.resolve(ALIVE);
    }

    /** Opens a file of this user's in a directory of this user's: what somebody else put in place of one of them is refused. */
    static InputStream open(Path file) throws IOException {
        try (DirectoryHandle directory = DirectoryHandle.openOwn(Objects.requireNonNull(file.getParent()))) {
            String name = file.getFileName().toString();
            directory.requireOwnFile(name);
            return Channels.newInputStream(directory.openFile(name, READ));
        }
    }

    /** Makes an empty file that only this user can read or write. */
    static Path createFile(Path file) throws IOException {
        return Files.createFile(file, onlyOwner("rw-------"));
    }

    /** Removes the directory of a JVM that is dead or about to end. A failure is no concern: the next sweep comes here again. */
    static void remove(Path directory) {
        Path absolute = directory.toAbsolutePath();
        try (DirectoryHandle base = DirectoryHandle.open(Objects.requireNonNull(absolute.getParent()));
                DirectoryHandle held = base.openOwn(absolute.getFileName().toString())) {
            remove(base, held);
        } catch (IOException | SecurityException stays) {
            // another process removes it at this moment, or may not be removed by us
        }
    }

    private static void remove(DirectoryHandle base, DirectoryHandle held) throws IOException {
        boolean empty = true;
        for (String name : held.names()) {
            if (isAwaited(held, name)) {
                empty = false;
            } else if (!name.equals(ALIVE)) {
                held.deleteFile(name);
            }
        }
        if (empty) {
            held.deleteFile(ALIVE);
            base.deleteDirectory(held);
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

    private static RunDirectory create() throws IOException {
        try {
            return create(PrivateFiles.temporaryDirectory());
        } catch (IOException refused) {
            throw new IOException(
                    "cannot make the directory through which children get their tasks: java.io.tmpdir="
                            + System.getProperty("java.io.tmpdir")
                            + ", reason=" + refused
                            + "; start this JVM with -Djava.io.tmpdir=DIRECTORY, one that it can write to",
                    refused);
        }
    }

    private static RunDirectory create(Path base) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    RunDirectory created = tryCreate(base);
                    if (created != null) {
                        return created;
                    }
                } catch (ClosedByInterruptException interruptedHere) {
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Null if the name is taken, or a sweep of another process took the directory away before it was locked. */
    @SuppressWarnings("resource") // the lock is held as long as the JVM lives
    private static @Nullable RunDirectory tryCreate(Path base) throws IOException {
        // the name keeps class loaders and pid namespaces apart; what protects the directory is that it did not exist
        // before
        String random = Integer.toHexString(ThreadLocalRandom.current().nextInt());
        Path directory = base.resolve(myPrefix() + random);
        try {
            Files.createDirectory(directory, onlyOwner("rwx------"));
            Path alive = createFile(aliveFile(directory));
            LifeLock lock = LifeLock.tryTake(alive);
            return lock != null && Files.exists(alive, LinkOption.NOFOLLOW_LINKS) ? new RunDirectory(directory) : null;
        } catch (FileAlreadyExistsException taken) {
            return null;
        } catch (NoSuchFileException failed) {
            boolean swept = Files.isDirectory(base) && !Files.exists(directory);
            if (swept) {
                return null;
            }
            throw failed;
        }
    }

    /** Removes what dead JVMs of this user have left; what cannot be swept is left, and keeps nobody from starting a child. */
    static void sweep(Path base) {
        Map<FileChannel, DirectoryHandle> candidates = new LinkedHashMap<>();
        try (DirectoryHandle held = DirectoryHandle.open(base)) {
            if (held.isSafeToSweep()) {
                held.names().stream()
                        .filter(RunDirectory::isOfAnotherProcess)
                        .forEach(name -> lookAt(held, name, candidates));
                for (FileChannel abandoned : LifeLock.free(candidates.keySet())) {
                    remove(held, Objects.requireNonNull(candidates.get(abandoned)));
                }
            }
        } catch (IOException stays) {
            // another process removes one at this moment, or the directory cannot be read: the next one comes here
            // again
        } finally {
            candidates.forEach(RunDirectory::close);
        }
    }

    private static boolean isOfAnotherProcess(String name) {
        return name.startsWith(PREFIX) && !name.startsWith(myPrefix());
    }

    /** Adds a directory of this user whose owner may be dead. */
    private static void lookAt(DirectoryHandle base, String name, Map<FileChannel, DirectoryHandle> candidates) {
        DirectoryHandle added = null;
        try {
            DirectoryHandle candidate = base.openOwn(name);
            try {
                if (candidate.has(ALIVE)) {
                    candidate.requireOwnFile(ALIVE);
                    candidates.put(candidate.openFile(ALIVE, READ), candidate);
                    added = candidate;
                } else {
                    base.deleteDirectory(candidate); // its owner died, or is about to find out and begin again
                }
            } finally {
                if (added == null) {
                    candidate.close();
                }
            }
        } catch (IOException notForUs) {
            // another user's, or gone already
        }
    }

    private static void close(FileChannel alive, DirectoryHandle directory) {
        try {
            alive.close();
        } catch (IOException e) {
            // nothing was written
        }
        directory.close();
    }

    private static String myPrefix() {
        return PREFIX + ProcessIdentity.current().text() + "-";
    }

    private static FileAttribute<?>[] onlyOwner(String permissions) {
        return POSIX
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
