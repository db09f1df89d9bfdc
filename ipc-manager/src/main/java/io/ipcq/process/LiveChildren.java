// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.memory.Deadline;
import io.ipcq.memory.LastingThread;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;

/**
 * The children that this JVM started and that still run. When this JVM exits in order, it ends the daemons among them
 * first.
 */
final class LiveChildren {
    /*
     * The end of this JVM. All shutdown hooks run at the same time, and some of them may still need children. Children
     * that must not be ended here (endAtExit) go on until another hook ends them, or until they notice that this JVM is
     * gone. Children with an endGrace get that time. The run directory stays as long as one of the children lives,
     * because they are told to end through it. It is removed with the last child that ends before this JVM. Otherwise
     * it is removed at the very end of this JVM, or by a child that notices that it has no parent.
     */

    /** How long the children's own shutdown hooks may take. */
    private static final long GRACE_NANOS = 2_000_000_000L;

    private static final Set<LiveChild> LIVE = ConcurrentHashMap.newKeySet();

    private static final Set<Runnable> HELPERS = new CopyOnWriteArraySet<>();

    private static boolean hooked;

    private static volatile boolean ending;

    private LiveChildren() {}

    /** Registers the shutdown hook of this JVM. If that fails, the next caller tries again. */
    private static synchronized void hook() {
        if (!hooked) {
            try {
                Runtime.getRuntime().addShutdownHook(LastingThread.make(LiveChildren::endDaemons, "ipcq-shutdown"));
            } catch (IllegalStateException ending) {
                // too late to tidy up: the kernel-held lock ends the daemons
            }
            hooked = true;
        }
    }

    static void add(LiveChild child) {
        hook();
        LIVE.add(child);
    }

    /**
     * Registers {@code end}, which runs when this JVM ends. It ends JVMs that are no children yet, or never become one.
     */
    static void endBefore(Runnable end) {
        hook();
        HELPERS.add(end);
    }

    static List<LiveChild> list() {
        return LIVE.stream().filter(LiveChild::isAlive).toList();
    }

    /** Ends the daemons among the children of a child that was a thread of this JVM. */
    static void killDaemonsOf(String family) {
        list().stream()
                .filter(child -> child.isDaemon() && child.family().startsWith(family + ":"))
                .forEach(LiveChild::kill);
    }

    private static void endDaemons() {
        HELPERS.forEach(Runnable::run);
        List<LiveChild> daemons = LIVE.stream()
                .filter(LiveChild::isEndedAtExit)
                .sorted(Comparator.comparing(LiveChild::endGrace))
                .toList();
        long begin = System.nanoTime();
        for (LiveChild daemon : daemons) {
            long waited = System.nanoTime() - begin;
            daemon.joinOrTerminate(Math.max(0, nanos(daemon.endGrace()) - waited));
        }
        long deadline = System.nanoTime() + GRACE_NANOS;
        for (LiveChild daemon : daemons) {
            daemon.joinOrKill(deadline - System.nanoTime());
        }
        ending = true;
        removeDirectoryAfterLast();
        if (list().stream().allMatch(LiveChild::isDaemon)) {
            RunDirectory.removeMineAfterHooks();
        }
    }

    /**
     * The nanoseconds of a duration. Loads no class without need, because the program may have closed its class loader.
     */
    private static long nanos(Duration grace) {
        return grace.isZero() ? 0 : Deadline.nanos(grace);
    }

    /** A child has ended. */
    static void ended() {
        LIVE.removeIf(other -> !other.isAlive());
        if (ending) {
            removeDirectoryAfterLast();
        }
    }

    private static void removeDirectoryAfterLast() {
        if (list().isEmpty()) {
            RunDirectory.removeMine();
        }
    }
}
