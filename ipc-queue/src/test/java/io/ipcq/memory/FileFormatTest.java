// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds docs/file-format.md and the constants together: the lines "offset name" under a heading. */
class FileFormatTest {

    private static final Pattern FIELD = Pattern.compile("^    (\\d+) ([a-zA-Z]+)( .*)?$");

    private static String document() throws IOException {
        Path path = Path.of("docs", "file-format.md");
        return Files.readString(Files.exists(path) ? path : Path.of("..").resolve(path));
    }

    private static Map<String, Integer> offsets(String heading) throws IOException {
        Map<String, Integer> offsets = new LinkedHashMap<>();
        boolean inside = false;
        for (String line : document().split("\n")) {
            if (line.startsWith("## ")) {
                inside = line.equals("## " + heading);
            }
            Matcher field = FIELD.matcher(line);
            if (inside && field.matches()) {
                offsets.put(field.group(2), Integer.valueOf(field.group(1)));
            }
        }
        return offsets;
    }

    @Test
    void shouldDescribeRegionHeader() throws IOException {
        assertThat(offsets("Region header"))
                .isEqualTo(Map.of(
                        "magic", RegionHeader.MAGIC_OFFSET,
                        "version", RegionHeader.VERSION_OFFSET,
                        "headerBytes", RegionHeader.HEADER_BYTES_OFFSET,
                        "size", RegionHeader.SIZE_OFFSET,
                        "zero", RegionHeader.ZERO_OFFSET,
                        "user", MappedRegion.HEADER_BYTES));
        assertThat(document()).contains("NAME" + RegionFiles.UNFINISHED_SUFFIX + "RANDOM");
    }

    @Test
    void shouldDescribeMutexWord() throws IOException {
        assertThat(offsets("Mutex word"))
                .isEqualTo(Map.of(
                        "word", RobustMutex.WORD_OFFSET,
                        "unused", RobustMutex.WORD_OFFSET + Integer.BYTES,
                        "end", RobustMutex.BYTES));
        assertThat(document())
                .contains(
                        hex(RobustMutex.FREE),
                        hex(Members.MAX_NUMBER),
                        hex(RobustMutex.ABANDONED),
                        hex(RobustMutex.SLEEPERS));
    }

    private static String hex(int word) {
        return "`0x%08x`".formatted(word);
    }

    @Test
    void shouldDescribeWaiterWords() throws IOException {
        assertThat(offsets("Waiter words"))
                .isEqualTo(Map.of(
                        "flag", Waiter.FLAG_OFFSET,
                        "counter", Waiter.COUNTER_OFFSET,
                        "end", Waiter.BYTES));
    }
}
