// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What somebody sees, once a bar was there. */
class TerminalProgressTest {

    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @BeforeEach
    void redirect() {
        PrintStream terminal = new PrintStream(written, true, StandardCharsets.UTF_8);
        System.setOut(terminal);
        System.setErr(terminal);
    }

    @AfterEach
    void restore() {
        System.setOut(out);
        System.setErr(err);
    }

    /** The lines of a terminal that knows two things: the beginning of the line, and to wipe out what follows. */
    private List<String> screen() {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        int column = 0;
        String text = written.toString(StandardCharsets.UTF_8);
        for (int i = 0; i < text.length(); i++) {
            if (text.startsWith("\u001b[K", i)) {
                line.setLength(column);
                i += 2;
            } else if (text.charAt(i) == '\r') {
                column = 0;
            } else if (text.charAt(i) == '\n') {
                lines.add(line.toString());
                line.setLength(0);
                column = 0;
            } else {
                line.replace(column, Math.min(column + 1, line.length()), text.substring(i, i + 1));
                column++;
            }
        }
        lines.add(line.toString());
        return lines;
    }

    @Test
    void shouldPrintAboveBarAndLeaveIt() {
        PrintStream before = System.out;
        try (TerminalProgress bar = TerminalProgress.of("parcels", 10, true)) {
            bar.onProgress(new Progress(10, 5, 0));
            System.out.println("from a worker, " + "long ".repeat(30));
            System.err.print("in two ");
            bar.onProgress(new Progress(10, 9, 0));
            System.err.println("parts");
            bar.onProgress(new Progress(10, 10, 0));
        }
        System.out.println("after it");
        assertThat(System.out).isSameAs(before);
        List<String> screen = screen();
        assertThat(screen).hasSize(5);
        assertThat(screen.get(0)).isEqualTo("from a worker, " + "long ".repeat(30));
        assertThat(screen.get(1)).isEqualTo("in two parts");
        assertThat(screen.get(2)).startsWith("parcels").contains("100%", "10/10");
        assertThat(screen.get(3)).isEqualTo("after it");
        assertThat(screen.get(4)).isEmpty();
    }

    @Test
    void shouldEndLineThatProgramHasNotEnded() {
        try (TerminalProgress bar = TerminalProgress.of("parcels", 10, true)) {
            bar.onProgress(new Progress(10, 10, 0));
            System.out.print("not ended");
        }
        assertThat(screen()).hasSize(3);
        assertThat(screen().get(0)).isEqualTo("not ended");
        assertThat(screen().get(1)).contains("10/10");
    }

    @Test
    void shouldWriteFileOnce() {
        TerminalProgress bar = TerminalProgress.of("parcels", 10, false);
        bar.onProgress(new Progress(10, 5, 0));
        System.out.println("between");
        bar.close();
        bar.close();
        assertThat(screen()).hasSize(3);
        assertThat(screen().get(0)).isEqualTo("between");
        assertThat(screen().get(1)).startsWith("parcels").contains("5/10");
    }
}
