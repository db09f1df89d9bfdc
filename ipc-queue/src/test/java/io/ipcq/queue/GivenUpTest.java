// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class GivenUpTest {

    @Test
    void shouldCountDeliveries() {
        assertThat(GivenUp.GIVEN_BACK.reason(1)).isEqualTo("given back after 1 delivery");
        assertThat(GivenUp.GIVEN_BACK.reason(2)).isEqualTo("given back after 2 deliveries");
        assertThat(GivenUp.NEVER_ACKNOWLEDGED.reason(1)).isEqualTo("delivered 1 time and never acknowledged");
        assertThat(GivenUp.NEVER_ACKNOWLEDGED.reason(2)).isEqualTo("delivered 2 times and never acknowledged");
    }
}
