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
 * Two locked bytes of a file that say that their holder lives. The kernel unlocks them when the holder's process ends,
 * in whatever way it ends. Nothing that this process does to the file unlocks both. Thread-safe.
 */
final class LockPair {

    /*
     * Idea
     *   The first lock is the JDK's. A process loses all such locks on a file when it closes any descriptor of that
     *   file: when it copies the directory, for instance. The second lock belongs to a descriptor that nothing else
     *   closes. It takes native calls, which LockKeeper has loaded a second later at the latest.
     *   Where the second lock cannot be had, a process that finds both bytes unlocked asks the holder, and waits before
     *   it looks again. The holder checks every 10 ms whether it is asked. If so, it locks its other byte by a new lock
     *   of the JDK's, and unlocks the one that it may have lost. The JDK would not lock that one again, because it
     *   takes it for locked. Only there a clock decides.
     *
     * References
     *   fcntl(2), "Advisory record locking", "Open file description locks"; see LockFile and LockDescriptor.
     */

    /** How a holder that has only one lock is found by those who doubt that it lives. */
    interface Doubt {

        /** Whether somebody has found both bytes unlocked. */
        boolean isRaised();

        /** Says that there will be no second lock, so that others ask before they take the holder for dead. */
        void allow();
    }

    /** How far the second byte is behind the first. */
    static final long SECOND = 1L << 30;

    /** How often a holder looks whether it is asked. */
    static final long ROUND_MILLIS = 10;

    /** After how many rounds the holder counts as dead. */
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

    /** Gives holders with only one lock time to answer; an interrupt does not shorten it. */
    static void awaitRound() {
        long end = Deadline.in(ROUND_MILLIS, TimeUnit.MILLISECONDS);
        while (!Deadline.hasPassed(end)) {
            LockSupport.parkNanos(Deadline.remainingNanos(end));
        }
    }

    /** Takes the second lock; false if it cannot be had, which others are then told. */
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

    /** Locks the other byte before it unlocks this one, so that one is locked at any time. */
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
