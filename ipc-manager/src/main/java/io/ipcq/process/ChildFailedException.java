// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.IpcException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A child ended before it reached its function, or with an exit code other than 0. The message has the last lines that
 * the child printed. The cause, if there is one, is the exception that the child threw, with its stack trace in the
 * child.
 */
public final class ChildFailedException extends IpcException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final boolean begun;
    private final ArrayList<String> lastErrorLines;

    /** For a child that has ended. {@code thrown} is null if it is not known what the child threw. */
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

    /** The exit code of the child, as from {@link ChildProcess#exitCode}. */
    public int exitCode() {
        return exitCode;
    }

    /** Whether the child had begun, as from {@link ChildProcess#hasBegun}. */
    public boolean hasBegun() {
        return begun;
    }

    /** The last lines that the child printed, as from {@link ChildProcess#lastErrorLines}. */
    public List<String> lastErrorLines() {
        return List.copyOf(lastErrorLines);
    }
}
