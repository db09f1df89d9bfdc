// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.codec.Codec;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What a command reads from and prints to: data goes to the standard output, whatever is said about it to the other
 * one. Text is UTF-8, and {@linkplain Harmless harmless}; colours and questions are for terminals only.
 */
final class Screen {

    /** What has a screen; the whole command, whose parts find it here. */
    @FunctionalInterface
    interface Owner {
        Screen screen();
    }

    /** How a line looks on a terminal. */
    enum Style {
        PLAIN(""),
        STRONG("1"),
        FAINT("2"),
        ALARM("31"),
        GOOD("32");

        private final String code;

        Style(String code) {
            this.code = code;
        }
    }

    /** Who read what this prints has gone. */
    static final class ClosedPipeException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        ClosedPipeException(IOException cause) {
            super(cause);
        }
    }

    /**
     * Fails for good once it has failed. A print writer swallows that, and what came after it would stand behind a gap.
     */
    private static final class Gapless extends OutputStream {

        private final OutputStream target;
        private @Nullable IOException failure;

        Gapless(OutputStream target) {
            this.target = target;
        }

        private interface Step {
            void take() throws IOException;
        }

        private void take(Step step) throws IOException {
            if (failure != null) {
                throw failure;
            }
            try {
                step.take();
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }

        @Override
        public void write(int b) throws IOException {
            take(() -> target.write(b));
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            take(() -> target.write(bytes, from, length));
        }

        @Override
        public void flush() throws IOException {
            take(target::flush);
        }
    }

    private final InputStream in;
    private OutputStream out;
    private final PrintWriter err;
    private final StatusLine statusLine;
    private final Terminal terminal;

    /** A codec learns its type from the first value. */
    private final Map<Class<?>, Codec<?>> codecs = new HashMap<>();

    Screen(InputStream in, OutputStream out, OutputStream err, Terminal terminal) {
        this.in = in;
        this.statusLine = new StatusLine(err);
        OutputStream data = terminal.out() ? statusLine.beside(out) : out;
        OutputStream messages = terminal.err() ? statusLine.beside(err) : err;
        this.out = new BufferedOutputStream(new Gapless(data));
        this.err = new PrintWriter(Harmless.writer(new OutputStreamWriter(messages, StandardCharsets.UTF_8)), true);
        this.terminal = terminal;
    }

    static Screen of(CommandSpec spec) {
        return ((Owner) spec.root().userObject()).screen();
    }

    InputStream in() {
        return in;
    }

    /** For picocli, which prints help there. */
    PrintWriter out() {
        return new PrintWriter(Harmless.writer(new OutputStreamWriter(out, StandardCharsets.UTF_8)), true);
    }

    /** For programs that print to {@link System#out}. */
    PrintStream stream() {
        return new PrintStream(out, true, StandardCharsets.UTF_8);
    }

    PrintWriter err() {
        return err;
    }

    Terminal terminal() {
        return terminal;
    }

    /** One line of data. */
    void line(String text) {
        line(Style.PLAIN, text);
    }

    void line(Style style, String text) {
        String line = Harmless.line(text);
        boolean coloured = terminal.hasColours() && style != Style.PLAIN;
        write((coloured ? "\u001b[" + style.code + "m" + line + "\u001b[0m" : line) + System.lineSeparator());
    }

    /** A record as one line of JSON. */
    @SuppressWarnings("unchecked") // by its type
    <T> void json(Class<T> type, T value) {
        Codec<T> codec = (Codec<T>) codecs.computeIfAbsent(type, Codec::json);
        line(new String(codec.encode(value), StandardCharsets.UTF_8));
    }

    private void write(String text) {
        raw(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes as they are. */
    void raw(byte[] bytes) {
        try {
            out.write(bytes);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Who reads may have gone, which is no fault; or the disk is full, or whatever else. */
    private RuntimeException failure(IOException e) {
        out = OutputStream.nullOutputStream(); // what is left of it fails as well, and this was said
        return BrokenPipe.isSaidBy(e)
                ? new ClosedPipeException(e)
                : new UncheckedIOException("the output cannot be written: " + e.getMessage(), e);
    }

    /** What was printed so far has arrived when this returns. */
    void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Something about the data. */
    void note(String text) {
        err.println(Harmless.line(text));
        err.flush();
    }

    /**
     * What goes on, in a line of the terminal that whatever comes next takes the place of; none if it is empty, nor
     * where the messages go elsewhere. Any thread may call it.
     */
    void status(String text) {
        if (terminal.err()) {
            statusLine.show(Harmless.line(text));
        }
    }

    /** Asks at the terminal; false for anything but a yes. */
    boolean asks(String question) {
        err.print(question + " [y/N] ");
        err.flush();
        StringBuilder answer = new StringBuilder();
        try {
            int character = in.read();
            for (; character >= 0 && character != '\n'; character = in.read()) {
                answer.append((char) character);
            }
            if (character == '\n') {
                statusLine.lineHasEnded(); // the terminal has shown it
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the answer", e);
        }
        String word = answer.toString().strip();
        return word.equalsIgnoreCase("y") || word.equalsIgnoreCase("yes");
    }
}
