// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.PrivateFiles;
import io.ipcq.memory.RegionFormatException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A directory (mode 0700) among the temporary files that all programs of this user find. It holds files that are made
 * once and that all these programs use.
 *
 * <p>Thread-safe; process-safe.
 */
final class CacheDirectory {
    /*
     *   <prefix><user>/        if another user has taken that name, "-" and a random number follow
     *     <key>, <key>.<...>   the files of a key; a key contains no dot
     *     <key>.<...>.new<...> an unfinished file, renamed when it is finished
     *     locks                a byte for each key; processes that use its files hold a shared lock on it
     *
     * Sweep. If nobody has begun to use the files of a key for a month, the sweeper tries to lock the byte of the key.
     * It removes the files if it gets the lock. The kernel drops the locks of a process that has ended. Two keys may
     * share a byte. Then both stay while one of them is used. Unfinished files are removed after a day.
     *
     * The file of locks stays open until this JVM ends, because closing any descriptor of the file would drop all locks
     * on it.
     */

    private static final String LOCKS = "locks";
    private static final String NEW = ".new";
    private static final Duration UNFINISHED_LIFE = Duration.ofDays(1);
    private static final Duration UNUSED_LIFE = Duration.ofDays(30);
    private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();

    /** The distance in bytes between the lock of the users of a key and the lock of its maker. */
    private static final long MAKING = 1L << 32;

    // both guarded by the class
    private static final Map<Path, FileChannel> OPEN = new HashMap<>();
    /** Keeps the locks reachable, because the JDK forgets a lock that nobody refers to. */
    private static final List<FileLock> HELD = new ArrayList<>();

    private final Path path;

    private CacheDirectory(Path path) {
        this.path = path;
    }

    /** Finds the directory, or makes it. */
    static CacheDirectory of(Path base, String prefix) throws IOException {
        Path directory = base.resolve(prefix + ownName());
        try {
            PrivateFiles.createDirectory(directory);
            return new CacheDirectory(directory);
        } catch (RegionFormatException | FileAlreadyExistsException squatted) {
            return new CacheDirectory(another(directory));
        }
    }

    /** The directory that {@link #of} would find first; null if this user has none there. */
    static @Nullable CacheDirectory existing(Path base, String prefix) throws IOException {
        Path directory = base.resolve(prefix + ownName());
        boolean isOwn = Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS) && PrivateFiles.isOwn(directory);
        return isOwn ? new CacheDirectory(directory) : null;
    }

    /**
     * Another directory, for when another user has taken the well-known name. Its name cannot be guessed, and it is
     * found again by its owner.
     */
    private static Path another(Path squatted) throws IOException {
        Path base = Objects.requireNonNull(squatted.getParent());
        String prefix = squatted.getFileName() + "-";
        try (DirectoryHandle held = DirectoryHandle.open(base)) {
            for (String name : new TreeSet<>(held.names())) {
                if (name.startsWith(prefix) && isOwn(held, name)) {
                    return base.resolve(name);
                }
            }
        }
        return PrivateFiles.createRandomDirectory(base, prefix);
    }

    private static boolean isOwn(DirectoryHandle base, String name) {
        try {
            base.openOwn(name).close();
            return true;
        } catch (IOException notOurs) {
            return false;
        }
    }

    /**
     * The user's name, which only tells the directories of several users apart. The owner of a directory decides
     * whether it is this user's.
     */
    private static String ownName() {
        return System.getProperty("user.name", "").replaceAll("[^A-Za-z0-9_-]", "_");
    }

    Path path() {
        return path;
    }

    /** Protects the files of a key from sweepers, until this JVM ends. To be called before the files are looked for. */
    void use(String key) throws IOException {
        synchronized (CacheDirectory.class) {
            try {
                FileLock lock = locks().tryLock(place(key), 1, true);
                while (lock == null) {
                    LockSupport.parkNanos(PAUSE_NANOS); // another process removes it at this moment
                    lock = locks().tryLock(place(key), 1, true);
                }
                HELD.add(lock);
            } catch (OverlappingFileLockException ours) {
                // it is used here already
            }
        }
    }

    /** Locks a key for making its files, so that only one process makes them. Null if another one is making them. */
    @Nullable
    FileLock tryMake(String key) throws IOException {
        return tryOwn(place(key) + MAKING);
    }

    private @Nullable FileLock tryOwn(long place) throws IOException {
        synchronized (CacheDirectory.class) {
            try {
                return locks().tryLock(place, 1, false);
            } catch (OverlappingFileLockException ours) {
                return null;
            }
        }
    }

    private FileChannel locks() throws IOException {
        Path file = path.resolve(LOCKS);
        FileChannel open = OPEN.get(path);
        if (open == null) {
            open = FileChannel.open(
                    file,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);
            OPEN.put(path, open);
        }
        return open;
    }

    private static long place(String key) {
        return key.hashCode() & Integer.MAX_VALUE;
    }

    /**
     * Removes the files that are too old. Files that cannot be removed are left for the next sweep. This method never
     * fails.
     */
    void sweep() {
        try {
            for (Map.Entry<String, List<Path>> kept : byKey().entrySet()) {
                sweep(kept.getKey(), kept.getValue());
            }
        } catch (IOException | RuntimeException stays) {
            // another process is sweeping, or the directory cannot be read
        }
    }

    /** The files that {@link #sweep} removes unless somebody still uses them. */
    List<Path> old() throws IOException {
        List<Path> old = new ArrayList<>();
        for (List<Path> entries : byKey().values()) {
            if (isOld(entries)) {
                old.addAll(entries);
            }
        }
        return old;
    }

    private static boolean isOld(List<Path> entries) throws IOException {
        for (Path entry : entries) {
            if (age(entry).compareTo(UNUSED_LIFE) <= 0) {
                return false;
            }
        }
        return true;
    }

    private static Duration age(Path entry) throws IOException {
        return Duration.between(
                Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS).toInstant(), Instant.now());
    }

    private Map<String, List<Path>> byKey() throws IOException {
        Map<String, List<Path>> byKey = new HashMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (!name.equals(LOCKS)) {
                    String key = name.substring(0, (name + ".").indexOf('.'));
                    byKey.computeIfAbsent(key, none -> new ArrayList<>()).add(entry);
                }
            }
        }
        return byKey;
    }

    private void sweep(String key, List<Path> entries) throws IOException {
        List<Path> unfinished = new ArrayList<>();
        for (Path entry : entries) {
            if (entry.getFileName().toString().contains(NEW) && age(entry).compareTo(UNFINISHED_LIFE) > 0) {
                unfinished.add(entry);
            }
        }
        if (isOld(entries)) {
            try (FileLock lock = tryOwn(place(key))) {
                remove(lock == null ? unfinished : entries);
            }
        } else {
            remove(unfinished);
        }
    }

    private static void remove(List<Path> entries) throws IOException {
        for (Path entry : entries) {
            DirectoryHandle.delete(entry);
        }
    }
}
