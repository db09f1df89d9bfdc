// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.manager.LockState;
import io.ipcq.manager.Manager;
import io.ipcq.observe.Quantity;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at the locks of a manager. */
@Command(
        name = "lock",
        description = "Shows who holds what of a manager, and who waits: locks, semaphores, latches, events, barriers.",
        footer = {
            "",
            "ADDRESS is the path of a Unix-domain socket, or host:port.",
            "A thread is called as its client says; a program in Java says pid/thread."
        })
final class LockCommand {

    private static final String LINE = "%-10s %-24s %8s %6s %6s %9s  %s";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Command(
            description = "Lists them: who holds each, for how long, and how many wait.",
            mixinStandardHelpOptions = true)
    int ls(
            @Mixin AskedManager at,
            @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "Only those of this name.")
                    @Nullable
                    String name,
            @Mixin Looking looking)
            throws IOException, InterruptedException {
        Screen screen = Screen.of(spec);
        List<LockState> locks;
        try (Manager manager = at.connect(spec)) {
            locks = named(manager, name);
        }
        if (looking.json()) {
            locks.forEach(lock -> screen.json(LockState.class, lock));
            return 0;
        }
        screen.line(
                Screen.Style.STRONG,
                String.format(LINE, "TYPE", "HELD BY", "FOR", "COUNT", "CLIENT", "WAITING", "NAME"));
        locks.stream().flatMap(LockCommand::lines).forEach(screen::line);
        return 0;
    }

    private static List<LockState> named(Manager manager, @Nullable String name) {
        return manager.locks().stream()
                .filter(lock -> name == null || lock.name().equals(name))
                .toList();
    }

    private static Stream<String> lines(LockState lock) {
        Stream<String> holders = lock.holders().isEmpty()
                ? Stream.of(line(lock, "-", "-", "-", "-"))
                : lock.holders().stream()
                        .map(holder -> line(
                                lock,
                                thread(holder),
                                Quantity.nanos(holder.held().toNanos()),
                                Long.toString(holder.count()),
                                Long.toString(holder.client())));
        Stream<String> more =
                lock.more() == 0 ? Stream.of() : Stream.of(line(lock, "and " + lock.more() + " more", "-", "-", "-"));
        Stream<String> conditions = lock.conditions().entrySet().stream()
                .map(each -> "  " + Quantity.count(each.getValue(), "thread") + " at the condition "
                        + Harmless.name(each.getKey()));
        return Stream.of(holders, more, conditions).flatMap(part -> part);
    }

    private static String line(LockState lock, String by, String held, String count, String client) {
        return String.format(LINE, lock.type(), by, held, count, client, lock.waiting(), Harmless.name(lock.name()));
    }

    private static String thread(LockState.Holder holder) {
        return holder.thread() == null ? "?" : Harmless.name(holder.thread());
    }

    @Command(
            description = {
                "Takes a lock or permits from all who hold them, so that others get them; if the manager was started with --allow-shutdown.",
                "What they protect may be half done, and who held them does not know, and goes on. To end the process that holds"
                        + " them does the same, and is safe."
            },
            mixinStandardHelpOptions = true)
    int release(
            @Mixin AskedManager at,
            @Parameters(index = "1", paramLabel = "NAME", description = "Which one.") String name,
            @Option(
                            names = "--client",
                            paramLabel = "NUMBER",
                            converter = Count.class,
                            description = "Only from this client; ls has its number.")
                    @Nullable
                    Long client,
            @Mixin Consent consent)
            throws IOException, InterruptedException {
        Screen screen = Screen.of(spec);
        try (Manager manager = at.connect(spec)) {
            List<LockState> held = named(manager, name).stream()
                    .filter(lock -> holders(lock, client).findAny().isPresent())
                    .toList();
            if (held.isEmpty()) {
                throw new IllegalArgumentException(
                        "nobody holds it: name=" + Harmless.name(name) + "; `ipcq lock ls` has all");
            }
            String plan = held.stream()
                    .flatMap(lock -> holders(lock, client).map(holder -> plan(lock, holder)))
                    .collect(Collectors.joining("\n"));
            if (!consent.isGiven(spec, plan)) {
                return 1;
            }
            for (LockState lock : held) {
                holders(lock, client).forEach(holder -> {
                    if (!manager.revoke(lock, holder)) {
                        screen.note("client " + holder.client() + " has let go of it meanwhile");
                    }
                });
            }
        }
        return 0;
    }

    private static Stream<LockState.Holder> holders(LockState lock, @Nullable Long client) {
        return lock.holders().stream().filter(holder -> client == null || holder.client() == client);
    }

    private static String plan(LockState lock, LockState.Holder holder) {
        return "takes " + lock.type() + " " + Harmless.name(lock.name()) + " from " + thread(holder) + ", client "
                + holder.client() + ", which has it for "
                + Quantity.nanos(holder.held().toNanos()) + "; waiting for it: "
                + Quantity.count(lock.waiting(), "thread");
    }
}
