// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import io.ipcq.memory.Kernel.SystemCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A file of which bytes are locked. It is opened once, however many users in this JVM it has. */
final class LockFile {

    /*
     * Idea
     *   To the kernel, a record lock belongs to the process. All of them are dropped when the process closes any
     *   descriptor of the file. So there is one descriptor for all users, and the last user closes it. This class
     *   cannot see what other code in this JVM opens and closes, so there is a second descriptor, whose locks are its
     *   own. The same classes may be loaded twice in a JVM, and then there are two descriptors. All of them share the
     *   JDK's own table of locks, and the monitor, which is an interned string. Before a descriptor is closed, that
     *   table is asked for locks of others, while the monitor is held under which the number of possible locks was
     *   counted. If there are any, the descriptor stays open until the JVM ends.
     *
     * Visibility
     *   Everything is under the one monitor: a test that meets another test of the same JVM would take it for a holder.
     *   Only tryLock is used, which an interrupt does not disturb. An interrupt of a blocking lock would close the
     *   channel.
     *
     * References
     *   fcntl(2), "Advisory record locking"; java.nio.channels.FileLock, "Platform dependencies".
     */

    static final Object MONITOR_OF_JVM = "io.ipcq.memory.LockFile".intern();

    private static final Map<Object, LockFile> OPEN =
            new HashMap<>(); // by identity of the file; guarded by the monitor
    private static final Set<OpenOption> READ_WRITE = Set.of(
            StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private final Path path;
    private final Object identity;
    private final FileChannel channel;
    /** Opened by the first who locks by it. */
    private @Nullable LockDescriptor descriptor; // guarded by the monitor

    private int users; // guarded by the monitor
    private boolean done; // closed, or kept until the JVM ends; guarded by the monitor

    private LockFile(Path path, Object identity, FileChannel channel) {
        this.path = path;
        this.identity = identity;
        this.channel = channel;
    }

    /** Opens, and creates if need be; one {@link #close} for each. */
    static LockFile open(DirectoryHandle directory, String name) throws IOException {
        synchronized (MONITOR_OF_JVM) {
            LockFile found = find(directory, name);
            LockFile lockFile = found == null ? openFirst(directory, name) : found;
            lockFile.users++;
            return lockFile;
        }
    }

    private static @Nullable LockFile find(DirectoryHandle directory, String name) throws IOException {
        Object identity;
        try {
            identity = directory.key(name);
        } catch (NoSuchFileException e) {
            return null;
        }
        LockFile lockFile = OPEN.get(identity);
        if (lockFile != null && lockFile.channel.isOpen()) {
            return lockFile;
        }
        directory.requireOwnFile(name);
        return null;
    }

    private static LockFile openFirst(DirectoryHandle directory, String name) throws IOException {
        LockFile opened = null;
        FileChannel channel = directory.openFile(name, READ_WRITE);
        try {
            LockFile lockFile = new LockFile(directory.path().resolve(name), directory.key(name), channel);
            OPEN.put(lockFile.identity, lockFile);
            opened = lockFile;
            return opened;
        } finally {
            if (opened == null) {
                channel.close();
            }
        }
    }

    /** Locks one byte for good; null if another holds it or looks at it just now. */
    @Nullable
    FileLock tryOwn(long position) throws IOException {
        synchronized (MONITOR_OF_JVM) {
            try {
                return channel.tryLock(position, 1, false);
            } catch (OverlappingFileLockException e) {
                return null;
            }
        }
    }

    /**
     * Locks one byte by a descriptor that nothing else here closes; false if that cannot be had.
     *
     * @param call loaded outside of the monitor
     * @param name by which the file can be found
     */
    boolean secure(SystemCall call, Path name, long position) {
        synchronized (MONITOR_OF_JVM) {
            if (descriptor == null) {
                descriptor = LockDescriptor.open(call, name, identity);
            }
            return descriptor != null && descriptor.lock(position);
        }
    }

    /** Once is enough; may be called again if it failed. */
    void unsecure(long position) {
        synchronized (MONITOR_OF_JVM) {
            if (descriptor != null && !descriptor.unlock(position)) {
                throw new UncheckedIOException(new IOException("cannot unlock " + path));
            }
        }
    }

    /** Whether nobody, here or elsewhere, has locked any byte from the first to the last. */
    boolean isFree(long first, long last) {
        synchronized (MONITOR_OF_JVM) {
            try {
                FileLock lock = channel.tryLock(first, last - first + 1, true);
                if (lock == null) {
                    return false;
                }
                lock.release();
                return true;
            } catch (OverlappingFileLockException e) {
                return false;
            } catch (IOException e) {
                throw new UncheckedIOException("cannot test the locks of " + path, e);
            }
        }
    }

    /** Once is enough; may be called again if it failed. */
    void release(FileLock lock) {
        synchronized (MONITOR_OF_JVM) {
            try {
                if (lock.isValid()) {
                    lock.release();
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot unlock " + path, e);
            }
        }
    }

    /** Leaves the file to its other users, and closes it if there are none. */
    void close(LongSupplier last) {
        leave();
        closeIfUnused(last);
    }

    /**
     * Leaves the file to its other users. Call it once, and then {@link #closeIfUnused}, which may be called again if
     * it failed.
     */
    void leave() {
        synchronized (MONITOR_OF_JVM) {
            users--;
        }
    }

    /** @param last gives the last place that may be in use, when nobody of this JVM can take another one */
    void closeIfUnused(LongSupplier last) {
        synchronized (MONITOR_OF_JVM) {
            if (users == 0 && !done) {
                if (channel.isOpen() && isLockedByOtherClassLoader(last.getAsLong())) {
                    if (descriptor != null) {
                        descriptor.unlockAll(); // and stays open, too
                        descriptor = null;
                    }
                    keepUntilEnd(channel);
                } else {
                    if (descriptor != null) {
                        descriptor.close(); // with all locks of it that an Error has left
                        descriptor = null;
                    }
                    closeChannel();
                }
                done = true;
                OPEN.remove(identity, this);
            }
        }
    }

    private void closeChannel() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close " + path, e);
        }
    }

    private boolean isLockedByOtherClassLoader(long last) {
        return isLockedByOtherClassLoader(0, last) || isLockedByOtherClassLoader(LockPair.SECOND, last);
    }

    /**
     * Asks for places that are in use, and no more: a process that joins would take the places after them for taken.
     */
    private boolean isLockedByOtherClassLoader(long first, long last) {
        try {
            FileLock lock = channel.tryLock(first, last + 1, true);
            if (lock != null) {
                lock.release();
            }
            return false;
        } catch (OverlappingFileLockException e) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot test the locks of " + path, e);
        }
    }

    /**
     * Makes it reachable through types of the JDK only, so that the class loader of this class may still be unloaded.
     */
    private static void keepUntilEnd(FileChannel channel) {
        Thread nothing = LastingThread.make(null, "ipcq-nothing");
        Thread keeper = LastingThread.make(new FutureTask<>(nothing, channel), "ipcq-lock-file");
        try {
            Runtime.getRuntime().addShutdownHook(keeper);
        } catch (IllegalStateException e) {
            // the JVM is ending
        }
    }
}
