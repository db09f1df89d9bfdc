// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import io.ipcq.memory.Kernel.SystemCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Two locked bytes of a file, by which others know that their holder lives: the kernel unlocks them when its process ends,
 * however it ends, and nothing that this process does to the file does. Thread-safe.
 */
final class LockPair {

    /*
     * Idea
     *   The first lock is the JDK's. All that a process has of those on a file fall when it closes any descriptor of that
     *   file: when it copies the directory, say. The second one belongs to a descriptor that nothing else closes. It takes native calls,
     *   which LockKeeper has loaded a second later at the latest.
     *   Where it cannot be had, the holder is asked by whoever finds both bytes unlocked, who then waits before he looks once
     *   more. The holder looks every 10 ms whether it is asked. If so, it locks its other byte by a new lock of the JDK's,
     *   and unlocks the one that it may have lost, and that the JDK would not lock again, as it takes it for locked. Only
     *   there a clock decides.
     *
     * References
     *   fcntl(2), "Advisory record locking", "Open file description locks"; see LockFile and LockDescriptor.
     */

    /** How a holder that has only one lock is found by those who doubt that it lives. */
    interface Doubt {

        /** Whether somebody has found both bytes unlocked. */
        boolean isRaised();

        /** There will be no second lock, so its life may be doubted. */
        void allow();
    }

    /** How far the second byte is behind the first. */
    static final long SECOND = 1L << 30;

    /** How often a holder looks whether it is asked. */
    static final long ROUND_MILLIS = 10;

    /** In how many rounds it is believed to be dead. */
    static final int ROUNDS = 8;

    private final Path path; // by which it was found: others here may have found the file before it got that name
    private final LockFile file;
    private final long place;
    private final Doubt doubt;
    private @Nullable FileLock first; // guarded by this, as is all that follows; null before it is taken
    private boolean second;
    private boolean closed;

    private LockPair(Path path, LockFile file, long place, Doubt doubt) {
        this.path = path;
        this.file = file;
        this.place = place;
        this.doubt = doubt;
    }

    /** Null if another holds the first of the two bytes, or looks at it just now. */
    static @Nullable LockPair tryTake(Path path, LockFile file, long place, Doubt doubt) throws IOException {
        LockPair pair = new LockPair(path, file, place, doubt); // before there is anything that it would have to unlock
        pair.first = file.tryOwn(place);
        return pair.first == null ? null : pair;
    }

    /** Whether nobody, here or elsewhere, holds a pair at any place from the first to the last. */
    static boolean areFree(LockFile file, long firstPlace, long lastPlace) {
        return file.isFree(firstPlace, lastPlace) && file.isFree(firstPlace + SECOND, lastPlace + SECOND);
    }

    /** Gives those who have only one lock time to answer, whatever interrupts it. */
    static void awaitRound() {
        long nanos = TimeUnit.MILLISECONDS.toNanos(ROUND_MILLIS);
        long end = System.nanoTime() + nanos;
        for (long rest = nanos; rest > 0; rest = end - System.nanoTime()) {
            LockSupport.parkNanos(rest);
        }
    }

    /** False if the second lock cannot be had, which is told to those who ask. */
    synchronized boolean secure() {
        if (!closed && !second) {
            SystemCall call = Kernel.call();
            second = call != null && file.secure(call, path, place + SECOND);
            if (!second) {
                doubt.allow();
            }
        }
        return second;
    }

    /** Never without one in between. */
    synchronized void answer() {
        FileLock old = first;
        if (closed || old == null || !doubt.isRaised()) {
            return;
        }
        try {
            FileLock again = file.tryOwn(old.position() == place ? place + SECOND : place);
            if (again != null) { // else somebody looks at it just now
                first = again;
                file.release(old);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot lock again: " + path, e);
        }
    }

    /** Unlocks; once is enough, and it may be called again if it failed. The file stays open. */
    synchronized void close() {
        closed = true;
        try {
            LockKeeper.forget(this);
        } finally {
            unlock();
        }
    }

    private void unlock() {
        try {
            if (second) {
                file.unsecure(place + SECOND);
                second = false;
            }
        } finally {
            if (first != null) {
                file.release(first);
            }
        }
    }
}
