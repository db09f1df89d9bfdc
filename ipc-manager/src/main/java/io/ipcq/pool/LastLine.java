// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * The last line of a terminal. It stays below everything that this program prints. Thread-safe.
 *
 * <p>The output of a pool's workers passes through here. The output that children print themselves
 * ({@link io.ipcq.process.Output#INHERIT}) does not.
 */
final class LastLine implements AutoCloseable {
    /*
     * Idea. Both standard streams of the program go through this. Before text is printed, the last line is erased. Once
     * the text has ended its own line, the last line is drawn again below it. So text that is printed without a line
     * end stays whole.
     */

    /** Moves to the beginning of the line and erases the line. */
    private static final byte[] WIPE = {'\r', 0x1b, '[', 'K'};

    private final PrintStream out;
    private final PrintStream err;
    private final PrintStream aboveOut;
    private final PrintStream aboveErr;

    // guarded by this
    private String text = "";
    private boolean drawn;
    private boolean atStartOfLine = true;
    private boolean closed;

    /**
     * Replaces {@link System#out} and {@link System#err}, until this is closed.
     *
     * @param err where the line is drawn: a terminal
     */
    LastLine(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
        this.aboveOut = new PrintStream(new Above(out), true, Charset.defaultCharset());
        this.aboveErr = new PrintStream(new Above(err), true, Charset.defaultCharset());
        System.setOut(aboveOut);
        System.setErr(aboveErr);
    }

    synchronized void draw(String line) {
        text = line;
        if (!closed && atStartOfLine) {
            wipe();
            redraw();
        }
    }

    private void wipe() {
        if (drawn) {
            err.write(WIPE, 0, WIPE.length);
            err.flush();
            drawn = false;
        }
    }

    private void redraw() {
        if (!text.isEmpty()) {
            err.print(text);
            err.flush();
            drawn = true;
        }
    }

    private synchronized void print(PrintStream to, byte[] bytes, int from, int length) {
        if (length == 0) {
            return;
        }
        if (!closed) {
            wipe();
        }
        to.write(bytes, from, length);
        to.flush();
        atStartOfLine = bytes[from + length - 1] == '\n';
        if (!closed && atStartOfLine) {
            redraw();
        }
    }

    /** Leaves the line as it is, and ends it. Does nothing the second time. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!atStartOfLine) {
            err.println();
        }
        if (!drawn) {
            redraw();
        }
        if (drawn) {
            err.println();
        }
        if (isOurs(System.out, aboveOut)) {
            System.setOut(out);
        }
        if (isOurs(System.err, aboveErr)) {
            System.setErr(err);
        }
    }

    @SuppressWarnings("ReferenceEquality") // the program may have set another one meanwhile
    private static boolean isOurs(PrintStream there, PrintStream ours) {
        return there == ours;
    }

    private final class Above extends FilterOutputStream {

        private final PrintStream to;

        Above(PrintStream to) {
            super(OutputStream.nullOutputStream());
            this.to = to;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            print(to, bytes, from, length);
        }

        @Override
        public void close() throws IOException {
            to.flush();
        }
    }
}
