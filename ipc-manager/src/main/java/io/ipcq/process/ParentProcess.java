// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import org.jspecify.annotations.Nullable;

/**
 * What a child process knows of the process that started it.
 *
 * <p>Thread-safe. Process-safe. Survives the parent's death: {@link #isAlive} then says so.
 */
public final class ParentProcess {

    private final String name;
    private final long pid;
    private final @Nullable ParentLink link;

    /** @param link null for a child that is a thread of its parent's JVM */
    ParentProcess(String name, long pid, @Nullable ParentLink link) {
        this.name = name;
        this.pid = pid;
        this.link = link;
    }

    /** The name of the parent; {@code MainProcess} if nobody started that as a {@link ChildProcess}. */
    public String name() {
        return name;
    }

    /** The parent's process id. It may belong to another process once {@link #isAlive} is false. */
    public long pid() {
        return pid;
    }

    /**
     * Whether the parent still runs. The kernel answers, by a lock that the parent holds; a reused pid cannot fool it.
     */
    public boolean isAlive() {
        return link == null || link.isParentAlive();
    }

    /**
     * Has something run when the parent is no more, before this process halts for that, which it does a second later at
     * the latest. Shutdown hooks do not run then. Without effect in a child that is no daemon, or is a thread.
     */
    public void onEnd(Runnable last) {
        if (link != null) {
            link.atEnd(last);
        }
    }

    @Override
    public String toString() {
        return "ParentProcess[name=" + name + ", pid=" + pid + "]";
    }
}
