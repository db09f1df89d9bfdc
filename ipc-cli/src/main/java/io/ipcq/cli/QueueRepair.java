// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.Quantity;
import io.ipcq.observe.QueueLook;
import io.ipcq.queue.QueueSnapshot;
import io.ipcq.queue.QueueView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Keeps what can be read. */
@Command(
        name = "repair",
        description = {
            "Makes a new queue of what can be read of a damaged one: of the elements that wait, are leased, or were given back.",
            "The damaged one stays as it is, with its dead letters, and no process may be attached to it.",
            "The exit code is 5 if something could not be kept; each line says what, and where."
        })
final class QueueRepair implements Callable<Integer> {

    /**
     * What was done, for scripts.
     *
     * @param kept how many elements are in the new queue
     * @param flaws what could not be kept, in words
     */
    record Repaired(String queue, String target, long kept, List<String> flaws) {}

    @Parameters(index = "0", paramLabel = "QUEUE", description = "The directory of the damaged one.")
    @SuppressWarnings("NullAway.Init") // picocli
    private QueueName queue;

    @Parameters(index = "1", paramLabel = "NEW", description = "That of the new one, where there is nothing yet.")
    @SuppressWarnings("NullAway.Init") // picocli
    private QueueName target;

    @Mixin
    private Outcome outcome = new Outcome();

    @Mixin
    private Quiet quiet = new Quiet();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        try (QueueView view = queue.look()) {
            var attached = QueueLook.at(view).attached();
            if (attached != null && !attached.isEmpty()) {
                throw new IllegalStateException("it is in use: queue=" + queue + ", processes=" + attached.size()
                        + "; `ipcq queue who` says which; end them first");
            }
            List<String> flaws = new ArrayList<>();
            long kept = salvage(view, flaws);
            Repaired done = new Repaired(queue.exact(), target.exact(), kept, flaws);
            outcome.say(spec, Repaired.class, done, "kept: " + Quantity.count(kept, "element") + ", in " + target);
            return flaws.isEmpty() ? ExitCode.OK : ExitCodes.NOT_IN_ORDER;
        }
    }

    private long salvage(QueueView view, List<String> flaws) throws IOException {
        Screen screen = Screen.of(spec);
        QueueSnapshot seen = view.snapshot();
        long most = seen.size() + seen.leases().size();
        try (CommandProgress progress = quiet.begin(spec, outcome.json(), most, "elements kept")) {
            return view.salvage(
                    target.directory(),
                    flaw -> {
                        flaws.add(flaw);
                        if (!outcome.json()) {
                            screen.line(Screen.Style.ALARM, flaw);
                        }
                    },
                    progress::step);
        }
    }
}
