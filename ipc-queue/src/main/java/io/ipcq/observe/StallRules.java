// SPDX-License-Identifier: Apache-2.0
package io.ipcq.observe;

import io.ipcq.memory.Deadline;
import io.ipcq.observe.QueueLook.DeadMember;
import io.ipcq.observe.Stall.Kind;
import io.ipcq.queue.QueueSnapshot;
import io.ipcq.queue.QueueWord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The rules that find stalls. Each rule has its evidence and its sentence, for every view.
 *
 * <p>Thread-safe: immutable.
 */
public final class StallRules {

    /*
     * A rule uses only what it has seen in both looks, and what did not change between them, because people ignore what
     * raises false alarms. Nobody can see whether a consumer is slow or stuck. There, `patience` decides, which the
     * caller sets.
     */

    /** How long an element may be out before it counts as stuck. */
    public static final Duration PATIENCE = Duration.ofMinutes(1);

    /** On a busy machine, a process may hold a mutex for less than this because it gets no processor. */
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long patienceNanos;

    /** @param patience how long an element may be out before it counts as stuck */
    public StallRules(Duration patience) {
        this.patienceNanos = Deadline.nanos(patience);
    }

    /** The reasons why a queue does not go on; empty if there is none. */
    public List<Stall> of(QueueWatch watch) {
        List<Stall> stalls = new ArrayList<>();
        watch.heldThroughout().forEach((mutex, member) -> inMutex(watch, mutex, member, stalls));
        dead(watch, stalls);
        leases(watch, stalls);
        full(watch, stalls);
        disk(watch.last().snapshot(), stalls);
        attached(watch, stalls);
        if (watch.first().snapshot().unburied() > 0 && watch.last().snapshot().unburied() > 0) {
            stalls.add(new Stall(
                    Kind.CANNOT_BURY,
                    Quantity.count(watch.last().snapshot().unburied(), "element")
                            + " that were given up cannot be written to the dead letters; look there for a full disk or other"
                            + " rights, and put, get or receive once more"));
        }
        if (watch.last().snapshot().shutdown()) {
            long left = watch.last().snapshot().size();
            stalls.add(new Stall(
                    Kind.SHUT_DOWN,
                    "the queue is shut down: puts fail, and gets "
                            + (left == 0
                                    ? "end, as nothing is left"
                                    : "drain the " + Quantity.count(left, "element") + " that are left")
                            + "; a durable queue goes on after `ipcq queue reopen`"));
        }
        return List.copyOf(stalls);
    }

    // ---- mutexes ----------------------------------------------------------------------------------------------------

    private static void inMutex(QueueWatch watch, QueueWord mutex, int member, List<Stall> stalls) {
        AttachedProcess holder = watch.last().of(member);
        if (member == QueueSnapshot.ABANDONED) {
            // so is a durable queue left by who opens it first: who needs the mutex looks for what is to be repaired
            if (isWaitedFor(watch, mutex)) {
                stalls.add(new Stall(
                        Kind.DEAD_IN_MUTEX,
                        "an exception ended the work of who held " + mutex
                                + ", and who waits for it has not repaired what is left"));
            }
        } else if (holder == null) {
            if (watch.last().attached() != null) {
                stalls.add(new Stall(
                        Kind.DEAD_IN_MUTEX,
                        "member " + member + " died while it held " + mutex
                                + "; the next one who needs it takes it over, nothing else is to be done"));
            }
        } else if (holder.isStopped()) {
            stalls.add(new Stall(
                    Kind.STOPPED_IN_MUTEX,
                    holder.name() + " holds " + mutex + " for " + atLeast(watch) + " and is stopped. " + mend(holder)
                            + "; to kill it is safe as well"));
        } else if (watch.nanos() >= LONG_NANOS) {
            stalls.add(new Stall(
                    Kind.LONG_IN_MUTEX,
                    holder.name() + " holds " + mutex + " for " + atLeast(watch)
                            + (holder.process() == null
                                    ? "; whether it is stopped is to be seen only where it runs"
                                    : ", and is not stopped. A thread dump (`jstack`) says where it is")
                            + "; to kill it is safe"));
        }
    }

    private static boolean isWaitedFor(QueueWatch watch, QueueWord mutex) {
        List<AttachedProcess> attached = watch.last().attached();
        return attached != null
                && attached.stream().anyMatch(process -> process.waitsFor().contains(mutex));
    }

    private static String atLeast(QueueWatch watch) {
        return "at least " + Quantity.nanos(watch.nanos());
    }

    private static String mend(AttachedProcess stopped) {
        ProcessSight process = stopped.process();
        return process == null ? "Let it go on" : "`kill -CONT " + process.pid() + "` lets it go on";
    }

    // ---- the dead and their leases ----------------------------------------------------------------------------------

    private static void dead(QueueWatch watch, List<Stall> stalls) {
        for (DeadMember dead : watch.last().dead()) {
            boolean wasDead = watch.first().dead().stream()
                    .anyMatch(before -> before.member() == dead.member() && before.leases() > 0);
            if (wasDead && dead.leases() > 0) {
                stalls.add(new Stall(
                        Kind.DEAD_WITH_LEASES,
                        "member " + dead.member() + " died with " + Quantity.count(dead.leases(), "lease")
                                + "; whoever takes next gets them, but nobody takes"));
            }
        }
    }

    // ---- leases -----------------------------------------------------------------------------------------------------

    private void leases(QueueWatch watch, List<Stall> stalls) {
        QueueSnapshot snapshot = watch.last().snapshot();
        List<AttachedProcess> attached = watch.last().attached();
        if (attached == null) {
            return;
        }
        for (AttachedProcess process : attached) {
            if (process.leases() > 0 && process.isStopped() && wasStopped(watch, process)) {
                stalls.add(new Stall(
                        Kind.STOPPED_WITH_LEASES,
                        holding(process) + ", and is stopped" + timeout(snapshot) + ". " + mend(process)
                                + "; if it is killed they are delivered again"));
            } else if (process.oldestLeaseNanos() >= patienceNanos
                    && watch.acknowledged() == 0
                    && (snapshot.size() > 0
                            || snapshot.leases().size() >= snapshot.maxLeases()
                            || snapshot.sleepers().contains(QueueWord.ELEMENT))) {
                stalls.add(
                        new Stall(
                                Kind.NEVER_ACKNOWLEDGED,
                                holding(process) + ", and acknowledges none" + timeout(snapshot)
                                        + ". A thread dump (`jstack`) says what it does; if it is killed they are delivered again"));
            }
        }
    }

    private static String holding(AttachedProcess process) {
        return process.name() + " holds " + Quantity.count(process.leases(), "lease")
                + (process.oldestLeaseNanos() < 0
                        ? ""
                        : (process.leases() == 1 ? " for " : ", the oldest for ")
                                + Quantity.nanos(process.oldestLeaseNanos()));
    }

    private static String timeout(QueueSnapshot snapshot) {
        return snapshot.leaseTimeoutNanos() == 0
                ? "; no lease timeout is set"
                : "; a lease ends after " + Quantity.nanos(snapshot.leaseTimeoutNanos());
    }

    private static boolean wasStopped(QueueWatch watch, AttachedProcess process) {
        return process.members().stream().anyMatch(member -> {
            @Nullable AttachedProcess before = watch.first().of(member);
            return before != null && before.isStopped() && before.leases() > 0;
        });
    }

    // ---- room -------------------------------------------------------------------------------------------------------

    private static void full(QueueWatch watch, List<Stall> stalls) {
        QueueSnapshot before = watch.first().snapshot();
        QueueSnapshot now = watch.last().snapshot();
        boolean stands = watch.taken() == 0 && watch.put() == 0 && now.size() > 0;
        boolean waited =
                before.sleepers().contains(QueueWord.ROOM) && now.sleepers().contains(QueueWord.ROOM);
        if (stands && waited && before.full() && now.full()) {
            stalls.add(new Stall(
                    Kind.FULL,
                    "the queue is full with " + Quantity.count(now.size(), "element") + ": "
                            + waiting(watch.last(), QueueWord.ROOM) + " for room, and nothing was taken for "
                            + atLeast(watch)
                            + "; start consumers, or see what keeps them"));
        }
    }

    private static void disk(QueueSnapshot snapshot, List<Stall> stalls) {
        if (snapshot.freeBytes() >= 0 && snapshot.freeBytes() < snapshot.neededBytes()) {
            stalls.add(new Stall(
                    Kind.DISK_FULL,
                    "the volume has " + Quantity.bytes(snapshot.freeBytes()) + " left, and the next element may need "
                            + Quantity.bytes(snapshot.neededBytes()) + "; make room there, gets work meanwhile"));
        }
    }

    private static String waiting(QueueLook look, QueueWord word) {
        List<AttachedProcess> attached = look.attached();
        List<String> names = attached == null
                ? List.of()
                : attached.stream()
                        .filter(process -> process.waitsFor().contains(word))
                        .map(AttachedProcess::name)
                        .toList();
        return names.isEmpty() ? "somebody waits" : String.join(", ", names) + (names.size() == 1 ? " waits" : " wait");
    }

    // ---- who is there -----------------------------------------------------------------------------------------------

    private static void attached(QueueWatch watch, List<Stall> stalls) {
        List<AttachedProcess> before = watch.first().attached();
        List<AttachedProcess> now = watch.last().attached();
        QueueSnapshot snapshot = watch.last().snapshot();
        if (before == null || now == null) {
            return;
        }
        if (before.isEmpty() && now.isEmpty() && snapshot.size() > 0) {
            stalls.add(new Stall(
                    Kind.NO_CONSUMER,
                    "nobody reads: there are " + Quantity.count(snapshot.size(), "element")
                            + ", and no process is attached; start a consumer"));
        }
        boolean idle = watch.first().snapshot().size() == 0 && snapshot.size() == 0 && watch.put() == 0;
        if (idle && !snapshot.shutdown() && !now.isEmpty() && onlyWaitForElements(now)) {
            stalls.add(new Stall(
                    Kind.NO_PRODUCER,
                    waiting(watch.last(), QueueWord.ELEMENT)
                            + " for elements, and nobody else is attached; start a producer"));
        }
    }

    private static boolean onlyWaitForElements(List<AttachedProcess> attached) {
        return attached.stream()
                .allMatch(process -> process.leases() == 0 && process.waitsFor().equals(Set.of(QueueWord.ELEMENT)));
    }
}
