// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The last line of a terminal, which says how far a command is. Whatever else goes to that terminal takes its place.
 * There is no escape code in it, so any terminal will do.
 *
 * <p>Thread-safe.
 */
final class StatusLine {

    /** What is wider than the terminal would go on in the next line, and stay there. */
    private static final int WIDTH = 79;

    private final OutputStream terminal;
    private int shown; // characters; guarded by this, as is the next one
    private boolean amidLine; // of others: the status would overwrite it

    StatusLine(OutputStream terminal) {
        this.terminal = terminal;
    }

    /** Takes the place of the status before; none if it is empty. */
    synchronized void show(String text) {
        if (amidLine || (text.isEmpty() && shown == 0)) {
            return;
        }
        String line = text.substring(0, Math.min(WIDTH, text.length()));
        try {
            write("\r" + line + " ".repeat(Math.max(0, shown - line.length())) + (line.isEmpty() ? "\r" : ""));
        } catch (IOException gone) {
            return; // nobody reads it
        }
        shown = line.length();
    }

    /** By what somebody has typed, which the terminal shows itself. */
    synchronized void lineHasEnded() {
        amidLine = false;
    }

    private void write(String text) throws IOException {
        terminal.write(text.getBytes(StandardCharsets.UTF_8));
        terminal.flush();
    }

    /** What others print to the same terminal. */
    OutputStream beside(OutputStream target) {
        return new Beside(target);
    }

    private final class Beside extends OutputStream {

        private final OutputStream target;

        Beside(OutputStream target) {
            this.target = target;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            synchronized (StatusLine.this) {
                if (length > 0) {
                    show("");
                    target.write(bytes, from, length);
                    amidLine = bytes[from + length - 1] != '\n';
                }
            }
        }

        @Override
        public void flush() throws IOException {
            target.flush();
        }
    }
}
