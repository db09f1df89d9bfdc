// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The children that this JVM started and that still run. When it ends in order, the daemons among them are ended first. */
final class LiveChildren {

    /** For the children's own shutdown hooks. */
    private static final long GRACE_NANOS = 2_000_000_000L;

    private static final Set<ChildProcess> LIVE = ConcurrentHashMap.newKeySet();

    private static final List<Runnable> HELPERS = new CopyOnWriteArrayList<>();

    static {
        Thread hook = new Thread(LiveChildren::endDaemons, "ipcq-shutdown");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // too late to tidy up: the kernel-held lock ends the daemons
        }
    }

    private LiveChildren() {}

    static void add(ChildProcess child) {
        LIVE.removeIf(other -> !other.isAlive());
        LIVE.add(child);
    }

    /** JVMs that are no children yet, or never: {@code end} ends them when this JVM ends. */
    static void endBefore(Runnable end) {
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
