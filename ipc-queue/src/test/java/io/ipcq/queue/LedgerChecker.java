// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.queue.Ledger.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Compares what went into a queue with what came out of it, according to the ledgers of all processes, after the queue
 * was drained.
 *
 * <ul>
 *   <li>lost: {@code put} returned, and nobody was given the element, or nobody who dealt with it to the end
 *   <li>unexpected: somebody was given what nobody put
 *   <li>duplicate: given out twice without saying so, which is to say under the same attempt, or taken for good twice
 *   <li>redelivered: given out again, and declared as that
 *   <li>recovered: {@code put} did not return, and the element is there: allowed, once
 *   <li>disordered: one consumer was given a producer's elements in another order than they were put, each for the
 *       first time
 * </ul>
 */
final class LedgerChecker {

    /** The verdict; the lists name elements as producer:sequence. */
    record Report(
            long begun,
            long put,
            long out,
            long recovered,
            long redelivered,
            long late,
            long buried,
            List<String> lost,
            List<String> unexpected,
            List<String> duplicates,
            List<String> disordered) {

        boolean isCleanWithLossesUpTo(long allowed) {
            return lost.size() <= allowed && unexpected.isEmpty() && duplicates.isEmpty() && disordered.isEmpty();
        }

        @Override
        public String toString() {
            return "begun=" + begun + " put=" + put + " out=" + out + " recovered=" + recovered + " redelivered="
                    + redelivered + " late=" + late + " buried=" + buried + " lost=" + few(lost) + " unexpected="
                    + few(unexpected) + " duplicates=" + few(duplicates) + " disordered=" + few(disordered);
        }

        private static String few(List<String> elements) {
            return elements.size()
                    + (elements.isEmpty() ? "" : elements.subList(0, Math.min(10, elements.size())) + "");
        }
    }

    /** All that is known about one element. */
    private static final class Fate {
        boolean begun;
        boolean put;
        int got;
        int acked;
        int acking;
        int buried;
        final List<Integer> attempts = new ArrayList<>(1);

        boolean wasOut() {
            return got + buried > 0 || !attempts.isEmpty();
        }

        /** An acknowledgement whose caller was killed counts: whether it took effect, the caller never knew. */
        boolean wasDealtWith() {
            return got + acking + buried > 0;
        }
    }

    private record Id(int producer, long sequence) {
        @Override
        public String toString() {
            return producer + ":" + sequence;
        }
    }

    private final Map<Id, Fate> fates = new HashMap<>();
    private final List<String> disordered = new ArrayList<>();
    private long redelivered;
    private long late;

    private LedgerChecker() {}

    static Report check(List<List<Entry>> ledgers) {
        LedgerChecker checker = new LedgerChecker();
        ledgers.forEach(checker::add);
        ledgers.forEach(checker::checkOrder);
        return checker.report();
    }

    private void add(List<Entry> ledger) {
        for (Entry entry : ledger) {
            Fate fate = fates.computeIfAbsent(id(entry), any -> new Fate());
            switch (entry.kind()) {
                case BEGUN -> fate.begun = true;
                case PUT -> fate.put = true;
                case ACKING -> fate.acking++;
                case ACKED -> fate.acked++;
                case LATE -> {
                    fate.acking--;
                    late++;
                }
                case BURIED -> fate.buried++;
                case GOT -> fate.got++;
                case RECEIVED -> fate.attempts.add(entry.attempt());
            }
        }
    }

    private void checkOrder(List<Entry> ledger) {
        Map<Integer, Long> last = new HashMap<>();
        for (Entry entry : ledger) {
            if (isRedelivery(entry)) {
                redelivered++;
            } else if (entry.kind() == Ledger.Kind.GOT || entry.kind() == Ledger.Kind.RECEIVED) {
                checkOrder(last, id(entry));
            }
        }
    }

    /** {@code get} does not say that it gives out what was received before, by whomever. */
    private boolean isRedelivery(Entry entry) {
        return switch (entry.kind()) {
            case GOT -> !Objects.requireNonNull(fates.get(id(entry))).attempts.isEmpty();
            case RECEIVED -> entry.attempt() > 1;
            default -> false;
        };
    }

    private void checkOrder(Map<Integer, Long> last, Id id) {
        Long before = last.put(id.producer(), id.sequence());
        if (before != null && before >= id.sequence()) {
            disordered.add(id + " after " + before);
        }
    }

    private static Id id(Entry entry) {
        return new Id(entry.producer(), entry.sequence());
    }

    private Report report() {
        List<String> lost = new ArrayList<>();
        List<String> unexpected = new ArrayList<>();
        List<String> duplicates = new ArrayList<>();
        long begun = 0;
        long put = 0;
        long out = 0;
        long recovered = 0;
        long buried = 0;
        for (Map.Entry<Id, Fate> each : fates.entrySet()) {
            Fate fate = each.getValue();
            begun += fate.begun ? 1 : 0;
            put += fate.put ? 1 : 0;
            out += fate.wasOut() ? 1 : 0;
            buried += fate.buried > 0 ? 1 : 0;
            recovered += fate.wasOut() && !fate.put ? 1 : 0;
            if (fate.wasOut() && !fate.begun) {
                unexpected.add(each.getKey().toString());
            }
            if ((fate.put || fate.wasOut()) && !fate.wasDealtWith()) {
                lost.add(each.getKey() + (fate.wasOut() ? " (given out, then lost)" : ""));
            }
            if (isDuplicate(fate)) {
                duplicates.add(each.getKey() + " got=" + fate.got + " attempts=" + fate.attempts + " acked="
                        + fate.acked + " buried=" + fate.buried);
            }
        }
        return new Report(
                begun, put, out, recovered, redelivered, late, buried, lost, unexpected, duplicates, disordered);
    }

    private static boolean isDuplicate(Fate fate) {
        boolean sameAttemptTwice = fate.attempts.stream().distinct().count() < fate.attempts.size();
        return sameAttemptTwice || fate.got + fate.acked + Math.min(1, fate.buried) > 1;
    }
}
