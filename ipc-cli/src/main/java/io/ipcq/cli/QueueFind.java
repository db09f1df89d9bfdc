// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.QueueLook;
import io.ipcq.observe.SystemSight;
import io.ipcq.queue.QueueView;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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
            names = "--older",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "Those whose oldest element waits for longer.")
    private @Nullable Duration older;

    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "Those of which nothing was put or taken for so long.")
    private @Nullable Duration idle;

    @Mixin
    private QueuePlaces places = new QueuePlaces();

    @Mixin
    private Looking looking = new Looking();

    @Mixin
    private Quiet quiet = new Quiet();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    private final SystemSight system = new SystemSight();

    @Override
    public Integer call() throws IOException {
        Screen screen = Screen.of(spec);
        List<QueueLine> found = matching();
        for (QueueLine line : found) {
            if (looking.json()) {
                screen.json(QueueLine.class, line);
            } else {
                screen.line(line.directory());
            }
        }
        return found.isEmpty() ? ExitCodes.NOTHING_THERE : ExitCode.OK;
    }

    private List<QueueLine> matching() throws IOException {
        List<QueueLine> matching = new ArrayList<>();
        List<Path> candidates = QueuePlaces.candidates(places.named());
        try (CommandProgress progress = quiet.begin(spec, looking.json(), candidates.size(), "places looked at")) {
            List<QueueLine> lines = QueuePlaces.lines(candidates);
            progress.at(candidates.size() - lines.size(), "");
            for (QueueLine line : lines) {
                if (isAsTold(line)) {
                    matching.add(line);
                }
                progress.step();
            }
        }
        return matching;
    }

    /** A damaged one is like nothing. */
    private boolean isAsTold(QueueLine line) {
        return (!empty || (!line.isDamaged() && line.size() == 0 && line.leased() == 0))
                && (older == null || line.isOlderThan(older))
                && (idle == null || line.isIdleFor(idle))
                && (!deserted || isDeserted(new QueueName(Path.of(line.directory())), system));
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
