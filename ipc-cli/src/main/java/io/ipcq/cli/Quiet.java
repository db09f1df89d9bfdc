// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The option of every command that says on a terminal how far it is. */
final class Quiet {

    @Option(
            names = "--quiet",
            description = "Does not say how far it is; otherwise a line on the terminal does, unless --json is given.")
    private boolean quiet;

    /** See {@link Progress#begin}. */
    CommandProgress begin(CommandSpec spec, boolean json, long total, String what) {
        return CommandProgress.begin(Screen.of(spec), !quiet && !json, total, what);
    }
}
