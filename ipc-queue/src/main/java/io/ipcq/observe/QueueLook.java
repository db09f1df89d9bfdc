// SPDX-License-Identifier: Apache-2.0
package io.ipcq.observe;

import io.ipcq.queue.QueueSnapshot;
import io.ipcq.queue.QueueView;
import io.ipcq.queue.QueueWord;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A queue and the processes that are attached to it, at one moment.
 *
 * <p>Thread-safe: immutable. Process-safe: it needs no help from the processes, which may live, be stopped or be dead.
 *
 * @param snapshot what the control file says
 * @param attached the processes that are attached; null if this system does not show them
 * @param dead members that have died and still hold something: a mutex or leases
 */
public record QueueLook(QueueSnapshot snapshot, @Nullable List<AttachedProcess> attached, List<DeadMember> dead) {

    /**
     * A member that has died, and whose work nobody has taken over yet.
     *
     * @param member its number
     * @param holds the mutexes that it held when it died
     * @param leases the number of elements that it had under a lease
     */
    public record DeadMember(int member, Set<QueueWord> holds, int leases) {}

    public QueueLook {
        attached = attached == null ? null : List.copyOf(attached);
        dead = List.copyOf(dead);
    }

    /** Looks at the queue and its processes. */
    public static QueueLook at(QueueView queue) {
        return at(queue, queue.snapshot(), new SystemSight());
    }

    /**
     * Looks at the processes of a queue, one of many.
     *
     * @param snapshot of the queue, taken before the system was looked at: who holds something there and is not seen
     *     afterwards has died, or has given it back
     */
    public static QueueLook at(QueueView queue, QueueSnapshot snapshot, SystemSight system) {
        Map<Integer, Long> pids = system.members(queue);
        if (pids == null) {
            return new QueueLook(snapshot, null, List.of());
        }
        Map<Long, Set<Integer>> members = new TreeMap<>();
        pids.forEach((member, pid) ->
                members.computeIfAbsent(pid, none -> new TreeSet<>()).add(member));
        List<AttachedProcess> attached = new ArrayList<>();
        members.forEach((pid, numbers) -> attached.add(attached(queue, snapshot, system, pid, numbers)));
        return new QueueLook(snapshot, attached, dead(snapshot, pids.keySet()));
    }

    private static AttachedProcess attached(
            QueueView queue, QueueSnapshot snapshot, SystemSight system, long pid, Set<Integer> members) {
        boolean isKnown = pid != MemberLocks.UNKNOWN_PID;
        int leases = 0;
        long oldest = -1;
        for (QueueSnapshot.Lease lease : snapshot.leases()) {
            if (members.contains(lease.member())) {
                leases++;
                oldest = Math.max(oldest, lease.ageNanos());
            }
        }
        return new AttachedProcess(
                isKnown ? system.process(pid) : null,
                members,
                isKnown ? system.waits(pid, queue) : Set.of(),
                held(snapshot, members),
                leases,
                oldest);
    }

    private static Set<QueueWord> held(QueueSnapshot snapshot, Set<Integer> members) {
        Set<QueueWord> held = EnumSet.noneOf(QueueWord.class);
        snapshot.holders().forEach((word, member) -> {
            if (members.contains(member)) {
                held.add(word);
            }
        });
        return held;
    }

    private static List<DeadMember> dead(QueueSnapshot snapshot, Set<Integer> alive) {
        Set<Integer> gone = new TreeSet<>(snapshot.holders().values());
        snapshot.leases().forEach(lease -> gone.add(lease.member()));
        gone.removeAll(alive);
        gone.remove(QueueSnapshot.ABANDONED);
        return gone.stream()
                .map(member -> new DeadMember(member, held(snapshot, Set.of(member)), (int) snapshot.leases().stream()
                        .filter(lease -> lease.member() == member)
                        .count()))
                .toList();
    }

    /** This look, with what processes waited for in an earlier look added to what they wait for here. */
    QueueLook addWaits(QueueLook earlier) {
        List<AttachedProcess> all = attached;
        return all == null
                ? this
                : new QueueLook(
                        snapshot,
                        all.stream().map(process -> addWaits(process, earlier)).toList(),
                        dead);
    }

    private static AttachedProcess addWaits(AttachedProcess process, QueueLook earlier) {
        Set<QueueWord> waits = EnumSet.noneOf(QueueWord.class);
        waits.addAll(process.waitsFor());
        for (int member : process.members()) {
            AttachedProcess before = earlier.of(member);
            waits.addAll(before == null ? Set.of() : before.waitsFor());
        }
        return process.waitingFor(waits);
    }

    /** The process that a member belongs to; null if it is dead or nothing is known. */
    @Nullable
    AttachedProcess of(int member) {
        List<AttachedProcess> all = attached;
        return all == null
                ? null
                : all.stream()
                        .filter(process -> process.members().contains(member))
                        .findFirst()
                        .orElse(null);
    }
}
