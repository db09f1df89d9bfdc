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
 * A directory of this user among the temporary files, 0700, which all of the user's programs find: for what is made
 * once and serves them all.
 *
 * <p>Thread-safe; process-safe.
 */
final class CacheDirectory {
    /*
     *   <prefix><user>/        where somebody else has taken that name, it goes on with "-" and a random number
     *     <key>, <key>.<...>   what is kept under a key, in which there is no dot
     *     <key>.<...>.new<...> what is being made, to be renamed when it is whole
     *     locks                a byte for each key, locked, shared, by the processes that use what is kept under it
     *
     * Sweep. What nobody has begun to use for a month goes if its byte can be locked by who removes it, as the kernel
     * unlocks those of a process that has ended. Two keys may share a byte: then both stay while one is used. What was
     * not finished a day ago goes, too.
     *
     * The file of locks stays open until this JVM ends, as all locks on it would fall with the first descriptor that is
     * closed.
     */

    private static final String LOCKS = "locks";
    private static final String NEW = ".new";
    private static final Duration UNFINISHED_LIFE = Duration.ofDays(1);
    private static final Duration UNUSED_LIFE = Duration.ofDays(30);
    private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();

    /** How far the byte of who makes something is behind that of its users. */
    private static final long MAKING = 1L << 32;

    // both guarded by the class
    private static final Map<Path, FileChannel> OPEN = new HashMap<>();
    /** To the JDK, a lock that nobody refers to any more is none. */
    private static final List<FileLock> HELD = new ArrayList<>();

    private final Path path;

    private CacheDirectory(Path path) {
        this.path = path;
    }

    /** Finds it, or makes it. */
    static CacheDirectory of(Path base, String prefix) throws IOException {
        Path directory = base.resolve(prefix + ownName());
        try {
            PrivateFiles.createDirectory(directory);
            return new CacheDirectory(directory);
        } catch (RegionFormatException | FileAlreadyExistsException squatted) {
            return new CacheDirectory(another(directory));
        }
    }

    /** The one that {@link #of} would find first; null if there is none of this user. */
    static @Nullable CacheDirectory existing(Path base, String prefix) throws IOException {
        Path directory = base.resolve(prefix + ownName());
        boolean isOwn = Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS) && PrivateFiles.isOwn(directory);
        return isOwn ? new CacheDirectory(directory) : null;
    }

    /**
     * Anybody may have taken a name that everybody knows: then one that nobody can guess is used, and found again by
     * its owner.
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

    /** Only tells the directories of several users apart; whose a directory is, its owner says. */
    private static String ownName() {
        return System.getProperty("user.name", "").replaceAll("[^A-Za-z0-9_-]", "_");
    }

    Path path() {
        return path;
    }

    /** Keeps what is kept under a key from sweepers, until this JVM ends. To be called before it is looked for. */
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

    /** So that only one makes something; null if another is at it. */
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

    /** Removes what is too old. What cannot be removed is left, for the next one: this never fails. */
    void sweep() {
        try {
            for (Map.Entry<String, List<Path>> kept : byKey().entrySet()) {
                sweep(kept.getKey(), kept.getValue());
            }
        } catch (IOException | RuntimeException stays) {
            // another process is at it, or the directory cannot be read
        }
    }

    /** What {@link #sweep} removes unless somebody uses it still. */
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
