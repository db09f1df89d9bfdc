// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RanksTest {

    private final Ranks<String> ranks = new Ranks<>();

    private List<String> pollAll(int last) {
        List<String> order = new ArrayList<>();
        for (String next = ranks.poll(last); next != null; next = ranks.poll(last)) {
            order.add(next);
        }
        return order;
    }

    @Test
    void shouldServeThoseFirstThatHaveCostLittle() {
        for (int rank = 0; rank < Ranks.LAST; rank++) {
            ranks.add("more", leastNanos(rank + 1));
            ranks.add("first", leastNanos(rank));
            ranks.add("second", leastNanos(rank + 1) - 1);
            assertThat(ranks.hasAny(rank)).isTrue();
            assertThat(pollAll(rank)).as("rank %d", rank).containsExactly("first", "second");
            assertThat(ranks.hasAny(rank)).isFalse();
            assertThat(pollAll(Ranks.LAST)).containsExactly("more");
        }
        ranks.add("most", Long.MAX_VALUE);
        assertThat(ranks.hasAny(Ranks.LAST - 1)).isFalse();
        assertThat(ranks.hasAny(Ranks.LAST)).isTrue();
    }

    /** The least cost of a rank: 0, then 0.5 ms, 0.625, 0.75, 0.875, 1, 1.25 ms and so on. */
    private static long leastNanos(int rank) {
        if (rank == 0) {
            return 0;
        }
        int doubled = (rank - 1) / Ranks.RANKS_TO_DOUBLE;
        int part = (rank - 1) % Ranks.RANKS_TO_DOUBLE;
        long nanos = Ranks.LITTLE_NANOS << doubled;
        return nanos + nanos / Ranks.RANKS_TO_DOUBLE * part;
    }

    @Test
    void shouldServeOthersNowAndThen() {
        ranks.add("costly", Long.MAX_VALUE);
        for (int i = 0; i < 2 * Ranks.IN_A_ROW; i++) {
            ranks.add("cheap", 0);
        }
        assertThat(pollAll(Ranks.LAST).indexOf("costly")).isEqualTo(Ranks.IN_A_ROW);
    }

    /** Also while ranks before and behind it never have nobody. */
    @Test
    void shouldServeEachRankNowAndThen() {
        for (int rank = 1; rank < Ranks.LAST; rank++) {
            ranks.add("waits" + rank, leastNanos(rank));
        }
        List<String> served = new ArrayList<>();
        for (int i = 0; i < (Ranks.IN_A_ROW + 1) * Ranks.LAST; i++) {
            ranks.add("cheap", 0);
            ranks.add("costly", Long.MAX_VALUE);
            served.add(ranks.poll(Ranks.LAST));
        }
        assertThat(served)
                .contains("costly")
                .containsAll(IntStream.range(1, Ranks.LAST)
                        .mapToObj(rank -> "waits" + rank)
                        .toList());
        assertThat(served.stream().filter("cheap"::equals)).hasSize(Ranks.IN_A_ROW * Ranks.LAST);
    }

    @Test
    void shouldLeaveThoseThatHaveCostMost() {
        ranks.add("costly", Long.MAX_VALUE);
        assertThat(ranks.hasAny(Ranks.LAST - 1)).isFalse();
        for (int i = 0; i <= Ranks.IN_A_ROW; i++) {
            assertThat(ranks.poll(Ranks.LAST - 1)).isNull();
        }
        assertThat(ranks.poll(Ranks.LAST)).isEqualTo("costly");
    }

    @Test
    void shouldBeBehindWhileManyAskForMuch() {
        for (int i = 0; i <= Ranks.FEW; i++) {
            ranks.add("cheap", 0);
            assertThat(ranks.isBehind()).isFalse();
        }
        for (int i = 0; i <= Ranks.FEW; i++) {
            assertThat(ranks.isBehind()).isFalse();
            ranks.add("costly", Ranks.LITTLE_NANOS);
        }
        assertThat(ranks.isBehind()).isTrue();
        pollAll(0);
        assertThat(ranks.isBehind()).isTrue();
        pollAll(Ranks.LAST);
        assertThat(ranks.isBehind()).isFalse();
    }
}
