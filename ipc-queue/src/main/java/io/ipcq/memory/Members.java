// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/**
 * The members of a region, and which of them live, according to the kernel.
 *
 * <p>Each member holds locks on two bytes of an empty file, and the kernel drops them when the process ends, however it
 * ends. No process numbers are compared, so members may live in different containers. A stopped process is alive.
 *
 * <p>Thread-safe; process-safe. When a process dies, its members are gone within the same instant for everybody else.
 * What else the same JVM does to the file, such as to copy it, takes no member away: {@link #secure} says from when on.
 */
public final class Members implements AutoCloseable {

    /*
     * Idea
     *   A word of the region counts the members that ever joined; the number of a member is its place in that count,
     *   and never used again. Member n has byte n of the file, and another one (there need not be any bytes to lock).
     *     join:    n = count + 1; lock byte n exclusively, or try n + 1; CAS count -> n, or unlock and start again;
     *              lock the other byte
     *     isAlive: try a shared lock on byte n, then on the other one; got both: nobody is there
     *   First locked, then counted: a number that is counted and not locked is dead, and stays so. A joiner never waits
     *   for another one, who may be stopped between the two.
     *   The dead are told from the living by ranges: one shared lock says that a thousand are dead.
     *   Where a member cannot have its second lock, a flag beside the count says so, and another one asks it to take
     *   its first again; see LockPair.
     *
     * Visibility
     *   The number is counted by a CAS after the lock is held, so who reads the number, there or in a mutex word, finds
     *   the lock. Testing with a shared lock lets any number of testers, also stopped ones, agree; an exclusive test
     *   would look like life to the others.
     *
     * Crash
     *   A joiner that dies before the CAS leaves nothing; after it, a dead number.
     *
     * References
     *   fcntl(2), "Advisory record locking"; docs/models/members.pml.
     */

    /** Numbers fit beside two flags in 4 bytes that are not negative. */
    static final int MAX_NUMBER = (1 << 29) - 1;

    /** A member joined that has only the first lock. */
    static final int SOME_UNSECURED = 1 << 29;

    /** Those are to take it again. */
    static final int ASKED = 1 << 30;

    private final LockFile lockFile;
    private final MappedRegion region;
    private final long countOffset;
    private final int number;
    private final LockPair locks;
    private volatile int allDeadBelow = 1; // only ever grows: a dead number never comes back
    private boolean leftFile; // guarded by this

    private Members(LockFile lockFile, MappedRegion region, long countOffset, int number, LockPair locks) {
        this.lockFile = lockFile;
        this.region = region;
        this.countOffset = countOffset;
        this.number = number;
        this.locks = locks;
    }

    /**
     * Becomes a member.
     *
     * @param lockFile made if it is not there
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
        PrivateFiles.requireLocal(directory.path().toAbsolutePath());
        Members joined = joinUnsecured(directory, lockFile, region, nextNumberOffset);
        try {
            LockKeeper.keep(joined.locks);
            return joined;
        } catch (Throwable e) {
            joined.close();
            throw e;
        }
    }

    private static Members joinUnsecured(
            DirectoryHandle directory, String lockFile, MappedRegion region, long nextNumberOffset) throws IOException {
        synchronized (LockFile.MONITOR_OF_JVM) { // so that nobody of this JVM takes the lock for one of a stranger
            LockFile opened = LockFile.open(directory, lockFile);
            try {
                return join(directory.path().resolve(lockFile), opened, region, nextNumberOffset);
            } catch (Throwable e) {
                opened.close(() -> last(region, nextNumberOffset));
                throw e;
            }
        }
    }

    private static Members join(Path path, LockFile lockFile, MappedRegion region, long countOffset)
            throws IOException {
        LockPair.Doubt doubt = new Doubt(region, countOffset);
        while (true) {
            int word = region.getIntVolatile(countOffset);
            int count = count(region, countOffset, word);
            int number = count + 1;
            LockPair locks = LockPair.tryTake(path, lockFile, number, doubt);
            while (locks == null) {
                locks = LockPair.tryTake(path, lockFile, ++number, doubt);
            }
            boolean counted = false;
            try {
                Members joined = new Members(lockFile, region, countOffset, number, locks);
                counted = number <= MAX_NUMBER && region.compareAndSetInt(countOffset, word, word - count + number);
                if (counted) {
                    return joined;
                }
            } finally {
                if (!counted) {
                    locks.close();
                }
            }
            if (number > MAX_NUMBER) {
                throw new RegionFormatException(
                        region.file(), "no member numbers are left: count=" + count + "; create it anew");
            }
        }
    }

    private static int count(MappedRegion region, long countOffset, int word) throws RegionFormatException {
        boolean valid = word >= 0 && (word & (SOME_UNSECURED | ASKED)) != ASKED;
        if (!valid) {
            throw new RegionFormatException(
                    region.file(),
                    "the count of members at offset=" + countOffset + " is damaged: expected=0 to " + MAX_NUMBER
                            + ", found=" + word);
        }
        return word & MAX_NUMBER;
    }

    /** The greatest number that may be in use. */
    private static int last(MappedRegion region, long countOffset) {
        return region.getIntVolatile(countOffset) & MAX_NUMBER;
    }

    /** Asks again, for some time, where somebody may have lost its only lock. */
    private static boolean isFound(MappedRegion region, long countOffset, BooleanSupplier question) {
        if (question.getAsBoolean()) {
            return true;
        }
        if ((region.getIntVolatile(countOffset) & SOME_UNSECURED) == 0) {
            return false;
        }
        boolean found = false;
        for (int round = 0; !found && round < LockPair.ROUNDS; round++) {
            setFlag(region, countOffset, ASKED); // each time, for another one who asked may have had its answer
            LockPair.awaitRound();
            found = question.getAsBoolean();
        }
        clearFlag(region, countOffset, ASKED);
        return found;
    }

    /** Of members with one lock. */
    private record Doubt(MappedRegion region, long countOffset) implements LockPair.Doubt {

        @Override
        public boolean isRaised() {
            return (region.getIntVolatile(countOffset) & ASKED) != 0;
        }

        @Override
        public void allow() {
            setFlag(region, countOffset, SOME_UNSECURED);
        }
    }

    private static void setFlag(MappedRegion region, long countOffset, int flag) {
        int word;
        do {
            word = region.getIntVolatile(countOffset);
        } while (!region.compareAndSetInt(countOffset, word, word | flag));
    }

    private static void clearFlag(MappedRegion region, long countOffset, int flag) {
        int word;
        do {
            word = region.getIntVolatile(countOffset);
        } while (!region.compareAndSetInt(countOffset, word, word & ~flag));
    }

    /**
     * Sees to it, before it returns, that nothing but {@link #close} and the end of the process can take this
     * membership away. Without it, that begins about a second after joining.
     *
     * <p>Where no native calls can be made, or with {@code -Dipcq.native=off}, this process may be taken for dead if it
     * is stopped in the hundredth of a second after it closed a descriptor of the file.
     */
    @SuppressWarnings("MethodCanBeStatic") // all are secured together
    public void secure() {
        LockKeeper.secureAll();
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
        if (number < allDeadBelow) {
            return false;
        }
        return isFound(region, countOffset, () -> !LockPair.areFree(lockFile, number, number));
    }

    /** How many members there are, with this one. */
    public int countAlive() {
        int last = last(region, countOffset);
        Scan scan = new Scan(lockFile);
        isFound(region, countOffset, () -> scan.findsAll(allDeadBelow, last));
        allDeadBelow = Math.max(allDeadBelow, Math.min(scan.firstAlive, last + 1));
        return scan.alive;
    }

    /** Whether there is a member besides this one. */
    public boolean anyOtherAlive() {
        return anyOtherAlive(last(region, countOffset));
    }

    /** Whether there is a member besides this one whose number is not greater than {@code last}. */
    public boolean anyOtherAlive(int last) {
        int below = Math.min(last, number - 1);
        return isFound(
                region,
                countOffset,
                () -> (below > 0 && !LockPair.areFree(lockFile, 1, below))
                        || (last > number && !LockPair.areFree(lockFile, number + 1, last)));
    }

    /** Whether there is any member at all, for somebody who is none; the file need not be there. */
    public static boolean anyAlive(Path lockFile, MappedRegion region, long nextNumberOffset) throws IOException {
        return anyAlive(
                DirectoryHandle.byName(lockFile.resolveSibling("")), nameOf(lockFile), region, nextNumberOffset);
    }

    /** The same of a lock file in a directory that is held. */
    public static boolean anyAlive(
            DirectoryHandle directory, String lockFile, MappedRegion region, long nextNumberOffset) throws IOException {
        int count = count(region, nextNumberOffset, region.getIntVolatile(nextNumberOffset));
        if (count == 0 || !directory.has(lockFile)) {
            return false;
        }
        LockFile opened = LockFile.open(directory, lockFile);
        try {
            return isFound(region, nextNumberOffset, () -> !LockPair.areFree(opened, 1, count));
        } finally {
            opened.close(() -> last(region, nextNumberOffset));
        }
    }

    /** Halves a range of numbers until every part is all dead or one member that lives. */
    private static final class Scan {
        private final LockFile lockFile;
        int alive;
        int firstAlive;

        Scan(LockFile lockFile) {
            this.lockFile = lockFile;
        }

        /** Counts those who live; whether all do. */
        boolean findsAll(int from, int to) {
            alive = 0;
            firstAlive = Integer.MAX_VALUE;
            visit(from, to);
            return alive >= to - from + 1;
        }

        private void visit(int from, int to) {
            if (from > to || LockPair.areFree(lockFile, from, to)) {
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

    /** Leaves; once is enough, and it may be called again if it failed. */
    @Override
    public synchronized void close() {
        try {
            locks.close();
        } finally {
            if (!leftFile) {
                lockFile.leave();
                leftFile = true;
            }
            lockFile.closeIfUnused(() -> last(region, countOffset));
        }
    }

    @Override
    public String toString() {
        return "member " + number + " of " + region.file();
    }
}
