// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.Quantity;
import io.ipcq.queue.DeadLetter;
import io.ipcq.queue.DurableQueue;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts dead letters back. */
@Command(
        name = "requeue",
        description = {
            "Puts the dead letters of a durable queue back into it, at its end, where they have all their attempts again.",
            "One is removed when it is in the queue and on the disk; if this is killed between, it is in both."
        })
final class QueueRequeue implements Callable<Integer> {

    /** What was done, for scripts. */
    record Requeued(String queue, long requeued) {}

    @Parameters(paramLabel = "QUEUE", description = "Its directory, or its address.")
    @SuppressWarnings("NullAway.Init") // picocli
    private QueueName queue;

    @Option(
            names = "-n",
            paramLabel = "COUNT",
            converter = Count.class,
            description = "At most so many, oldest first; all unless given.")
    private long count = Long.MAX_VALUE;

    @Mixin
    private QueueAccess access = new QueueAccess();

    @Mixin
    private Outcome outcome = new Outcome();

    @Mixin
    private Consent consent = new Consent();

    @Mixin
    private Quiet quiet = new Quiet();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (DurableQueue<byte[]> opened = access.openDurable(queue);
                DurableQueue<DeadLetter> letters = opened.deadLetters()) {
            long most = Math.min(count, letters.qsize());
            if (!consent.isGiven(spec, "puts " + Quantity.count(most, "dead letter") + " back into " + queue)) {
                return ExitCode.SOFTWARE;
            }
            ElementTaker<DeadLetter> taker =
                    new ElementTaker<>(letters, letter -> QueueMove.put(opened, letter.bytes()));
            long requeued = 0;
            try (CommandProgress progress = quiet.begin(spec, outcome.json(), most, "dead letters put back")) {
                while (requeued < most && taker.next(Duration.ZERO)) {
                    requeued++;
                    progress.step();
                }
            } finally { // also if it fails in the middle
                Requeued done = new Requeued(queue.exact(), requeued);
                outcome.say(spec, Requeued.class, done, "requeued: " + requeued);
            }
        }
        return ExitCode.OK;
    }
}
