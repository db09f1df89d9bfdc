// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.IpcException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A child ended before it came to run its function, or with another exit code than 0. The message has what it printed
 * last; the cause, if there is one, is what it threw, with its stack trace there.
 */
public final class ChildFailedException extends IpcException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final boolean begun;
    private final ArrayList<String> lastErrorLines;

    /** Of a child that has ended. {@code thrown} is null if that is not known. */
    ChildFailedException(
            String child, int exitCode, boolean begun, List<String> lastErrorLines, @Nullable Throwable thrown) {
        super(message(child, begun, lastErrorLines), thrown);
        this.exitCode = exitCode;
        this.begun = begun;
        this.lastErrorLines = new ArrayList<>(lastErrorLines);
    }

    private static String message(String child, boolean begun, List<String> lines) {
        return (begun ? "a child failed: " : "a child ended before it began: ")
                + child
                + (lines.isEmpty()
                        ? "; its standard error says why"
                        : ", stderr=[" + String.join(System.lineSeparator(), lines) + "]");
    }

    /** As {@link ChildProcess#exitCode} tells it. */
    public int exitCode() {
        return exitCode;
    }

    /** As {@link ChildProcess#hasBegun} tells it. */
    public boolean hasBegun() {
        return begun;
    }

    /** As {@link ChildProcess#lastErrorLines} tells them. */
    public List<String> lastErrorLines() {
        return List.copyOf(lastErrorLines);
    }
}
