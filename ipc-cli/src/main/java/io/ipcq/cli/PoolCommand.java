// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Looks at the pools of this user's programs. */
@Command(
        name = "pool",
        description = {
            "Looks at the pools of this user's programs, and at what their workers do. Changes nothing.",
            "A program writes down what its pools do; nothing is asked of it, so it may be stopped."
        },
        subcommands = {PoolList.class, PoolShow.class, PoolDump.class},
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "POOL is the pid of the program, or the name of a pool."})
final class PoolCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command?");
    }
}
