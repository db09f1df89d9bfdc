// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import io.ipcq.memory.Kernel.Numbers;
import io.ipcq.memory.Kernel.SystemCall;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A descriptor of a file that locks bytes of it. The locks belong to the descriptor, not to the process.
 *
 * <p>So nothing else that this process opens and closes can drop them, unlike a {@link java.nio.channels.FileLock}. The
 * two kinds of locks exclude each other on the same byte. The locks end when the descriptor is closed, or the process
 * ends. Not thread-safe.
 */
final class LockDescriptor {

    /*
     * Idea
     *   The kernel's "open file description lock". The descriptor is not one of the JDK's, because those do not tell
     *   their number. It is closed at exec, as the JDK's are for a child, so a child process never inherits the locks.
     *   Native code that forks and does not exec shares them, until that process has ended, too.
     *
     * References
     *   fcntl(2), "Open file description locks" (Linux 3.15).
     */

    private static final Path OPEN_FILES = Path.of("/proc/self/fd");

    private static final long CURRENT_DIRECTORY = -100;
    private static final long READ_WRITE = 2;
    private static final long CLOSE_ON_EXEC = 0x80000;
    private static final long SET_LOCK = 37;
    private static final short WRITE_LOCK = 1;
    private static final short UNLOCK = 2;
    /** The kernel's {@code struct flock} of 64 bits: type, whence, 4 bytes nobody uses, start, length, process. */
    private static final int FLOCK_BYTES = 32;

    private static final int START_OFFSET = 8;
    private static final int LENGTH_OFFSET = 16;

    private static final long TO_THE_END = 0;
    private static final long NONE = -1;

    private final SystemCall call;
    private long descriptor = NONE;

    private LockDescriptor(SystemCall call) {
        this.call = call;
    }

    /**
     * Null if it cannot be had.
     *
     * @param file its name, if it has that still
     * @param fileKey of the file that is meant, which this process has open
     */
    static @Nullable LockDescriptor open(SystemCall call, Path file, Object fileKey) {
        LockDescriptor opened = new LockDescriptor(call); // before there is anything that it would have to close
        boolean usable = false;
        try {
            usable = opened.open(file, fileKey) || opened.openUnnamed(fileKey);
            return usable ? opened : null;
        } finally {
            if (!usable) {
                opened.close();
            }
        }
    }

    private boolean open(Path file, Object fileKey) {
        if (!fileKey.equals(keyOf(file))) {
            return false; // to close another one would drop the first locks that are on that
        }
        byte[] name = nativeName(file);
        ByteBuffer text = ByteBuffer.allocateDirect(name.length + 1).put(name);
        try {
            descriptor =
                    call.invoke(Numbers.OPENAT, CURRENT_DIRECTORY, call.addressOf(text), READ_WRITE | CLOSE_ON_EXEC, 0);
        } finally {
            Reference.reachabilityFence(text);
        }
        if (descriptor >= 0 && !fileKey.equals(keyOf(OPEN_FILES.resolve(Long.toString(descriptor))))) {
            close();
        }
        return descriptor >= 0;
    }

    /** Opens a file whose directory was moved or deleted since, through the descriptor that this process has of it. */
    private boolean openUnnamed(Object fileKey) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(OPEN_FILES)) {
            for (Path file : files) {
                if (fileKey.equals(keyOf(file)) && open(file, fileKey)) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // so there is none
        }
        return false;
    }

    /**
     * A name in the encoding that the JDK has for files. A name that it cannot encode leads to no file, or to another
     * one.
     */
    private static byte[] nativeName(Path file) {
        Charset encoding = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        return file.toAbsolutePath().toString().getBytes(encoding);
    }

    private static @Nullable Object keyOf(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null; // closed meanwhile
        }
    }

    /** Locks one byte; false if it cannot be had: another lock is on it, or the kernel has no such locks. */
    boolean lock(long position) {
        return set(WRITE_LOCK, position, 1);
    }

    /** False if the kernel did not do it. */
    boolean unlock(long position) {
        return set(UNLOCK, position, 1);
    }

    /** Unlocks all that it has locked. */
    void unlockAll() {
        set(UNLOCK, 0, TO_THE_END);
    }

    private boolean set(short type, long position, long length) {
        ByteBuffer flock = ByteBuffer.allocateDirect(FLOCK_BYTES)
                .order(ByteOrder.nativeOrder())
                .putShort(0, type)
                .putLong(START_OFFSET, position)
                .putLong(LENGTH_OFFSET, length);
        try {
            return call.invoke(Numbers.FCNTL, descriptor, SET_LOCK, call.addressOf(flock), 0) == 0;
        } finally {
            Reference.reachabilityFence(flock);
        }
    }

    /** Closes the descriptor. May be called again if it failed. */
    void close() {
        if (descriptor >= 0) {
            call.invoke(Numbers.CLOSE, descriptor, 0, 0, 0);
            descriptor = NONE;
        }
    }
}
