// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
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
        for (int rank = Ranks.LAST; rank >= 0; rank--) {
            ranks.add("a" + rank, rank == 0 ? 0 : Ranks.LITTLE_NANOS << rank - 1);
            ranks.add("b" + rank, (Ranks.LITTLE_NANOS << rank) - 1);
        }
        ranks.add("c" + Ranks.LAST, Long.MAX_VALUE);
        assertThat(ranks.hasAny(0)).isTrue();
        assertThat(pollAll(Ranks.LAST))
                .containsExactly(
                        "a0", "b0", "a1", "b1", "a2", "b2", "a3", "b3", "a4", "b4", "a5", "b5", "a6", "b6", "c6");
        assertThat(ranks.hasAny(Ranks.LAST)).isFalse();
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
            ranks.add("waits" + rank, Ranks.LITTLE_NANOS << rank - 1);
        }
        List<String> served = new ArrayList<>();
        for (int i = 0; i < (Ranks.IN_A_ROW + 1) * Ranks.LAST; i++) {
            ranks.add("cheap", 0);
            ranks.add("costly", Long.MAX_VALUE);
            served.add(ranks.poll(Ranks.LAST));
        }
        assertThat(served).contains("waits1", "waits2", "waits3", "waits4", "waits5", "costly");
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
