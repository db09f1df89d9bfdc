// SPDX-License-Identifier: Apache-2.0
package io.ipcq.observe;

import io.ipcq.queue.QueueView;
import io.ipcq.queue.QueueWord;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the system shows of processes and their locks, for looks at many queues at the same moment: the table of locks,
 * and what is known of each process, are read once, when they are first asked for. Each queue by itself would have the
 * kernel make them again.
 *
 * <p>Thread-safe: no; one thread looks. Process-safe: it needs no help from the processes.
 */
public final class SystemSight {

    private final MemberLocks locks = new MemberLocks();
    private final Sleep sleep = new Sleep();
    private final Map<Long, Optional<ProcessSight>> processes = new HashMap<>();

    /** Nothing has been looked at yet. */
    public SystemSight() {}

    /** The pid of each member of a queue; null if this system does not say. */
    @Nullable
    Map<Integer, Long> members(QueueView queue) {
        return locks.of(queue.members());
    }

    @Nullable
    ProcessSight process(long pid) {
        return processes
                .computeIfAbsent(pid, unseen -> Optional.ofNullable(ProcessSight.of(pid)))
                .orElse(null);
    }

    /** The words of a queue on which a process sleeps. */
    Set<QueueWord> waits(long pid, QueueView queue) {
        return sleep.of(pid, queue);
    }
}
