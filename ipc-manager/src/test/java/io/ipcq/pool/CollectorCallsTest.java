// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CollectorCallsTest {

    private static final int LOOKS = 10;

    private final CollectorCalls calls = new CollectorCalls();
    private int detached;

    @BeforeEach
    void beginWithNothing() {
        assertThat(asked()).isZero();
    }

    private int asked() {
        int asked = 0;
        for (int look = 0; look < LOOKS; look++) {
            asked += calls.next(detached) ? 1 : 0;
        }
        return asked;
    }

    @Test
    void shouldAskOnceForWhatTasksHaveKept() {
        for (int task = 0; task < 5; task++) {
            calls.attached();
        }
        assertThat(asked()).isEqualTo(1);
    }

    @Test
    void shouldAskForMappingsOfWhatTasksDidNotKeep() {
        calls.attached();
        assertThat(calls.next(detached)).isTrue();
        assertThat(calls.hasBegun()).as("looks again soon").isTrue();
        detached++;
        assertThat(asked()).isEqualTo(2);
        assertThat(calls.hasBegun()).isFalse();
    }

    @Test
    void shouldAskForMappingsOfWhatTasksHaveClosed() {
        calls.attached();
        detached++;
        assertThat(asked()).isEqualTo(2);
    }
}
