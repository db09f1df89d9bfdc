// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The children that this JVM started and that still run. When it ends in order, the daemons among them are ended first. */
final class LiveChildren {

    /** For the children's own shutdown hooks. */
    private static final long GRACE_NANOS = 2_000_000_000L;

    private static final Set<ChildProcess> LIVE = ConcurrentHashMap.newKeySet();

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

    /** For JVMs that wait: the hook that ends them is there from now on. */
    static void expect() {}

    static List<ChildProcess> list() {
        return LIVE.stream().filter(ChildProcess::isAlive).toList();
    }

    private static void endDaemons() {
        ArchiveMaker.endRehearsal();
        StandbyReserve.endAll();
        List<ChildProcess> daemons =
                LIVE.stream().filter(ChildProcess::isDaemon).toList();
        daemons.forEach(ChildProcess::terminate);
        long deadline = System.nanoTime() + GRACE_NANOS;
        for (ChildProcess daemon : daemons) {
            daemon.joinOrKill(deadline - System.nanoTime());
        }
        RunDirectory.removeMine();
    }
}
