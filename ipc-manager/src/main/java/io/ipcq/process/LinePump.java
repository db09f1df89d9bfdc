// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.Log;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/** Passes a child's output on line by line, so that the lines of several children stay whole. */
final class LinePump extends Thread {

    /**
     * A longer line is passed on in pieces, because a child that never ends its line must not fill the memory of its
     * parent.
     */
    private static final int MAX_LINE_BYTES = 1 << 16;

    private static final int BUFFER_BYTES = 1 << 13;

    /** How many lines are remembered: enough for the end of a stack trace. */
    private static final int LAST_LINES = 20;

    private static final int MAX_REMEMBERED_BYTES = 500;

    private static final long TURN_MILLIS = 10;

    /**
     * How many turns other processes that have the pipe get to write more. For both streams of a child together, that
     * is half a second. If a pool's task has left such a process, the future of the task waits so long.
     */
    private static final int TURNS_FOR_OTHERS = 25;

    /** How many turns the output that is still in the pipe gets, because its receiver may never take it. */
    private static final int TURNS = 200;

    /**
     * More bytes than a pipe and all buffers hold. Output beyond that was written by other processes after the child
     * had ended, and they may never stop.
     */
    private static final int MOST_LEFT_BYTES = 1 << 21;

    /**
     * A line that every JVM prints that finds options in its environment. It is not remembered, because it does not
     * tell why the JVM ended, and the options may hold passwords.
     */
    private static final Pattern OPTIONS_READ = Pattern.compile("(NOTE: )?Picked up \\w+: ");

    private final InputStream from;
    private final LineSink to;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Deque<String> lastLines = new ArrayDeque<>(); // guarded by itself
    private volatile boolean reading;
    private volatile long passedOn;
    private volatile boolean givenUp;

    LinePump(String child, InputStream from, LineSink to) {
        super("ipcq-output-" + child);
        this.from = from;
        this.to = to;
        setDaemon(true);
    }

    @Override
    public void run() {
        byte[] buffer = new byte[BUFFER_BYTES];
        long bytes = 0;
        try (from) {
            for (int count = read(buffer); count >= 0; count = read(buffer)) {
                split(buffer, count);
                bytes += count;
                passedOn = bytes;
            }
        } catch (IOException closed) {
            // the child ended, and the JDK closed its end of the pipe under us
        }
        if (line.size() > 0) {
            emit();
        }
    }

    private int read(byte[] buffer) throws IOException {
        reading = true;
        int count = from.read(buffer);
        reading = false;
        return count;
    }

    /**
     * For a child that has ended: waits until all of its output is passed on. Another process may still have the pipe.
     * Only the reading thread can see whether the pipe is empty, because it holds the stream's monitor. So this method
     * gives the reading thread some turns. On a busy machine the turns of all threads come later, those of the calling
     * thread, too. This method does not wait for a process that writes without end.
     */
    void awaitEnd() throws InterruptedException {
        awaitEnd(TURNS);
    }

    /** The same with at most this many turns. */
    void awaitEnd(int most) throws InterruptedException {
        long before = passedOn;
        int turns = 0;
        int idle = 0;
        while (isAlive() && !givenUp) {
            join(TURN_MILLIS);
            turns++;
            idle = reading ? idle + 1 : 0;
            if (idle == TURNS_FOR_OTHERS || turns == most || passedOn - before > MOST_LEFT_BYTES) {
                givenUp = true; // later callers do not wait, either
            }
        }
    }

    List<String> lastLines() {
        synchronized (lastLines) {
            return List.copyOf(lastLines);
        }
    }

    private void remember(byte[] bytes) {
        String text = new String(bytes, 0, Math.min(bytes.length, MAX_REMEMBERED_BYTES), StandardCharsets.UTF_8);
        if (OPTIONS_READ.matcher(text).lookingAt()) {
            return;
        }
        synchronized (lastLines) {
            if (lastLines.size() == LAST_LINES) {
                lastLines.remove();
            }
            lastLines.add(text);
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

    /** A logger that fails must not end the thread that keeps the child's pipe open. */
    private void emit() {
        byte[] bytes = line.toByteArray();
        line.reset();
        remember(bytes);
        try {
            to.accept(bytes);
        } catch (Throwable itsOwnFault) {
            Log.of(LinePump.class).warn("a line that a child printed is lost: thread=" + getName(), itsOwnFault);
        }
    }
}
