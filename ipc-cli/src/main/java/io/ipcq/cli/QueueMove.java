// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.Quantity;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Moves elements from one queue to another. */
@Command(
        name = "move",
        description = {
            "Takes elements out of a queue and puts them into another one of the same codec.",
            "One of a durable queue is removed when it is in the other queue, and there on the disk; if this is killed between,",
            "it is in both. One of a queue in memory is gone if this is killed between, and goes to the end of FROM if TO does not take it."
        })
final class QueueMove implements Callable<Integer> {

    /**
     * What was done, for scripts.
     *
     * @param late how many of those that were moved may be in both queues
     */
    record Moved(String from, String to, long moved, long late) {}

    @Parameters(index = "0", paramLabel = "FROM", description = "Its directory, or its address.")
    @SuppressWarnings("NullAway.Init") // picocli
    private QueueName from;

    @Parameters(index = "1", paramLabel = "TO", description = "Those of the other one.")
    @SuppressWarnings("NullAway.Init") // picocli
    private QueueName to;

    @Option(
            names = "-n",
            paramLabel = "COUNT",
            converter = Count.class,
            description = "At most so many; all unless given.")
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
        try (SharedQueue<byte[]> source = access.open(from);
                SharedQueue<byte[]> target = access.open(to)) {
            if (!source.codecId().equals(target.codecId())) {
                throw new IllegalArgumentException("nothing was moved, as the codecs differ: from=" + source.codecId()
                        + ", to=" + target.codecId());
            }
            if (from.isSameAs(to)) {
                throw new ParameterException(spec.commandLine(), "FROM and TO are the same queue");
            }
            long most = Math.min(count, source.qsize());
            if (!consent.isGiven(spec, "moves " + Quantity.count(most, "element") + " from " + from + " to " + to)) {
                return ExitCode.SOFTWARE;
            }
            ElementTaker<byte[]> taker = new ElementTaker<>(source, element -> put(target, element));
            long moved = 0;
            try (CommandProgress progress = quiet.begin(spec, outcome.json(), most, "elements moved")) {
                while (moved < most && taker.next(Duration.ZERO)) {
                    moved++;
                    progress.step();
                }
            } finally { // also if it fails in the middle
                Moved done = new Moved(from.exact(), to.exact(), moved, taker.late());
                outcome.say(spec, Moved.class, done, "moved: " + moved);
            }
            if (taker.late() > 0) {
                Screen.of(spec)
                        .note(Quantity.count(taker.late(), "element")
                                + " waited for room for longer than a lease, and may be in both queues");
            }
        }
        return ExitCode.OK;
    }

    static void put(SharedQueue<byte[]> target, byte[] element) {
        try {
            target.put(element);
            if (target instanceof DurableQueue<byte[]> durable) {
                durable.flush();
            }
        } catch (QueueShutdownException e) {
            // or it would be taken for the end of what is to be moved
            throw new IllegalStateException("the queue to put into is shut down: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("the other queue could not be written to its disk", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted; the element stays where it was", e);
        }
    }
}
