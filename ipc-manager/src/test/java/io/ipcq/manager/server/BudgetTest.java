// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BudgetTest {

    private static final long LIMIT = 1 << 20;
    private static final long ASSURED = LIMIT / 1024;
    private static final int GREEDY = 200;

    private final Budget budget = new Budget("bytes", LIMIT);

    /** As much as it gets, in pieces. */
    private static long takeAll(Budget.Share share) {
        long all = 0;
        for (long piece = LIMIT; piece > 0; piece /= 2) {
            while (share.tryTake(piece)) {
                all += piece;
            }
        }
        return all;
    }

    @Test
    void shouldGiveTheFirstHalfOfTwoThirds() {
        assertThat(takeAll(budget.share())).isBetween(LIMIT * 11 / 32, LIMIT * 11 / 32 + ASSURED + 1);
        assertThat(takeAll(budget.share())).isBetween(LIMIT * 11 / 64, LIMIT * 11 / 64 + ASSURED + 1);
    }

    @Test
    void shouldLeaveToEachItsPartWhateverTheOthersHold() {
        List<Budget.Share> greedy = new ArrayList<>();
        for (int i = 0; i < GREEDY; i++) {
            greedy.add(budget.share());
            assertThat(takeAll(greedy.get(i))).isGreaterThanOrEqualTo(ASSURED);
        }
        assertThat(budget.used()).isLessThanOrEqualTo(LIMIT);
        assertThat(takeAll(budget.share())).isGreaterThanOrEqualTo(ASSURED);
    }

    /** Three times as many come, take what they get, and leave it in use. */
    @Test
    void shouldLeaveToEachItsPartWhateverThoseHaveLeftThatAreGone() {
        for (int i = 0; i < 3 * GREEDY; i++) {
            Budget.Share gone = budget.share();
            gone.take(ASSURED);
            gone.abandon();
        }
        List<Budget.Share> greedy = new ArrayList<>();
        for (int i = 0; i < GREEDY; i++) {
            greedy.add(budget.share());
            assertThat(takeAll(greedy.get(i))).isGreaterThanOrEqualTo(ASSURED);
        }
        assertThat(takeAll(budget.share())).isGreaterThanOrEqualTo(ASSURED);
        assertThat(budget.used()).isLessThanOrEqualTo(LIMIT);
    }

    @Test
    void shouldGiveToAnybodyWhereThereIsNoLimit() {
        Budget endless = new Budget("bytes", Long.MAX_VALUE);
        assertThat(endless.share().tryTake(1)).isTrue();
        assertThat(endless.share().tryTake(Long.MAX_VALUE / 4)).isTrue();
        assertThat(endless.share().tryTake(1)).isTrue();
    }

    @Test
    void shouldBeAsBeforeWhenAllIsGivenBack() {
        Budget.Share first = budget.share();
        long all = takeAll(first);
        Budget.Share gone = budget.share();
        long more = takeAll(gone);
        gone.abandon();
        gone.giveBack(more);
        first.giveBack(all);
        assertThat(budget.used()).isZero();
        assertThat(takeAll(budget.share())).isEqualTo(all);
    }

    /** No part for each where there is less than one, but half of what the others leave. */
    @Test
    void shouldShareOutWhatIsFew() {
        Budget few = new Budget("threads", 8);
        assertThat(takeAll(few.share())).isEqualTo(4);
        assertThat(takeAll(few.share())).isEqualTo(2);
        assertThat(takeAll(few.share())).isEqualTo(1);
        assertThat(takeAll(few.share())).isEqualTo(1);
        assertThat(takeAll(few.share())).isZero();
    }
}
