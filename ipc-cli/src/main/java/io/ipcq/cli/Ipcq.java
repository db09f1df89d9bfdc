// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code ipcq} command. */
@Command(
        name = "ipcq",
        description =
                "Processes and shared queues for the JVM: see it work, measure it, look at what it leaves on disk.",
        subcommands = {
            DemoCommand.class,
            QueueCommand.class,
            BenchCommand.class,
            ManagerCommand.class,
            HelpCommand.class
        },
        mixinStandardHelpOptions = true,
        version = "ipcq 0.1.0-SNAPSHOT",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed; the message says why",
            "2:the command line was wrong",
            "3:there was no element to get",
            "4:no usable JDK or Maven, or the build failed (from the launcher script)",
            "130:ended by Ctrl-C"
        })
final class Ipcq implements Runnable {

    static final int NOTHING_THERE = 3;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Ipcq());
        commandLine.setExecutionExceptionHandler(new FailureReport());
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        return commandLine;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command?");
    }
}
