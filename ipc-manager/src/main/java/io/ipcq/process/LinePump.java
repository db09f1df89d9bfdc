// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/** Copies a child's output line by line, the child's name before each, so that the lines of several children stay whole. */
final class LinePump extends Thread {

    /** A line that is longer is passed on in pieces: a child that never ends its line must not fill our memory. */
    private static final int MAX_LINE_BYTES = 1 << 16;

    private static final int BUFFER_BYTES = 1 << 13;

    /** What is remembered: enough for the end of a stack trace. */
    private static final int LAST_LINES = 20;

    private static final int MAX_REMEMBERED_BYTES = 500;

    private final InputStream from;
    private final Supplier<PrintStream> to;
    private final byte[] prefix;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Deque<String> lastLines = new ArrayDeque<>(); // guarded by itself

    /** {@code to} is asked at each line, because a program may exchange {@link System#out} at any time. */
    LinePump(String child, InputStream from, Supplier<PrintStream> to) {
        super("ipcq-output-" + child);
        this.from = from;
        this.to = to;
        this.prefix = ("[" + child + "] ").getBytes(StandardCharsets.UTF_8);
        setDaemon(true);
    }

    @Override
    public void run() {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (from) {
            for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
                split(buffer, count);
            }
        } catch (IOException closed) {
            // the child ended, and the JDK closed its end of the pipe under us
        }
        if (line.size() > 0) {
            emit();
        }
    }

    List<String> lastLines() {
        synchronized (lastLines) {
            return List.copyOf(lastLines);
        }
    }

    private void remember(byte[] bytes) {
        synchronized (lastLines) {
            if (lastLines.size() == LAST_LINES) {
                lastLines.remove();
            }
            lastLines.add(new String(bytes, 0, Math.min(bytes.length, MAX_REMEMBERED_BYTES), StandardCharsets.UTF_8));
        }
    }

    private void split(byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            if (bytes[i] == '\n' || line.size() >= MAX_LINE_BYTES) {
                emit();
            }
            if (bytes[i] != '\n') {
                line.write(bytes[i]);
            }
        }
    }

    private void emit() {
        remember(line.toByteArray());
        PrintStream stream = to.get();
        synchronized (stream) {
            stream.write(prefix, 0, prefix.length);
            stream.writeBytes(line.toByteArray());
            stream.write('\n');
            stream.flush();
        }
        line.reset();
    }
}
