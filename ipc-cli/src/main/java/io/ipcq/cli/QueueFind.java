// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.memory.Deadline;
import io.ipcq.observe.QueueLook;
import io.ipcq.observe.SystemSight;
import io.ipcq.queue.QueueView;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Finds queues by what they are like. */
@Command(
        name = "find",
        description = {
            "Prints the directories of the queues that are as the options say, all of them; one a line, for other commands.",
            "Looks where ls does, and changes nothing. The exit code is 3 if there is none."
        })
final class QueueFind implements Callable<Integer> {

    @Option(names = "--empty", description = "Those without an element, neither waiting nor leased.")
    private boolean empty;

    @Option(names = "--deserted", description = "Those to which no process is attached.")
    private boolean deserted;

    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "Those of which nothing is put, taken or acknowledged while this watches, for so long.")
    private @Nullable Duration idle;

    @Mixin
    private QueuePlaces places = new QueuePlaces();

    @Mixin
    private Looking looking = new Looking();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    private final SystemSight system = new SystemSight();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Screen screen = Screen.of(spec);
        List<QueueName> found = matching(places.queues());
        for (QueueName queue : found) {
            if (looking.json()) {
                screen.json(QueueLine.class, QueueLine.of(queue));
            } else {
                screen.line(queue.directory().toString());
            }
        }
        return found.isEmpty() ? Ipcq.NOTHING_THERE : ExitCode.OK;
    }

    private List<QueueName> matching(List<QueueName> all) throws InterruptedException {
        List<QueueName> matching = all.stream().filter(this::isAsTold).toList();
        Duration time = idle;
        if (time == null) {
            return matching;
        }
        long end = Deadline.in(time);
        List<QueueLine> before = matching.stream().map(QueueLine::of).toList();
        TimeUnit.NANOSECONDS.sleep(Deadline.remainingNanos(end));
        List<QueueName> still = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            if (before.get(i).isAsMuchAs(QueueLine.of(matching.get(i)))) {
                still.add(matching.get(i));
            }
        }
        return still;
    }

    /** A damaged one is like nothing. */
    private boolean isAsTold(QueueName queue) {
        if (empty) {
            QueueLine line = QueueLine.of(queue);
            if (line.isDamaged() || line.size() > 0 || line.leased() > 0) {
                return false;
            }
        }
        return !deserted || isDeserted(queue, system);
    }

    /** Whether it is to be seen that no process is attached, at a moment for many queues. */
    static boolean isDeserted(QueueName queue, SystemSight system) {
        try (QueueView view = queue.look()) {
            var attached = QueueLook.at(view, view.snapshot(), system).attached();
            return attached != null && attached.isEmpty();
        } catch (IOException | RuntimeException | InternalError damagedOrGone) {
            return false;
        }
    }
}
