// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A new directory 0700 in which a locked file says that the JVM that made it is alive. Other JVMs sweep the directories
 * of killed ones.
 *
 * <p>Thread-safe. Process-safe: any number of processes may make and sweep such directories in one place at the same
 * time. The directory survives a crash, until somebody sweeps there.
 */
public final class LiveDirectory {
    /*
     * Idea
     *   <prefix><pid>-<start>-<random>/
     *     alive       locked by its owner until that ends
     *     ...         what the owner has there
     *
     *   If `alive` is unlocked, the owner is dead. A directory without `alive` is being made, or a program that tidies
     *   temporary files has removed it: it is swept only if it is empty, or forgotten. That is one whose owner is no
     *   living process here, with nothing in it but files that nobody has changed for a day. A directory may be swept
     *   before its owner has locked `alive`. So the owner checks after locking, and begins again.
     *
     *   A sweep passes over directories with this process's pid and start. They may belong to the same code in another
     *   class loader, and closing a file that was opened to ask would drop the only lock that it may have so far
     *   (LifeLock).
     */

    private static final String ALIVE = "alive";
    private static final long NOBODY = -1;
    private static final Duration FORGOTTEN_AFTER = Duration.ofDays(1);
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    private final Path path;
    private final LifeLock lock;

    private LiveDirectory(Path path, LifeLock lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Says what stays in the directory of a dead JVM. */
    @FunctionalInterface
    public interface Keeping {
        /** Whether an entry of a directory stays. */
        boolean isKept(DirectoryHandle directory, String name) throws IOException;
    }

    /**
     * Makes one, and locks it until this JVM ends or {@link #removeIfEmpty removes} it; an interrupt does not disturb
     * that.
     */
    public static LiveDirectory create(Path base, String prefix) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    LiveDirectory created = tryCreate(base, prefix);
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
    private static @Nullable LiveDirectory tryCreate(Path base, String prefix) throws IOException {
        // the name keeps class loaders and pid namespaces apart; what protects the directory is that it did not exist
        // before
        String random = Integer.toHexString(ThreadLocalRandom.current().nextInt());
        Path directory = base.resolve(ownPrefix(prefix) + random);
        try {
            PrivateFiles.createNewDirectory(directory);
            PrivateFiles.createFile(aliveFile(directory));
            LifeLock lock = LifeLock.tryTake(aliveFile(directory));
            LiveDirectory created = lock == null ? null : new LiveDirectory(directory, lock);
            if (created != null && !created.isInPlace()) {
                created.lock.close();
                return null;
            }
            return created;
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

    /**
     * The directories of this user in a place of which the owner lives, each with its pid. Changes nothing, and leaves
     * the locks alone: it goes by pids, so the owner has to be in the same pid namespace.
     */
    public static Map<Path, Long> living(Path base, String prefix) throws IOException {
        Map<Path, Long> owners = owners(base, prefix);
        owners.values().removeIf(owner -> owner == NOBODY);
        return owners;
    }

    /** Those of which the owner does not live, as far as that can be told in the same way. */
    public static List<Path> abandoned(Path base, String prefix) throws IOException {
        Map<Path, Long> owners = owners(base, prefix);
        owners.values().removeIf(owner -> owner != NOBODY);
        return List.copyOf(owners.keySet());
    }

    private static Map<Path, Long> owners(Path base, String prefix) throws IOException {
        Map<Path, Long> owners = new TreeMap<>();
        try (DirectoryHandle held = DirectoryHandle.open(base)) {
            for (String name : held.names()) {
                if (name.startsWith(prefix) && isOwn(held, name)) {
                    owners.put(base.resolve(name), livingOwner(name.substring(prefix.length())));
                }
            }
        }
        return owners;
    }

    /** @param name without the prefix: {@code <pid>-<start>-<random>} */
    private static long livingOwner(String name) {
        int end = name.lastIndexOf('-');
        int pidEnd = name.indexOf('-');
        try {
            long pid = Long.parseLong(name.substring(0, Math.max(0, pidEnd)));
            return ProcessIdentity.of(pid).text().equals(name.substring(0, end)) ? pid : NOBODY;
        } catch (NumberFormatException anotherName) {
            return NOBODY;
        }
    }

    private static boolean isOwn(DirectoryHandle base, String name) {
        try {
            base.openOwn(name).close();
            return true;
        } catch (IOException notForUs) {
            return false;
        }
    }

    private static String ownPrefix(String prefix) {
        return prefix + ProcessIdentity.current().text() + "-";
    }

    /** The file in it that is locked. */
    public static Path aliveFile(Path directory) {
        return directory.resolve(ALIVE);
    }

    /** Where the directory is. */
    public Path path() {
        return path;
    }

    /** False if a program that tidies temporary files has removed it. */
    public boolean isInPlace() {
        return Files.exists(aliveFile(path), LinkOption.NOFOLLOW_LINKS);
    }

    /** Removes and unlocks it if there is nothing in it; says whether there was not. */
    public boolean removeIfEmpty() throws IOException {
        try (DirectoryHandle base = DirectoryHandle.open(Objects.requireNonNull(path.getParent()));
                DirectoryHandle held = base.openOwn(path.getFileName().toString())) {
            if (held.names().stream().anyMatch(name -> !name.equals(ALIVE))) {
                return false;
            }
            held.deleteFile(ALIVE);
            base.deleteDirectory(held);
        } catch (NoSuchFileException gone) {
            // somebody else tidied up
        }
        lock.close();
        return true;
    }

    /** Removes the directory of a JVM that is dead or about to end, with what is in it, except for what is kept. */
    public static void remove(Path directory, Keeping keeping) throws IOException {
        Path absolute = directory.toAbsolutePath();
        try (DirectoryHandle base = DirectoryHandle.open(Objects.requireNonNull(absolute.getParent()));
                DirectoryHandle held = base.openOwn(absolute.getFileName().toString())) {
            remove(base, held, keeping);
        }
    }

    private static void remove(DirectoryHandle base, DirectoryHandle held, Keeping keeping) throws IOException {
        boolean empty = true;
        for (String name : held.names()) {
            if (name.equals(ALIVE)) {
                continue;
            }
            if (keeping.isKept(held, name)) {
                empty = false;
            } else {
                held.delete(name);
            }
        }
        if (empty) {
            held.deleteFile(ALIVE);
            base.deleteDirectory(held);
        }
    }

    /**
     * Removes what dead JVMs of this user have left in a place, except for what is kept. This never fails: what cannot
     * be swept is left to the next sweep.
     */
    public static void sweep(Path base, String prefix, Keeping keeping) {
        Map<FileChannel, DirectoryHandle> candidates = new LinkedHashMap<>();
        try (DirectoryHandle held = DirectoryHandle.open(base)) {
            if (held.isSafeToSweep()) {
                String own = ownPrefix(prefix);
                held.names().stream()
                        .filter(name -> name.startsWith(prefix) && !name.startsWith(own))
                        .forEach(name -> lookAt(held, name, name.substring(prefix.length()), candidates));
                for (FileChannel abandoned : LifeLock.free(candidates.keySet())) {
                    removeUnlessTaken(held, abandoned, Objects.requireNonNull(candidates.get(abandoned)), keeping);
                }
            }
        } catch (IOException | SecurityException stays) {
            // the place cannot be read
        } finally {
            candidates.forEach(LiveDirectory::close);
        }
    }

    /** Its maker may just have been slow to lock it; now it finds that somebody else has, and makes another one. */
    private static void removeUnlessTaken(
            DirectoryHandle base, FileChannel alive, DirectoryHandle held, Keeping keeping) {
        try (FileLock kept = LifeLock.tryKeepFree(alive)) {
            if (kept != null) {
                remove(base, held, keeping);
            }
        } catch (IOException | SecurityException stays) {
            // another process removes it at this moment, or it may not be removed by us
        }
    }

    /** Adds a directory of this user whose owner may be dead. */
    private static void lookAt(
            DirectoryHandle base, String name, String owner, Map<FileChannel, DirectoryHandle> candidates) {
        DirectoryHandle added = null;
        try {
            DirectoryHandle candidate = base.openOwn(name);
            try {
                if (candidate.has(ALIVE)) {
                    candidate.requireOwnFile(ALIVE);
                    candidates.put(candidate.openFile(ALIVE, READ), candidate);
                    added = candidate;
                } else {
                    if (livingOwner(owner) == NOBODY && isForgotten(candidate)) {
                        for (String file : candidate.names()) {
                            candidate.delete(file);
                        }
                    }
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

    /** Sockets and directories may be in use in another pid namespace, though nobody changes them. */
    private static boolean isForgotten(DirectoryHandle held) throws IOException {
        Instant longAgo = Instant.now().minus(FORGOTTEN_AFTER);
        for (String name : held.names()) {
            BasicFileAttributes file = held.attributes(name);
            if (!file.isRegularFile() || file.lastModifiedTime().toInstant().isAfter(longAgo)) {
                return false;
            }
        }
        return true;
    }

    private static void close(FileChannel alive, DirectoryHandle directory) {
        try {
            alive.close();
        } catch (IOException e) {
            // nothing was written
        }
        directory.close();
    }

    @Override
    public String toString() {
        return "LiveDirectory[" + path + "]";
    }
}
