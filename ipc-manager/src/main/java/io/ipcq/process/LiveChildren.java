// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;

/** The children that this JVM started and that still run. When it ends in order, the daemons among them are ended first. */
final class LiveChildren {

    /** For the children's own shutdown hooks. */
    private static final long GRACE_NANOS = 2_000_000_000L;

    private static final Set<ChildProcess> LIVE = ConcurrentHashMap.newKeySet();

    private static final Set<Runnable> HELPERS = new CopyOnWriteArraySet<>();

    private static boolean hooked;

    private LiveChildren() {}

    /** Sees to the end of this JVM; if that fails, the next one tries again. */
    private static synchronized void hook() {
        if (!hooked) {
            try {
                Runtime.getRuntime().addShutdownHook(new Thread(LiveChildren::endDaemons, "ipcq-shutdown"));
            } catch (IllegalStateException ending) {
                // too late to tidy up: the kernel-held lock ends the daemons
            }
            hooked = true;
        }
    }

    static void add(ChildProcess child) {
        hook();
        LIVE.removeIf(other -> !other.isAlive());
        LIVE.add(child);
    }

    /** JVMs that are no children yet, or never: {@code end} ends them when this JVM ends. */
    static void endBefore(Runnable end) {
        hook();
        HELPERS.add(end);
    }

    static List<ChildProcess> list() {
        return LIVE.stream().filter(ChildProcess::isAlive).toList();
    }

    /** Ends the daemons among the children of a child that was a thread of this JVM. */
    static void killDaemonsOf(String family) {
        list().stream()
                .filter(child -> child.isDaemon() && child.family().startsWith(family + ":"))
                .forEach(ChildProcess::kill);
    }

    private static void endDaemons() {
        HELPERS.forEach(Runnable::run);
        List<ChildProcess> daemons =
                LIVE.stream().filter(ChildProcess::isEndedAtExit).toList();
        daemons.forEach(ChildProcess::terminate);
        long deadline = System.nanoTime() + GRACE_NANOS;
        for (ChildProcess daemon : daemons) {
            daemon.joinOrKill(deadline - System.nanoTime());
        }
        RunDirectory.removeMine();
    }
}
