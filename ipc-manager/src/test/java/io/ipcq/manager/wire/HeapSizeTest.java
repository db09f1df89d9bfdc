// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeapSizeTest {

    private static final long MEGABYTE = 1 << 20;
    private static final long REGION = HeapSize.region(Runtime.getRuntime().maxMemory());

    private static String option(String name) {
        return ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .getVMOption(name)
                .getValue();
    }

    @Test
    void shouldKnowHowLargeRegionsAre() {
        assertThat(HeapSize.region(128 * MEGABYTE)).isEqualTo(MEGABYTE);
        assertThat(HeapSize.region(2_048 * MEGABYTE)).isEqualTo(MEGABYTE);
        assertThat(HeapSize.region(2_049 * MEGABYTE)).isEqualTo(2 * MEGABYTE);
        assertThat(HeapSize.region(64_000 * MEGABYTE)).isEqualTo(32 * MEGABYTE);
        assertThat(HeapSize.region(1_000_000 * MEGABYTE)).isEqualTo(32 * MEGABYTE);
    }

    @Test
    void shouldAgreeWithTheJvm() {
        assumeTrue(Boolean.parseBoolean(option("UseG1GC")));
        assertThat(Long.parseLong(option("G1HeapRegionSize"))).isLessThanOrEqualTo(REGION);
    }

    @Test
    void shouldCountWholeRegionsForWhatHasThemForItself() {
        assertThat(HeapSize.array(1_000, MEGABYTE)).isEqualTo(1_016);
        assertThat(HeapSize.array(MEGABYTE / 2 - 17, MEGABYTE)).isEqualTo(MEGABYTE / 2 - 1);
        assertThat(HeapSize.array(MEGABYTE / 2, MEGABYTE)).isEqualTo(MEGABYTE);
        assertThat(HeapSize.array(MEGABYTE, MEGABYTE)).isEqualTo(2 * MEGABYTE);
        assertThat(HeapSize.array(8 * MEGABYTE, 2 * MEGABYTE)).isEqualTo(10 * MEGABYTE);
    }

    /** A value counts the same while it is read and when it is stored. */
    @Test
    void shouldCountTheSameForLargeValuesHoweverTheyCome() {
        List<?> values = List.of(
                "x".repeat((int) REGION),
                "\u20ac".repeat((int) REGION / 2),
                Collections.nCopies((int) REGION / 8, "a"),
                List.of("x".repeat(1_000)));
        for (Object value : values) {
            long[] read = new long[1];
            byte[] text = Json.write(Collections.singletonMap("value", value));
            JsonReader.Message message = JsonReader.message(text, JsonReader.REQUEST, bytes -> read[0] = bytes);
            long around = HeapSize.of(Collections.singletonMap("value", ""));
            assertThat(message.heapBytes())
                    .isBetween(HeapSize.of(value), HeapSize.of(value) + around + text.length / 100);
            assertThat(read[0]).isLessThanOrEqualTo(message.heapBytes());
        }
    }
}
