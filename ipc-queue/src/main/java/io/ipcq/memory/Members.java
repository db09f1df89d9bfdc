// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Path;

/**
 * Who uses a region, and who of them still lives, according to the kernel.
 *
 * <p>Each member holds a lock on one byte of an empty file, and the kernel drops it when the process ends, however it
 * ends. No process numbers are compared, so members may live in different containers. A stopped process is alive.
 *
 * <p>Thread-safe; process-safe. When a process dies, its members are gone within the same instant for everybody else.
 */
public final class Members implements AutoCloseable {

    /*
     * Idea
     *   A word of the region counts the members that ever joined; the number of a member is its place in that count, and
     *   never used again. Member n locks byte n of the file (there need not be any bytes to lock).
     *     join:    n = count + 1; lock byte n exclusively, or try n + 1; CAS count -> n, or unlock and start again
     *     isAlive: try a shared lock on byte n; got it: nobody is there
     *   First locked, then counted: a number that is counted and not locked is dead, and stays so. A joiner never waits for
     *   another one, who may be stopped between the two.
     *   The dead are told from the living by ranges: one shared lock says that a thousand are dead.
     *
     * Visibility
     *   The number is counted by a CAS after the lock is held, so who reads the number, there or in a mutex word, finds the
     *   lock. Testing with a shared lock lets any number of testers, also stopped ones, agree; an exclusive test would look
     *   like life to the others.
     *
     * Crash
     *   A joiner that dies before the CAS leaves nothing; after it, a dead number.
     *
     * References
     *   fcntl(2), "Advisory record locking"; docs/models/members.pml; see LockFile for what the locks of one JVM share.
     */

    /** Numbers fit beside a flag in 4 bytes, and leave room for reserved ones. */
    static final int MAX_NUMBER = (1 << 30) - 1;

    private final LockFile lockFile;
    private final MappedRegion region;
    private final long countOffset;
    private final int number;
    private final FileLock lock;
    private volatile int allDeadBelow = 1; // only ever grows: a dead number never comes back
    private boolean closed; // guarded by this

    private Members(LockFile lockFile, MappedRegion region, long countOffset, int number, FileLock lock) {
        this.lockFile = lockFile;
        this.region = region;
        this.countOffset = countOffset;
        this.number = number;
        this.lock = lock;
    }

    /**
     * Becomes a member.
     *
     * @param lockFile made if it is not there; opened by nothing else in this JVM, or the locks are lost
     * @param nextNumberOffset of a 4-byte word of the region that is zero to begin with
     */
    public static Members join(Path lockFile, MappedRegion region, long nextNumberOffset) throws IOException {
        return join(DirectoryHandle.byName(lockFile.resolveSibling("")), nameOf(lockFile), region, nextNumberOffset);
    }

    private static String nameOf(Path file) {
        return file.getFileName().toString();
    }

    /** Becomes a member, with a lock file in a directory that is held. */
    public static Members join(DirectoryHandle directory, String lockFile, MappedRegion region, long nextNumberOffset)
            throws IOException {
        synchronized (LockFile.MONITOR_OF_JVM) { // so that nobody of this JVM takes the lock for one of a stranger
            LockFile opened = LockFile.open(directory, lockFile);
            try {
                return join(opened, region, nextNumberOffset);
            } catch (Throwable e) {
                opened.close(region.getIntVolatile(nextNumberOffset));
                throw e;
            }
        }
    }

    private static Members join(LockFile lockFile, MappedRegion region, long countOffset) throws IOException {
        while (true) {
            int count = count(region, countOffset);
            int number = count + 1;
            FileLock lock = lockFile.tryOwn(number);
            while (lock == null) {
                lock = lockFile.tryOwn(++number);
            }
            if (number <= MAX_NUMBER && region.compareAndSetInt(countOffset, count, number)) {
                return new Members(lockFile, region, countOffset, number, lock);
            }
            lockFile.release(lock);
            if (number > MAX_NUMBER) {
                throw new RegionFormatException(
                        region.file(), "no member numbers are left: count=" + count + "; create it anew");
            }
        }
    }

    private static int count(MappedRegion region, long countOffset) throws RegionFormatException {
        int count = region.getIntVolatile(countOffset);
        if (count < 0 || count > MAX_NUMBER) {
            throw new RegionFormatException(
                    region.file(),
                    "the count of members at offset=" + countOffset + " is damaged: expected=0 to " + MAX_NUMBER
                            + ", found=" + count);
        }
        return count;
    }

    /** Number of this member, 1 or greater, which no other member ever had or will have. */
    public int number() {
        return number;
    }

    /** Whether the member of that number is there; a system call, unless it is this one or known to be dead. */
    public boolean isAlive(int number) {
        if (number == this.number) {
            return true;
        }
        return number >= allDeadBelow && !lockFile.isFree(number, number);
    }

    /** How many members there are, with this one. */
    public int countAlive() {
        return scan(Integer.MAX_VALUE);
    }

    /** Whether there is a member besides this one. */
    public boolean anyOtherAlive() {
        return scan(2) > 1;
    }

    /** Whether there is a member besides this one whose number is not greater than {@code last}. */
    public boolean anyOtherAlive(int last) {
        int below = Math.min(last, number - 1);
        return (below > 0 && !lockFile.isFree(1, below)) || (last > number && !lockFile.isFree(number + 1, last));
    }

    /** Whether there is any member at all, for somebody who is none; the file need not be there. */
    public static boolean anyAlive(Path lockFile, MappedRegion region, long nextNumberOffset) throws IOException {
        return anyAlive(
                DirectoryHandle.byName(lockFile.resolveSibling("")), nameOf(lockFile), region, nextNumberOffset);
    }

    /** The same of a lock file in a directory that is held. */
    public static boolean anyAlive(
            DirectoryHandle directory, String lockFile, MappedRegion region, long nextNumberOffset) throws IOException {
        int count = count(region, nextNumberOffset);
        if (count == 0 || !directory.has(lockFile)) {
            return false;
        }
        LockFile opened = LockFile.open(directory, lockFile);
        try {
            return !opened.isFree(1, count);
        } finally {
            opened.close(count);
        }
    }

    private int scan(int enough) {
        int last = region.getIntVolatile(countOffset);
        Scan scan = new Scan(lockFile, enough);
        scan.visit(allDeadBelow, last);
        allDeadBelow = Math.max(allDeadBelow, Math.min(scan.firstAlive, last + 1));
        return scan.alive;
    }

    /** Halves a range of numbers until every part is all dead or one member that lives. */
    private static final class Scan {
        private final LockFile lockFile;
        private final int enough;
        int alive;
        int firstAlive = Integer.MAX_VALUE;

        Scan(LockFile lockFile, int enough) {
            this.lockFile = lockFile;
            this.enough = enough;
        }

        void visit(int from, int to) {
            if (from > to || alive >= enough || lockFile.isFree(from, to)) {
                return;
            }
            if (from == to) {
                alive++;
                firstAlive = Math.min(firstAlive, from);
                return;
            }
            int middle = from + (to - from) / 2;
            visit(from, middle);
            visit(middle + 1, to);
        }
    }

    /** Leaves; once is enough. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            lockFile.release(lock);
            lockFile.close(region.getIntVolatile(countOffset));
        }
    }

    @Override
    public String toString() {
        return "member " + number + " of " + region.file();
    }
}
