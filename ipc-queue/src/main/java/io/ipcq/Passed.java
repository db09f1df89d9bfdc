// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A thing that was passed to this process, and that nobody here can be expected to close. It is detached when nothing
 * refers to it any more, and when it is found to be gone.
 *
 * <p>Thread-safe. Process-safe: not applicable, each process has its own. Survives a crash: not applicable.
 */
public final class Passed {

    /*
     * Idea. The garbage collector finds what nothing refers to. It runs when the heap fills, but does not see what
     * small objects stand for: mappings, descriptors and names of a manager. So it is asked to run where there are many
     * of them, and by threads that have time.
     */

    /** More than this, beyond those that the last collection has left, and the next one is asked for. */
    private static final int MOST = 1_000;

    private static final Set<Passed> ALL = ConcurrentHashMap.newKeySet();
    private static final AtomicInteger LIMIT = new AtomicInteger(MOST);
    private static final AtomicInteger DETACHED = new AtomicInteger();
    private static final AtomicInteger UNTIL_LOOK = new AtomicInteger(1);

    /** Made by the first who needs it, and again by the next if there was no thread for it. */
    private static @Nullable Cleaner cleaner; // guarded by the class

    private final WeakReference<Attached> attached;
    private final Cleaner.Cleanable cleanable;

    /** Null when that is over: the thread of the cleaner may go on to refer to this. */
    private volatile @Nullable Runnable detach;

    private Passed(Attached attached, Runnable detach) {
        this.attached = new WeakReference<>(attached);
        this.detach = detach;
        this.cleanable = cleaner().register(attached, this::detach);
    }

    private static synchronized Cleaner cleaner() {
        Cleaner made = cleaner;
        if (made == null) {
            made = Cleaner.create();
            cleaner = made;
        }
        return made;
    }

    /**
     * Begins to watch.
     *
     * @param detach does what {@link Attached#close} would; must not refer to what it is for
     */
    public static Passed watch(Attached attached, Runnable detach) {
        Passed passed = new Passed(attached, detach);
        ALL.add(passed);
        if (UNTIL_LOOK.decrementAndGet() == 0) {
            dropGone();
        }
        int limit = LIMIT.get();
        if (ALL.size() > limit && LIMIT.compareAndSet(limit, 2 * limit)) {
            System.gc();
            LIMIT.set(ALL.size() + MOST);
        }
        return passed;
    }

    private void detach() {
        Runnable action = detach;
        detach = null;
        try {
            if (action != null) {
                action.run();
            }
        } finally {
            ALL.remove(this);
            DETACHED.incrementAndGet();
        }
    }

    /** Ends the watch: it was closed. */
    public void forget() {
        detach = null;
        cleanable.clean();
    }

    /** How many were detached so far, in whatever way: of each the memory goes with the next collections. */
    public static int detached() {
        return DETACHED.get();
    }

    /** Whether something that nothing refers to is about to be detached. */
    public static boolean isDetaching() {
        return ALL.stream().anyMatch(passed -> passed.attached.get() == null);
    }

    /** Detaches what is gone, though somebody here may still refer to it. */
    public static void dropGone() {
        ALL.forEach(Passed::dropIfGone);
        UNTIL_LOOK.set(Math.max(1, ALL.size())); // as many steps as things to look at: each costs little
    }

    private void dropIfGone() {
        Attached there = attached.get();
        try {
            if (there != null && there.isClosed()) {
                there.close();
            }
        } catch (RuntimeException | InternalError e) {
            // it stays as it is until its holder closes it
        }
    }
}
