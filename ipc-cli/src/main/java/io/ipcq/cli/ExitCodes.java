// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

/** Exit codes of our own, beside those of {@link picocli.CommandLine.ExitCode}; {@code ipcq --help} lists all. */
final class ExitCodes {

    static final int NOTHING_THERE = 3;
    static final int NOT_IN_ORDER = 5;
    static final int PIPE_CLOSED = 141;

    private ExitCodes() {}
}
