// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code ipcq} command. */
@Command(
        name = "ipcq",
        description =
                "Processes and shared queues for the JVM: see it work, measure it, look at what it leaves on disk.",
        subcommands = {
            DemoCommand.class,
            QueueCommand.class,
            PoolCommand.class,
            BenchCommand.class,
            ManagerCommand.class,
            LockCommand.class,
            WebCommand.class,
            TopCommand.class,
            MapCommand.class,
            DoctorCommand.class,
            CompletionCommand.class,
            HelpCommand.class
        },
        version = "ipcq 0.1.0-SNAPSHOT",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; looked at, and in order",
            "1:failed, and the message says why; or the answer to a question was no",
            "2:the command line was wrong, or --yes is missing",
            "3:there was no element to get, or no queue to find",
            "4:no usable JDK or Maven, or the build failed; from the launcher script",
            "5:what was looked at is not in order: damaged (verify, repair), it does not go on (who, pool show),"
                    + " does not answer (manager stat), does not work (doctor), or gave no dump (pool dump)",
            "129:ended by SIGHUP, as when its terminal was closed",
            "130:ended by Ctrl-C",
            "141:who read the output has gone",
            "143:ended by SIGTERM"
        })
final class Ipcq implements Runnable, Screen.Owner {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    private final Screen screen;

    private Ipcq(Screen screen) {
        this.screen = screen;
    }

    public static void main(String[] arguments) {
        // not System.out, which swallows what it cannot write
        Screen screen = new Screen(
                System.in,
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                Terminal.ofThisProcess());
        System.exit(run(screen, arguments));
    }

    /** Runs a command; the exit code. */
    static int run(Screen screen, String... arguments) {
        CommandLine commandLine = commandLine(screen);
        try {
            int code = commandLine.execute(arguments);
            screen.flush();
            return code;
        } catch (Screen.ClosedPipeException gone) {
            return ExitCodes.PIPE_CLOSED;
        } catch (UncheckedIOException full) {
            screen.note("ipcq: " + full.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        } catch (InternalError cut) {
            screen.note("ipcq: a file was cut short while it was read: " + cut.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    static CommandLine commandLine(Screen screen) {
        CommandLine commandLine = new CommandLine(new Ipcq(screen));
        commandLine.registerConverter(QueueName.class, QueueName::of);
        commandLine.setExpandAtFiles(false); // an element, or an argument of a command, may begin with @
        commandLine.setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF));
        commandLine.setOut(screen.out());
        commandLine.setErr(screen.err());
        commandLine.setExecutionExceptionHandler(new FailureReport());
        commandLine.setExecutionStrategy(Ipcq::execute);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        addHelp(commandLine);
        return commandLine;
    }

    /** Every command has it, whoever writes one. */
    private static void addHelp(CommandLine commandLine) {
        CommandSpec spec = commandLine.getCommandSpec();
        if (spec.findOption("--help") == null) {
            spec.mixinStandardHelpOptions(true);
        }
        commandLine.getSubcommands().values().forEach(Ipcq::addHelp);
    }

    /** Somebody who asks for help is told of it if there is no such command; picocli shows the help of another one. */
    private static int execute(ParseResult line) {
        for (ParseResult each = line; each != null; each = each.hasSubcommand() ? each.subcommand() : null) {
            List<String> unmatched = each.unmatched();
            if (!unmatched.isEmpty()) {
                throw new UnmatchedArgumentException(each.commandSpec().commandLine(), unmatched);
            }
        }
        return new RunLast().execute(line);
    }

    @Override
    public Screen screen() {
        return screen;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command was given");
    }
}
