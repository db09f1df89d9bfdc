// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints what completes commands in a shell. */
@Command(
        name = "completion",
        description = {
            "Prints a script that completes this command in bash and zsh.",
            "Keep it in a file and let your shell read that: ipcq completion >~/.ipcq-completion."
        })
final class CompletionCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        Screen screen = Screen.of(spec);
        AutoComplete.bash("ipcq", spec.root().commandLine())
                .lines()
                .forEach(line -> screen.line(line.replace("\t", "  ")));
        return ExitCode.OK;
    }
}
