// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.AttachedProcess;
import io.ipcq.observe.ProcessSight;
import io.ipcq.observe.Quantity;
import io.ipcq.observe.QueueLook;
import io.ipcq.observe.QueueWatch;
import io.ipcq.observe.Stall;
import io.ipcq.observe.StallRules;
import io.ipcq.queue.QueueTimes;
import io.ipcq.queue.QueueView;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says who is attached, and why nothing goes on. */
@Command(
        name = "who",
        description = {
            "Says which processes are attached to queues, what each waits for and holds, and what does not go on, and why.",
            "Watches for a second. Changes nothing, and works whether the processes live, are stopped or dead.",
            "The exit code is 5 if something does not go on."
        })
final class QueueWho implements Callable<Integer> {

    private static final String LINE = "%9s %-5s %-8s %-8s %-22s %-22s %6s %8s %8s  %s";

    /** A process, for scripts; {@code oldestLeaseNanos} is -1 and {@code started} null if they are not known. */
    record ProcessObject(
            String queue,
            @Nullable Long pid,
            @Nullable String state,
            @Nullable String user,
            @Nullable Instant started,
            @Nullable String command,
            List<Integer> members,
            String role,
            List<String> waitsFor,
            List<String> holds,
            int leases,
            long oldestLeaseNanos) {}

    /** A member that is dead, for scripts. */
    record DeadObject(String queue, int deadMember, List<String> holds, int leases) {}

    /** A reason why something does not go on, for scripts. */
    record StallObject(String queue, String stall, String sentence) {}

    @Parameters(arity = "1..*", paramLabel = "QUEUE", description = "Their directories.")
    private List<QueueName> queues = new ArrayList<>();

    @Mixin
    private Patience patience = new Patience();

    @Option(
            names = "--watch",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "How long to watch; what stands still for less is not noticed. 1 unless given.")
    private Duration time = Duration.ofSeconds(1);

    @Mixin
    private Looking looking = new Looking();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        StallRules rules = patience.ofQueues();
        boolean goesOn = true;
        for (QueueName queue : queues) {
            try (QueueView view = queue.look()) {
                QueueWatch watch = QueueWatch.of(view, time);
                List<Stall> stalls = rules.of(watch);
                // who waits for work is in order
                goesOn &= stalls.stream().allMatch(stall -> stall.kind() == Stall.Kind.NO_PRODUCER);
                if (looking.json()) {
                    printObjects(view, watch.last(), stalls);
                } else {
                    printText(view, watch, stalls);
                }
            }
        }
        return goesOn ? ExitCode.OK : ExitCodes.NOT_IN_ORDER;
    }

    // ---- for people -------------------------------------------------------------------------------------------------

    private void printText(QueueView view, QueueWatch watch, List<Stall> stalls) {
        Screen screen = Screen.of(spec);
        QueueLook look = watch.last();
        screen.line(
                Screen.Style.STRONG, "queue " + Harmless.name(view.directory().toString()));
        QueueTimes times = look.snapshot().times();
        screen.line("oldest element " + QueueLine.age(QueueLine.nanos(times.oldestAge())) + ", last put "
                + when(times.lastPut()) + ", last take " + when(times.lastTake()));
        screen.line(Quantity.count(look.snapshot().size(), "element") + ", "
                + look.snapshot().leases().size() + " leased; in " + Quantity.nanos(watch.nanos()) + ": "
                + watch.put() + " put, " + watch.taken() + " taken"
                + (view.isDurable() ? ", " + watch.acknowledged() + " acknowledged" : ""));
        List<AttachedProcess> attached = look.attached();
        if (attached == null) {
            screen.line("who is attached is not to be seen on this system");
        } else if (attached.isEmpty()) {
            screen.line("nobody is attached");
        } else {
            screen.line(
                    Screen.Style.STRONG,
                    String.format(
                            LINE,
                            "PID",
                            "STATE",
                            "USER",
                            "ROLE",
                            "WAITS FOR",
                            "HOLDS",
                            "LEASES",
                            "OLDEST",
                            "RUNS FOR",
                            "COMMAND"));
            attached.forEach(process -> printProcess(screen, process));
        }
        look.dead()
                .forEach(dead -> screen.line(
                        Screen.Style.ALARM,
                        "member " + dead.member() + " is dead; it holds " + text(dead.holds()) + ", leases: "
                                + dead.leases()));
        stalls.forEach(stall -> screen.line(Screen.Style.ALARM, stall.kind() + ": " + stall.sentence()));
    }

    private static String when(@Nullable Instant then) {
        return then == null ? "-" : QueueLine.ago(then) + " ago";
    }

    private static void printProcess(Screen screen, AttachedProcess attached) {
        ProcessSight process = attached.process();
        boolean stopped = process != null && process.isStopped();
        screen.line(
                stopped ? Screen.Style.ALARM : Screen.Style.PLAIN,
                String.format(
                        Locale.ROOT,
                        LINE,
                        process == null ? "?" : process.pid(),
                        process == null ? "?" : stopped ? process.state() + " (!)" : process.state(),
                        process == null ? "?" : process.user(),
                        attached.role(),
                        text(attached.waitsFor()),
                        text(attached.holds()),
                        attached.leases(),
                        attached.oldestLeaseNanos() < 0 ? "-" : Quantity.nanos(attached.oldestLeaseNanos()),
                        process == null ? "?" : age(process.started()),
                        process == null ? "not to be seen from here" : Harmless.name(process.program())));
    }

    private static String age(@Nullable Instant started) {
        return started == null
                ? "?"
                : Quantity.millis(
                        Math.max(0, Duration.between(started, Instant.now()).toMillis()));
    }

    private static String text(Collection<?> words) {
        return words.isEmpty() ? "-" : String.join(", ", strings(words));
    }

    private static List<String> strings(Collection<?> words) {
        return words.stream().map(String::valueOf).sorted().toList();
    }

    // ---- for scripts ------------------------------------------------------------------------------------------------

    private void printObjects(QueueView view, QueueLook look, List<Stall> stalls) {
        Screen screen = Screen.of(spec);
        String queue = view.directory().toString();
        List<AttachedProcess> attached = look.attached();
        screen.json(QueueLine.class, QueueLine.of(view, look.snapshot(), attached == null ? null : attached.size()));
        for (AttachedProcess each : attached == null ? List.<AttachedProcess>of() : attached) {
            ProcessSight process = each.process();
            screen.json(
                    ProcessObject.class,
                    new ProcessObject(
                            queue,
                            process == null ? null : process.pid(),
                            process == null ? null : String.valueOf(process.state()),
                            process == null ? null : process.user(),
                            process == null ? null : process.started(),
                            process == null ? null : process.command(),
                            each.members().stream().sorted().toList(),
                            each.role().toString(),
                            strings(each.waitsFor()),
                            strings(each.holds()),
                            each.leases(),
                            each.oldestLeaseNanos()));
        }
        look.dead()
                .forEach(dead -> screen.json(
                        DeadObject.class, new DeadObject(queue, dead.member(), strings(dead.holds()), dead.leases())));
        stalls.forEach(stall -> screen.json(
                StallObject.class, new StallObject(queue, stall.kind().toString(), stall.sentence())));
    }
}
