// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
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

    /** A part of the library that is missing, as of another version of it. */
    private static final class Incomplete extends ClassLoader {

        Incomplete() {
            super(TerminalProgress.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.endsWith(".ProgressBarBuilder")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith(TerminalProgress.class.getPackageName())) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    @Test
    void shouldGiveStreamsBackIfItCannotBeMade() throws Exception {
        PrintStream before = System.out;
        Method made = new Incomplete()
                .loadClass(TerminalProgress.class.getName())
                .getDeclaredMethod("of", String.class, long.class, boolean.class);
        made.setAccessible(true);
        assertThatThrownBy(() -> made.invoke(null, "parcels", 10, true)).hasCauseInstanceOf(NoClassDefFoundError.class);
        assertThat(System.out).isSameAs(before);
        assertThat(System.err).isSameAs(before);
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
