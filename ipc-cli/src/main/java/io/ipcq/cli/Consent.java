// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What a command wants before it takes, moves or removes something: it says what it is about to do, and asks. */
final class Consent {

    @Option(names = "--yes", description = "Does it without asking; needed where there is no terminal to ask at.")
    private boolean yes;

    /** Whether to go on. */
    boolean isGiven(CommandSpec spec, String plan) {
        Screen screen = Screen.of(spec);
        screen.note(plan);
        if (yes) {
            return true;
        }
        if (!screen.terminal().in()) {
            throw new ParameterException(
                    spec.commandLine(), "nothing was done: there is no terminal to ask at; add --yes to do it");
        }
        boolean given = screen.asks("Do it?");
        if (!given) {
            screen.note("nothing was done");
        }
        return given;
    }
}
