// SPDX-License-Identifier: Apache-2.0
package io.ipcq.observe;

import io.ipcq.queue.QueueWord;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A process that is attached to a queue, or the members of which the process is not to be seen.
 *
 * <p>Thread-safe: immutable.
 *
 * @param process null if it is not to be seen from here, as one of another container
 * @param members the numbers of its handles
 * @param waitsFor on what its threads sleep; empty as well if that is not to be seen
 * @param holds the mutexes that it holds
 * @param leases how many elements it has under a lease
 * @param oldestLeaseNanos how long it has had the first of them; -1 if there is none, or that is not known
 */
public record AttachedProcess(
        @Nullable ProcessSight process,
        Set<Integer> members,
        Set<QueueWord> waitsFor,
        Set<QueueWord> holds,
        int leases,
        long oldestLeaseNanos) {

    /** More of a command line makes no sentence. */
    private static final int LONGEST_PROGRAM = 60;

    /** What a process does with the queue, as far as it can be told from what it does at the moment. */
    public enum Role {
        PRODUCER,
        CONSUMER,
        BOTH,
        UNKNOWN;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    public AttachedProcess {
        members = Set.copyOf(members);
        waitsFor = Set.copyOf(waitsFor);
        holds = Set.copyOf(holds);
    }

    /** What the process does with the queue, as far as its waits and holds tell. */
    public Role role() {
        boolean puts = waitsFor.contains(QueueWord.ROOM)
                || waitsFor.contains(QueueWord.PUT_MUTEX)
                || holds.contains(QueueWord.PUT_MUTEX);
        boolean takes = waitsFor.contains(QueueWord.ELEMENT)
                || waitsFor.contains(QueueWord.TAKE_MUTEX)
                || holds.contains(QueueWord.TAKE_MUTEX)
                || leases > 0;
        return puts ? (takes ? Role.BOTH : Role.PRODUCER) : takes ? Role.CONSUMER : Role.UNKNOWN;
    }

    /** {@code pid 4711 (java Feed)}, or which members it is. */
    public String name() {
        ProcessSight seen = process;
        if (seen == null) {
            return "a process that is not to be seen from here (" + memberText() + ")";
        }
        return "pid " + seen.pid() + " (" + shortened(seen.program()) + ")";
    }

    private String memberText() {
        return (members.size() == 1 ? "member " : "members ")
                + String.join(
                        ", ", members.stream().sorted().map(String::valueOf).toList());
    }

    private static String shortened(String program) {
        boolean isShort = program.codePointCount(0, program.length()) <= LONGEST_PROGRAM;
        return isShort ? program : program.substring(0, program.offsetByCodePoints(0, LONGEST_PROGRAM)) + "...";
    }

    AttachedProcess waitingFor(Set<QueueWord> words) {
        return new AttachedProcess(process, members, words, holds, leases, oldestLeaseNanos);
    }

    boolean isStopped() {
        ProcessSight seen = process;
        return seen != null && seen.isStopped();
    }
}
