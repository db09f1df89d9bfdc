// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

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

/** Reads all that there is. */
@Command(
        name = "verify",
        description = {
            "Reads every record of queues, and of their dead letters, and says what is damaged or missing. Changes nothing.",
            "The exit code is 5 if anything is."
        })
final class QueueVerify implements Callable<Integer> {

    /**
     * What was found, for scripts.
     *
     * @param queue that was read
     * @param sound how many elements are in order
     * @param flaws what is not, in words
     */
    record Verdict(String queue, long sound, List<String> flaws) {}

    @Parameters(arity = "1..*", paramLabel = "QUEUE", description = "Their directories.")
    private List<QueueName> queues = new ArrayList<>();

    @Mixin
    private Looking looking = new Looking();

    @Mixin
    private Quiet quiet = new Quiet();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        boolean inOrder = true;
        try (CommandProgress progress = quiet.begin(spec, looking.json(), 0, "elements read")) {
            for (int i = 0; i < queues.size(); i++) {
                progress.detail(queues.size() == 1 ? "" : "queue " + (i + 1) + " of " + queues.size());
                Verdict verdict = verify(queues.get(i), progress);
                inOrder &= verdict.flaws.isEmpty();
                print(verdict);
            }
        }
        return inOrder ? ExitCode.OK : ExitCodes.NOT_IN_ORDER;
    }

    private static Verdict verify(QueueName queue, CommandProgress progress) {
        List<String> flaws = new ArrayList<>();
        long sound = 0;
        try (QueueView view = queue.look()) {
            sound = view.verify(flaws::add, progress::step);
            try (QueueView letters = view.deadLetters()) {
                sound += letters == null ? 0 : letters.verify(flaws::add, progress::step);
            }
        } catch (IOException | RuntimeException | InternalError e) {
            flaws.add(FailureReport.describe(e));
        }
        return new Verdict(queue.directory().toString(), sound, flaws);
    }

    private void print(Verdict verdict) {
        Screen screen = Screen.of(spec);
        if (looking.json()) {
            screen.json(Verdict.class, verdict);
            return;
        }
        verdict.flaws.forEach(flaw -> screen.line(Screen.Style.ALARM, Harmless.name(verdict.queue) + ": " + flaw));
        boolean inOrder = verdict.flaws.isEmpty();
        screen.line(
                inOrder ? Screen.Style.GOOD : Screen.Style.ALARM,
                Harmless.name(verdict.queue) + ": "
                        + (inOrder ? "in order" : "damaged in " + verdict.flaws.size() + " places")
                        + ", elements in order: " + verdict.sound);
    }
}
