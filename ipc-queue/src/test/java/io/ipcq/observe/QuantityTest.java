// SPDX-License-Identifier: Apache-2.0
package io.ipcq.observe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantityTest {

    @ParameterizedTest
    @CsvSource({"0, 0 B", "999, 999 B", "1024, 1 KiB", "1536, 1.5 KiB", "67108864, 64 MiB", "9223372036854775807, 8 EiB"
    })
    void shouldSayBytes(long bytes, String text) {
        assertThat(Quantity.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 ns",
        "1500, 1.5 us",
        "35000000, 35 ms",
        "1200000000, 1.2 s",
        "840000000000, 14 min",
        "5400000000000, 1.5 h",
        "9223372036854775807, 106752 d"
    })
    void shouldSayTimes(long nanos, String text) {
        assertThat(Quantity.nanos(nanos)).isEqualTo(text);
    }
}
