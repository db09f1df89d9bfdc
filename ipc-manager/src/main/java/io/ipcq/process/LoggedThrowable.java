// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An exception of a child, as the log of its parent shows it: its text, its stack trace and its causes. It is not the
 * object that was thrown, because the parent must not instantiate classes that the sender of a log record names.
 */
final class LoggedThrowable extends Throwable {

    private static final long serialVersionUID = 1L;

    private static final int MAX_THROWN = 10;
    private static final int MAX_FRAMES = 200;

    private final String text;

    private LoggedThrowable(String text, @Nullable LoggedThrowable cause, StackTraceElement[] frames) {
        super(text, cause, true, true);
        this.text = text;
        setStackTrace(frames);
    }

    static LoggedThrowable of(Throwable thrown) {
        return of(thrown, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static LoggedThrowable of(Throwable thrown, Set<Throwable> seen) {
        seen.add(thrown);
        Throwable cause = thrown.getCause();
        LoggedThrowable copy = new LoggedThrowable(
                textOf(thrown),
                cause == null || isLeftOut(cause, seen) ? null : of(cause, seen),
                thrown.getStackTrace());
        for (Throwable suppressed : thrown.getSuppressed()) {
            if (!isLeftOut(suppressed, seen)) {
                copy.addSuppressed(of(suppressed, seen));
            }
        }
        return copy;
    }

    private static boolean isLeftOut(Throwable thrown, Set<Throwable> seen) {
        return seen.size() >= MAX_THROWN || seen.contains(thrown);
    }

    private static String textOf(Throwable thrown) {
        try {
            return String.valueOf(thrown);
        } catch (RuntimeException itsOwnFault) {
            return thrown.getClass().getName();
        }
    }

    void write(DataOutputStream out) throws IOException {
        LogEntry.write(out, text);
        StackTraceElement[] frames = getStackTrace();
        int count = Math.min(MAX_FRAMES, frames.length);
        out.writeInt(count);
        for (int i = 0; i < count; i++) {
            LogEntry.write(out, frames[i].getClassName());
            LogEntry.write(out, frames[i].getMethodName());
            LogEntry.write(out, frames[i].getFileName() == null ? "" : frames[i].getFileName());
            out.writeInt(frames[i].getLineNumber());
        }
        out.writeBoolean(getCause() != null);
        if (getCause() instanceof LoggedThrowable cause) {
            cause.write(out);
        }
        out.writeInt(getSuppressed().length);
        for (Throwable suppressed : getSuppressed()) {
            ((LoggedThrowable) suppressed).write(out);
        }
    }

    static LoggedThrowable read(DataInputStream in) throws IOException {
        String text = LogEntry.read(in);
        StackTraceElement[] frames = new StackTraceElement[Math.min(MAX_FRAMES, in.readInt())];
        for (int i = 0; i < frames.length; i++) {
            String type = LogEntry.read(in);
            String method = LogEntry.read(in);
            String file = LogEntry.read(in);
            frames[i] = new StackTraceElement(type, method, file.isEmpty() ? null : file, in.readInt());
        }
        LoggedThrowable read = new LoggedThrowable(text, in.readBoolean() ? read(in) : null, frames);
        for (int left = in.readInt(); left > 0; left--) {
            read.addSuppressed(read(in));
        }
        return read;
    }

    @Override
    @SuppressWarnings("OverrideThrowableToString") // its text begins with the name of another class
    public String toString() {
        return text;
    }
}
