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
 * The children that this JVM started and that still run. When it ends in order, the daemons among them are ended first.
 */
final class LiveChildren {
    /*
     * The end of this JVM. Its hooks run all at once, and some of them may still need children. Those that are not to
     * be ended here (endAtExit) go on, until a hook ends them or this JVM is gone, which they notice by themselves;
     * those with an endGrace are given that time. The run directory stays for as long as one of them is there, for they
     * are told to end through it. It goes with the last that ends before this JVM, else at the very end of this JVM, or
     * by a child that finds itself without a parent.
     */

    /** For the children's own shutdown hooks. */
    private static final long GRACE_NANOS = 2_000_000_000L;

    private static final Set<LiveChild> LIVE = ConcurrentHashMap.newKeySet();

    private static final Set<Runnable> HELPERS = new CopyOnWriteArraySet<>();

    private static boolean hooked;

    private static volatile boolean ending;

    private LiveChildren() {}

    /** Sees to the end of this JVM; if that fails, the next one tries again. */
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

    /** JVMs that are no children yet, or never: {@code end} ends them when this JVM ends. */
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

    /** No class is loaded for nothing: the program may have closed its class loader. */
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
