// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** Copies a child's output line by line, the child's name before each, so that the lines of several children stay whole. */
final class LinePump extends Thread {

    /** A line that is longer is passed on in pieces: a child that never ends its line must not fill our memory. */
    private static final int MAX_LINE_BYTES = 1 << 16;

    private static final int BUFFER_BYTES = 1 << 13;

    private final InputStream from;
    private final Supplier<PrintStream> to;
    private final byte[] prefix;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

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
