// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.connection.AuthKey;
import io.ipcq.manager.Manager;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.manager.server.ManagerServerBuilder;
import io.ipcq.observe.Quantity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts a manager, and looks at one. */
@Command(
        name = "manager",
        description = "Starts a manager, a process that serves queues, maps and locks by name; and looks at one.",
        footer = {
            "",
            "ADDRESS is the path of a Unix-domain socket, or host:port.",
            "The key is in a file of this user alone; serve makes it if it is missing. It is never on a command line."
        })
final class ManagerCommand {

    private static final String LINE = "%-14s %8s  %s";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Command(description = "Serves until it is ended.", mixinStandardHelpOptions = true)
    int serve(
            @Mixin ManagerAt at,
            @Option(
                            names = "--directory",
                            paramLabel = "DIR",
                            description = "Where durable queues are kept; there are none without it.")
                    @Nullable
                    Path directory,
            @Option(
                            names = "--allow-shutdown",
                            description = "Lets clients end the server, and take locks from others.")
                    boolean allowShutdown)
            throws IOException, InterruptedException {
        Path keyFile = at.keyFile();
        AuthKey key = Files.exists(keyFile) ? AuthKey.load(keyFile) : newKey(keyFile);
        ManagerServerBuilder builder = ManagerServer.builder().allowShutdown(allowShutdown);
        if (directory != null) {
            builder.directory(directory);
        }
        try (ManagerServer server = builder.bind(at.address(spec), key)) {
            Screen.of(spec).line("serves at " + server.address());
            Screen.of(spec).flush();
            server.serveForever();
        }
        return 0;
    }

    private static AuthKey newKey(Path file) throws IOException {
        AuthKey key = AuthKey.random();
        key.save(file);
        return key;
    }

    @Command(description = "Asks whether a manager is there.", mixinStandardHelpOptions = true)
    int ping(@Mixin AskedManager at, @Mixin Looking looking) throws IOException, InterruptedException {
        try (Manager manager = at.connect(spec)) {
            long pid = manager.ping().orElseThrow();
            Screen.of(spec).line(looking.json() ? "{\"pid\":" + pid + "}" : "pid " + pid);
        }
        return 0;
    }

    @Command(description = "Lists what the clients of a manager hold.", mixinStandardHelpOptions = true)
    int ls(@Mixin AskedManager at, @Mixin Looking looking) throws IOException, InterruptedException {
        Screen screen = Screen.of(spec);
        try (Manager manager = at.connect(spec)) {
            List<Manager.Held> names = manager.names();
            if (looking.json()) {
                names.forEach(held -> screen.json(Manager.Held.class, held));
                return 0;
            }
            screen.line(Screen.Style.STRONG, String.format(LINE, "TYPE", "HOLDERS", "NAME"));
            names.forEach(
                    held -> screen.line(String.format(LINE, held.type(), held.holders(), Harmless.name(held.name()))));
        }
        return 0;
    }

    @Command(
            description =
                    "Says how a manager is, and how much its clients hold. The exit code is 5 if it does not answer.",
            mixinStandardHelpOptions = true)
    int stat(@Mixin AskedManager at, @Mixin Looking looking) throws InterruptedException {
        Screen screen = Screen.of(spec);
        ManagerSight sight;
        try (ManagerDoor door = at.door(spec)) {
            sight = door.look();
        }
        if (looking.json()) {
            screen.json(ManagerSight.class, sight);
        } else {
            sight.page(screen);
        }
        return sight.message() == null ? 0 : ExitCodes.NOT_IN_ORDER;
    }

    @Command(
            description = "Ends a manager that was started with --allow-shutdown, or whose program allows it.",
            mixinStandardHelpOptions = true)
    int stop(@Mixin AskedManager at, @Mixin Consent consent) throws IOException, InterruptedException {
        try (Manager manager = at.connect(spec)) {
            int names = manager.names().size();
            String plan = "ends the manager of pid " + manager.ping().orElseThrow() + "; "
                    + Quantity.count(names, "name") + " and what is behind them are gone then";
            if (!consent.isGiven(spec, plan)) {
                return 1;
            }
            manager.shutdown();
        }
        return 0;
    }
}
