// SPDX-License-Identifier: Apache-2.0
package io.ipcq.test;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The places at which an error can come up in the woven classes; counted in the threads under test, and at the n-th one
 * it does.
 *
 * <p>Points are: the entry of a method of ours; each call that leaves our code, before it and after its return; each
 * allocation. A place that is passed often, as in a loop, counts {@value #VISITS} times only.
 *
 * <p>No points are where nothing can fail. What is compiled to instructions ({@code VarHandle}, {@code Math}) neither
 * calls nor allocates. A call that leaves our code and hands over something to be closed, or a lock, does that last, so
 * there is no point after it; and the call that closes or unlocks it allocates nothing, and needs less stack than the
 * one that took it, so there is none before that, nor at the entry of those methods of ours that close and unlock; nor
 * at that of a thread's first method, which has the whole stack. What implements an interface of another library has no
 * points, for they would be in the middle of what that library does. A static initialiser, and what it calls, has no
 * points, because a class that fails there is lost to the JVM, whatever anybody does.
 */
public final class FaultPoints {

    /** A property with the name of a file, in which is written where an error came up. */
    public static final String REPORT = "ipcq.fault.report";

    private static final int VISITS = 6;
    private static final int MOST_SITES = 1 << 16;

    private static final List<String> SITES = new ArrayList<>(); // guarded by the class
    private static final ThreadLocal<int[]> INITIALISING = ThreadLocal.withInitial(() -> new int[1]);
    private static volatile @Nullable Run armed;

    private FaultPoints() {}

    /**
     * What was counted, and what came up.
     *
     * @param count how many points have been passed
     * @param site where the error came up; empty if the n-th point was not reached
     * @param thrown the error; null if the n-th point was not reached
     */
    public record Outcome(int count, String site, @Nullable Throwable thrown) implements Serializable {}

    /** What has come up since somebody armed, and how much was counted until then. */
    private abstract static class Run {

        private final Predicate<Thread> concerned;
        private final FaultKind kind;
        private @Nullable Throwable thrown; // guarded by this, as is all that follows
        private String site = "";
        private boolean isOver;

        private Run(Predicate<Thread> concerned, FaultKind kind) {
            this.concerned = concerned;
            this.kind = kind;
        }

        /** Whether an error comes up at a place that is passed. */
        abstract boolean isReached(int number);

        int counted() {
            return 0;
        }

        private void pass(int number) {
            if (INITIALISING.get()[0] > 0 || !isReached(number)) {
                return;
            }
            Throwable fault = begin(number);
            if (fault != null) {
                report(nameOf(number));
                FaultPoints.<RuntimeException>sneak(fault);
            }
        }

        private synchronized @Nullable Throwable begin(int number) {
            if (isOver) {
                return null;
            }
            site = nameOf(number);
            thrown = kind.create("made by a test, at " + describe() + site);
            return thrown;
        }

        /** No error comes up from now on of which this does not tell. */
        private synchronized Outcome end() {
            isOver = true;
            return new Outcome(counted(), site, thrown);
        }

        String describe() {
            return "";
        }
    }

    /**
     * One count, from the first point to the one at which the error comes up, and those after it in the same thread.
     */
    private static final class Counting extends Run {

        private final int n;
        private final AtomicInteger count = new AtomicInteger();
        private final AtomicInteger left;
        private final AtomicIntegerArray visits = new AtomicIntegerArray(MOST_SITES);
        private volatile @Nullable Thread struck;

        private Counting(Predicate<Thread> concerned, int n, int inARow, FaultKind kind) {
            super(concerned, kind);
            this.n = n;
            this.left = new AtomicInteger(inARow - 1);
        }

        @Override
        boolean isReached(int number) {
            if (struck != null) {
                return struck == Thread.currentThread() && left.getAndDecrement() > 0;
            }
            if (visits.incrementAndGet(number) > VISITS || count.incrementAndGet() != n) {
                return false;
            }
            struck = Thread.currentThread();
            return true;
        }

        @Override
        int counted() {
            return count.get();
        }

        @Override
        String describe() {
            return "point " + n + ": ";
        }
    }

    /** Errors at places of a certain name. */
    private static final class Named extends Run {

        private final Predicate<String> sites;
        private final AtomicInteger left;

        private Named(Predicate<Thread> concerned, Predicate<String> sites, int times, FaultKind kind) {
            super(concerned, kind);
            this.sites = sites;
            this.left = new AtomicInteger(times);
        }

        @Override
        boolean isReached(int number) {
            return sites.test(nameOf(number)) && left.getAndDecrement() > 0;
        }
    }

    /** Counts in some threads from now on; the error comes up at the n-th point, and at none if n is 0. */
    public static void arm(Predicate<Thread> concerned, int n, FaultKind kind) {
        arm(concerned, n, 1, kind);
    }

    /**
     * The same, and so many errors in a row come up in that thread: what is done about the first one meets the second.
     */
    public static void arm(Predicate<Thread> concerned, int n, int inARow, FaultKind kind) {
        armed = new Counting(concerned, n, inARow, kind);
    }

    /** Lets an error come up wherever some threads pass a place with a certain name, so often. */
    public static void armAt(Predicate<Thread> concerned, Predicate<String> sites, int times, FaultKind kind) {
        armed = new Named(concerned, sites, times, kind);
    }

    /** Counts no more; nothing was counted if nobody armed. */
    public static Outcome disarm() {
        Run run = armed;
        armed = null;
        return run == null ? new Outcome(0, "", null) : run.end();
    }

    /** For one who may not live to tell: where the error came up stands in the file that was asked for. */
    private static void report(String site) {
        String file = System.getProperty(REPORT);
        if (file != null) {
            try {
                Files.writeString(Path.of(file), site);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static synchronized int register(String site) {
        SITES.add(site);
        if (SITES.size() == MOST_SITES) {
            throw new IllegalStateException("more than " + MOST_SITES + " places");
        }
        return SITES.size() - 1;
    }

    private static synchronized String nameOf(int site) {
        return SITES.get(site);
    }

    // ---- called by what was woven in --------------------------------------------------------------------------------

    public static void pass(int site) {
        Run run = armed;
        if (run != null && run.concerned.test(Thread.currentThread())) {
            run.pass(site);
        }
    }

    public static void enterInitialiser() {
        INITIALISING.get()[0]++;
    }

    public static void leaveInitialiser() {
        INITIALISING.get()[0]--;
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable fault) throws T {
        throw (T) fault;
    }
}
