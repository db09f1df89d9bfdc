// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.FormatDocument;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Holds docs/file-format.md and the constants of this package together. */
class FileFormatTest {

    @Test
    void shouldDescribeRegionHeader() throws IOException {
        assertThat(FormatDocument.offsets("Region header"))
                .isEqualTo(Map.of(
                        "magic", RegionHeader.MAGIC_OFFSET,
                        "version", RegionHeader.VERSION_OFFSET,
                        "headerBytes", RegionHeader.HEADER_BYTES_OFFSET,
                        "size", RegionHeader.SIZE_OFFSET,
                        "zero", RegionHeader.ZERO_OFFSET,
                        "user", MappedRegion.HEADER_BYTES));
        assertThat(FormatDocument.text()).contains("NAME" + RegionFiles.UNFINISHED_SUFFIX + "RANDOM");
    }

    @Test
    void shouldDescribeMutexWord() throws IOException {
        assertThat(FormatDocument.offsets("Mutex word"))
                .isEqualTo(Map.of(
                        "word", RobustMutex.WORD_OFFSET,
                        "unused", RobustMutex.WORD_OFFSET + Integer.BYTES,
                        "end", RobustMutex.BYTES));
        assertThat(FormatDocument.text())
                .contains(
                        hex(RobustMutex.FREE),
                        hex(Members.MAX_NUMBER),
                        hex(RobustMutex.ABANDONED),
                        hex(RobustMutex.SLEEPERS));
    }

    @Test
    void shouldDescribeFlagsOfMembers() throws IOException {
        assertThat(FormatDocument.text()).contains(hex(Members.SOME_UNSECURED), hex(Members.ASKED));
    }

    private static String hex(int word) {
        return "`0x%08x`".formatted(word);
    }

    @Test
    void shouldDescribeWaiterWords() throws IOException {
        assertThat(FormatDocument.offsets("Waiter words"))
                .isEqualTo(Map.of(
                        "flag", Waiter.FLAG_OFFSET,
                        "counter", Waiter.COUNTER_OFFSET,
                        "end", Waiter.BYTES));
    }
}
