// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinePumpTest {

    @Test
    void shouldPassOnLinesAndWhatHasNoEnd() {
        assertThat(pump("one\n\nthree")).containsExactly("one", "", "three");
    }

    @Test
    void shouldCutLineThatNeverEnds() {
        assertThat(pump("x".repeat((1 << 16) + 1))).containsExactly("x".repeat(1 << 16), "x");
    }

    @Test
    void shouldPutNameBeforeEachLine() {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(written, false, StandardCharsets.UTF_8);

        LineSink.prefixed("writer", () -> stream).accept("grüße".getBytes(StandardCharsets.UTF_8));

        assertThat(written.toString(StandardCharsets.UTF_8)).isEqualTo("[writer] grüße\n");
    }

    @Test
    void shouldTellWhatTheParentReads() {
        assertThat(Output.SLF4J.isPiped()).isTrue();
        assertThat(Output.PREFIXED.isPiped()).isTrue();
        assertThat(Output.INHERIT.isPiped()).isFalse();
        assertThat(Output.DISCARD.isPiped()).isFalse();
    }

    private static List<String> pump(String text) {
        List<String> lines = new ArrayList<>();
        new LinePump(
                        "child",
                        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                        line -> lines.add(new String(line, StandardCharsets.UTF_8)))
                .run();
        return lines;
    }
}
