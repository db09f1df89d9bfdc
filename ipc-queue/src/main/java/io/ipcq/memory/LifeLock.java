// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A locked file that says that its holder lives. The kernel unlocks it when the process ends, in whatever way it ends.
 *
 * <p>From a second after it was taken, nothing else that the same JVM does to the file unlocks it, such as copying it.
 * Where no native calls can be made, it is locked again within a hundredth of a second; see {@link Members#secure}.
 *
 * <p>Thread-safe; process-safe.
 */
public final class LifeLock implements AutoCloseable {

    private static final long PLACE = 0;

    /** There is no word through which to ask, so the holder answers all the time. */
    private static final LockPair.Doubt ALWAYS = new LockPair.Doubt() {
        @Override
        public boolean isRaised() {
            return true;
        }

        @Override
        public void allow() {}
    };

    private final LockFile file;
    private final LockPair locks;
    private boolean leftFile; // guarded by this

    private LifeLock(LockFile file, LockPair locks) {
        this.file = file;
        this.locks = locks;
    }

    /** Locks a file, which is made with mode 0600 if it is not there; null if another holds it. */
    public static @Nullable LifeLock tryTake(Path path) throws IOException {
        LockFile file = LockFile.open(
                DirectoryHandle.byName(path.resolveSibling("")),
                path.getFileName().toString());
        LockPair locks = null;
        LifeLock taken = null;
        try {
            locks = LockPair.tryTake(path, file, PLACE, ALWAYS);
            if (locks != null) {
                LockKeeper.keep(locks);
                taken = new LifeLock(file, locks);
            }
            return taken;
        } finally {
            if (taken == null) {
                leave(file, locks);
            }
        }
    }

    /** Whether somebody in another process holds the file that is open here; true where the system cannot say. */
    public static boolean isTaken(FileChannel file) {
        return free(List.of(file)).isEmpty();
    }

    /** Those of some files, open here, that nobody in another process holds. It takes no longer than for one file. */
    public static List<FileChannel> free(Collection<FileChannel> files) {
        List<FileChannel> free = unlocked(files);
        for (int round = 0; !free.isEmpty() && round < LockPair.ROUNDS; round++) {
            LockPair.awaitRound();
            free = unlocked(free);
        }
        return free;
    }

    /** Keeps others from taking a file that is open here; null if somebody has. */
    static @Nullable FileLock tryKeepFree(FileChannel file) throws IOException {
        try {
            return file.tryLock(PLACE, 1, true);
        } catch (OverlappingFileLockException taken) {
            return null;
        }
    }

    private static List<FileChannel> unlocked(Collection<FileChannel> files) {
        List<FileChannel> unlocked = new ArrayList<>(); // no stream: see PrivateFiles
        for (FileChannel file : files) {
            if (!isLocked(file)) {
                unlocked.add(file);
            }
        }
        return unlocked;
    }

    private static boolean isLocked(FileChannel file) {
        return isLocked(file, PLACE) || isLocked(file, PLACE + LockPair.SECOND);
    }

    private static boolean isLocked(FileChannel file, long position) {
        try (FileLock lock = file.tryLock(position, 1, true)) {
            return lock == null;
        } catch (OverlappingFileLockException | IOException unknown) {
            return true;
        }
    }

    private static void leave(LockFile file, @Nullable LockPair locks) {
        try {
            if (locks != null) {
                locks.close();
            }
        } finally {
            file.close(() -> PLACE);
        }
    }

    /** Unlocks; once is enough, and it may be called again if it failed. */
    @Override
    public synchronized void close() {
        try {
            locks.close();
        } finally {
            if (!leftFile) {
                file.leave();
                leftFile = true;
            }
            file.closeIfUnused(() -> PLACE);
        }
    }
}
