// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import org.jspecify.annotations.Nullable;

/**
 * What a child process knows about the process that started it.
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

    /** The name of the parent; {@code MainProcess} if the parent is no {@link ChildProcess}. */
    public String name() {
        return name;
    }

    /** The parent's process id. It may belong to another process once {@link #isAlive} is false. */
    public long pid() {
        return pid;
    }

    /**
     * Whether the parent still runs. The answer comes from the kernel, by a lock that the parent holds. A reused pid
     * cannot make it wrong.
     */
    public boolean isAlive() {
        return link == null || link.isParentAlive();
    }

    /**
     * Runs something when the parent has ended, before this process halts. This process halts a second later at the
     * latest, and its shutdown hooks do not run. Without effect in a child that is no daemon, or is a thread.
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
