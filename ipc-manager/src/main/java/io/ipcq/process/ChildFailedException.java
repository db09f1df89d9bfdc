// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.IpcException;
import java.util.ArrayList;
import java.util.List;

/**
 * A child ended before it came to run its function, or with another exit code than 0. The message has what it printed
 * last; the cause, if there is one, is what it threw, with its stack trace there.
 */
public final class ChildFailedException extends IpcException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final boolean begun;
    private final ArrayList<String> lastErrorLines;

    /** Of a child that has ended. */
    ChildFailedException(ChildProcess child) {
        super(message(child), child.thrown());
        this.exitCode = child.exitCode().orElse(0);
        this.begun = child.hasBegun();
        this.lastErrorLines = new ArrayList<>(child.lastErrorLines());
    }

    private static String message(ChildProcess child) {
        List<String> lines = child.lastErrorLines();
        return (child.hasBegun() ? "a child failed: " : "a child ended before it began: ")
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
