// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs the samples. */
@Command(
        name = "demo",
        description = "Runs one of the samples; without a name, the two that tell most: pair and pool.",
        footer = {"", "The programs are in samples/; read them beside their output."})
final class DemoCommand implements Callable<Integer> {

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "One of: ${COMPLETION-CANDIDATES}.")
    private @Nullable Demo demo;

    @Parameters(index = "1..*", paramLabel = "ARGUMENT", description = "What the program is given.")
    private String[] arguments = {};

    @Option(names = "--all", description = "Runs all of them, one after the other.")
    private boolean all;

    @Option(names = "--list", description = "Only lists them.")
    private boolean list;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (list) {
            list();
            return 0;
        }
        PrintStream usual = System.out;
        System.setOut(Screen.of(spec).stream()); // the usual one swallows what cannot be written
        try {
            if (demo != null) {
                demo.run(arguments);
            } else {
                run(all ? List.of(Demo.values()) : List.of(Demo.PAIR, Demo.POOL));
            }
        } finally {
            System.setOut(usual);
        }
        return 0;
    }

    private static void run(List<Demo> demos) throws Exception {
        for (Demo each : demos) {
            System.out.println("---- " + each + ": " + each.story());
            each.run();
            System.out.println();
        }
    }

    private void list() {
        PrintWriter out = spec.commandLine().getOut();
        for (Demo each : Demo.values()) {
            out.printf("%-12s %s%n", each, each.story());
        }
        out.flush();
    }
}
