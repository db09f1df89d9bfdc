// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.connection.Listener;
import io.ipcq.observe.Quantity;
import io.ipcq.observe.SystemSight;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says whether this machine has what ipcq wants, and what the dead have left on it. */
@Command(
        name = "doctor",
        description = {
            "Says whether this machine has what ipcq wants, tries it out, and says what to do about what is missing;",
            "and what killed programs of this user have left. The exit code is 5 if something does not work."
        })
final class DoctorCommand implements Callable<Integer> {

    private static final int MOST_NAMED = 5;

    /** What is to be removed, for scripts. */
    record Leftover(String leftover) {}

    @Option(
            names = "--sweep",
            description =
                    "Removes what killed programs of this user have left, and archives that nobody has used for long.")
    private boolean sweep;

    @Option(
            names = "--gather",
            paramLabel = "FILE",
            description = "Writes what doctor, top, pool ls and show, and queue ls, stat, who and verify say into a new"
                    + " zip file, with --manager also manager stat and ls, and lock ls. It is for somebody else to read:"
                    + " no element of a queue, no environment, nothing that looks like a secret.")
    private @Nullable Path gathered;

    @Parameters(arity = "0..*", paramLabel = "QUEUE", description = "For --gather: the queues with a path.")
    private List<QueueName> queues = new ArrayList<>();

    @ArgGroup(exclusive = false)
    private Overview.@Nullable NamedManager manager;

    @Mixin
    private Consent consent = new Consent();

    @Mixin
    private Quiet quiet = new Quiet();

    @Mixin
    private Looking looking = new Looking();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path file = gathered;
        if (file != null) {
            Gathering gathering =
                    new Gathering(queues.stream().map(QueueName::directory).toList(), manager);
            try (CommandProgress progress = quiet.begin(spec, looking.json(), gathering.size(), "answers gathered")) {
                gathering.write(file, progress);
            }
            Screen.of(spec).note("gathered: " + Harmless.name(file.toString()));
            return ExitCode.OK;
        }
        if (manager != null || !queues.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "QUEUE and --manager are for --gather");
        }
        if (sweep) {
            return sweep();
        }
        // first: to start a child sweeps
        Finding left = MachineChecks.run("leftovers", DoctorCommand::leftoverFinding);
        boolean works = true;
        for (Map.Entry<String, MachineChecks.Check> check : MachineChecks.all()) {
            works &= print(MachineChecks.run(check.getKey(), check.getValue()));
        }
        works &= print(left);
        return works ? ExitCode.OK : ExitCodes.NOT_IN_ORDER;
    }

    private boolean print(Finding finding) {
        finding.print(Screen.of(spec), looking.json());
        Screen.of(spec).flush();
        return finding.verdict() != Finding.Verdict.BAD;
    }

    // ---- what the dead have left ------------------------------------------------------------------------------------

    private static Finding leftoverFinding() throws IOException {
        List<Path> found = leftovers();
        return found.isEmpty()
                ? Finding.ok("leftovers", "killed programs of this user have left nothing")
                : Finding.note(
                        "leftovers",
                        Quantity.count(found.size(), "thing") + " left by killed programs of this user: "
                                + names(found),
                        "`ipcq doctor --sweep` removes them; so does the next program that makes such things");
    }

    private static String names(List<Path> paths) {
        List<String> names = paths.stream()
                .limit(MOST_NAMED)
                .map(path -> Harmless.name(path.toString()))
                .toList();
        return String.join(", ", names) + (paths.size() > MOST_NAMED ? ", ..." : "");
    }

    private static List<Path> leftovers() throws IOException {
        List<Path> found = new ArrayList<>(ChildProcess.leftovers());
        found.addAll(Listener.leftovers());
        SystemSight system = new SystemSight();
        for (Path queue : SharedQueue.anonymousDirectories()) {
            if (QueueFind.isDeserted(new QueueName(queue), system)) {
                found.add(queue);
            }
        }
        return found;
    }

    private int sweep() throws IOException {
        Screen screen = Screen.of(spec);
        List<Path> before = leftovers();
        for (Path path : before) {
            if (looking.json()) {
                screen.json(Leftover.class, new Leftover(path.toString()));
            } else {
                screen.line(Harmless.name(path.toString()));
            }
        }
        screen.flush();
        if (before.isEmpty()) {
            screen.note("there is nothing to remove");
            return ExitCode.OK;
        }
        if (!consent.isGiven(spec, "removes " + Quantity.count(before.size(), "thing") + " that are nobody's")) {
            return ExitCode.SOFTWARE;
        }
        ChildProcess.sweep();
        Listener.sweep();
        SharedQueue.sweepAnonymous();
        List<Path> left = new ArrayList<>(leftovers());
        left.retainAll(before);
        screen.note("removed: " + (before.size() - left.size()));
        if (!left.isEmpty()) {
            screen.note("not removed, as somebody may still need it, or the rights are missing: " + names(left));
        }
        return ExitCode.OK;
    }
}
