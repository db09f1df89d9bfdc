// SPDX-License-Identifier: Apache-2.0
package io.ipcq.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.observe.QueueLook.DeadMember;
import io.ipcq.observe.Stall.Kind;
import io.ipcq.queue.QueueSnapshot;
import io.ipcq.queue.QueueSnapshot.Lease;
import io.ipcq.queue.QueueTimes;
import io.ipcq.queue.QueueWord;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StallRulesTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** What was seen at one of the two ends, beginning with a queue of which nothing is wrong. */
    private static final class Sight {
        private boolean shutdown;
        private long size = 5;
        private boolean full;
        private long put = 10;
        private long taken = 5;
        private long acknowledged = 3;
        private int unburied;
        private long neededBytes;
        private Map<QueueWord, Integer> holders = Map.of();
        private Set<QueueWord> sleepers = Set.of();
        private List<Lease> leases = List.of();
        private @Nullable List<AttachedProcess> attached = List.of(process(1, 'S', Set.of(), 0, -1));
        private List<DeadMember> dead = List.of();

        QueueLook look(long nanoTime) {
            return new QueueLook(
                    new QueueSnapshot(
                            nanoTime,
                            shutdown,
                            false,
                            QueueTimes.UNKNOWN,
                            size,
                            100,
                            full,
                            put,
                            taken,
                            acknowledged,
                            unburied,
                            0,
                            1000,
                            0,
                            4096,
                            neededBytes,
                            1000,
                            holders,
                            sleepers,
                            leases),
                    attached,
                    dead);
        }
    }

    private interface Change {
        void apply(Sight sight);
    }

    private static AttachedProcess process(
            int member, char state, Set<QueueWord> waitsFor, int leases, long oldestNanos) {
        ProcessSight seen = new ProcessSight(4000 + member, state, "ann", "java Feed", null);
        return new AttachedProcess(seen, Set.of(member), waitsFor, Set.of(), leases, oldestNanos);
    }

    private static List<Stall> stalls(Change before, Change after, Map<QueueWord, Integer> held) {
        Sight first = new Sight();
        Sight last = new Sight();
        before.apply(first);
        after.apply(last);
        return new StallRules(Duration.ofMinutes(1)).of(new QueueWatch(first.look(0), last.look(SECOND), held));
    }

    /** What makes a rule speak, and what has to be in its sentence. */
    private record Case(Kind kind, Change sight, Map<QueueWord, Integer> held, String... words) {
        @Override
        public String toString() {
            return kind.toString();
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        Kind.STOPPED_IN_MUTEX,
                        sight -> sight.attached = List.of(process(1, 'T', Set.of(), 0, -1)),
                        Map.of(QueueWord.PUT_MUTEX, 1),
                        "pid 4001 (java Feed)",
                        "the mutex of puts",
                        "kill -CONT 4001"),
                new Case(Kind.LONG_IN_MUTEX, sight -> {}, Map.of(QueueWord.TAKE_MUTEX, 1), "pid 4001", "jstack"),
                new Case(Kind.DEAD_IN_MUTEX, sight -> {}, Map.of(QueueWord.PUT_MUTEX, 7), "member 7 died"),
                new Case(
                        Kind.DEAD_IN_MUTEX,
                        sight -> sight.attached = List.of(process(1, 'S', Set.of(QueueWord.PUT_MUTEX), 0, -1)),
                        Map.of(QueueWord.PUT_MUTEX, QueueSnapshot.ABANDONED),
                        "an exception"),
                new Case(
                        Kind.DEAD_WITH_LEASES,
                        sight -> sight.dead = List.of(new DeadMember(7, Set.of(), 3)),
                        Map.of(),
                        "member 7 died with 3 leases"),
                new Case(
                        Kind.STOPPED_WITH_LEASES,
                        sight -> sight.attached = List.of(process(1, 'T', Set.of(), 2, SECOND)),
                        Map.of(),
                        "holds 2 leases",
                        "kill -CONT 4001"),
                new Case(
                        Kind.NEVER_ACKNOWLEDGED,
                        sight -> sight.attached = List.of(process(1, 'S', Set.of(), 1, 840 * SECOND)),
                        Map.of(),
                        "holds 1 lease for 14 min",
                        "no lease timeout"),
                new Case(Kind.NO_CONSUMER, sight -> sight.attached = List.of(), Map.of(), "5 elements", "no process"),
                new Case(
                        Kind.NO_PRODUCER,
                        sight -> {
                            sight.size = 0;
                            sight.attached = List.of(process(1, 'S', Set.of(QueueWord.ELEMENT), 0, -1));
                        },
                        Map.of(),
                        "pid 4001 (java Feed) waits for elements"),
                new Case(
                        Kind.FULL,
                        sight -> {
                            sight.full = true;
                            sight.sleepers = Set.of(QueueWord.ROOM);
                            sight.attached = List.of(process(1, 'S', Set.of(QueueWord.ROOM), 0, -1));
                        },
                        Map.of(),
                        "full with 5 elements",
                        "pid 4001 (java Feed) waits for room"),
                new Case(Kind.DISK_FULL, sight -> sight.neededBytes = 1 << 20, Map.of(), "1000 B left", "1 MiB"),
                new Case(Kind.CANNOT_BURY, sight -> sight.unburied = 2, Map.of(), "2 elements", "dead letters"),
                new Case(Kind.SHUT_DOWN, sight -> sight.shutdown = true, Map.of(), "puts fail", "5 elements"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldSayWhatItSaw(Case each) {
        List<Stall> stalls = stalls(each.sight, each.sight, each.held);
        assertThat(stalls).extracting(Stall::kind).containsExactly(each.kind);
        assertThat(stalls.get(0).sentence()).contains(each.words);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldSayNothingOfWhatBeganOnlyNow(Case each) {
        // what a word of the control file says for good, or a volume, needs no second look
        Set<Kind> certain = EnumSet.of(Kind.SHUT_DOWN, Kind.DISK_FULL, Kind.NEVER_ACKNOWLEDGED);
        if (each.held.isEmpty() && !certain.contains(each.kind)) {
            assertThat(stalls(sight -> {}, each.sight, Map.of())).isEmpty();
        }
    }

    @Test
    void shouldSayEachKindInSomeCase() {
        assertThat(cases().map(Case::kind)).containsAll(EnumSet.range(Kind.STOPPED_IN_MUTEX, Kind.SHUT_DOWN));
    }

    @Test
    void shouldSayNothingWhileItGoesOn() {
        assertThat(stalls(sight -> {}, sight -> sight.put++, Map.of())).isEmpty();
        Change full = cases().filter(each -> each.kind == Kind.FULL).findFirst().orElseThrow().sight;
        assertThat(stalls(
                        full,
                        sight -> {
                            full.apply(sight);
                            sight.taken++;
                        },
                        Map.of()))
                .isEmpty();
        Change slow = cases().filter(each -> each.kind == Kind.NEVER_ACKNOWLEDGED)
                .findFirst()
                .orElseThrow()
                .sight;
        assertThat(stalls(
                        slow,
                        sight -> {
                            slow.apply(sight);
                            sight.acknowledged++;
                        },
                        Map.of()))
                .isEmpty();
    }

    /** Who opens a durable queue that nobody uses leaves its mutexes so, for whoever puts or takes first. */
    @Test
    void shouldSayNothingOfMutexThatWaitsForItsFirstUser() {
        Map<QueueWord, Integer> left =
                Map.of(QueueWord.PUT_MUTEX, QueueSnapshot.ABANDONED, QueueWord.TAKE_MUTEX, QueueSnapshot.ABANDONED);
        assertThat(stalls(sight -> {}, sight -> {}, left)).isEmpty();
    }

    @Test
    void shouldSayNothingOfProcessesWhereNoneAreSeen() {
        Change blind = sight -> sight.attached = null;
        assertThat(stalls(blind, blind, Map.of(QueueWord.PUT_MUTEX, 1))).isEmpty();
    }
}
