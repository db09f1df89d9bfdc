// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.Quantity;
import io.ipcq.queue.SharedQueue;
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

/** Deletes queues. */
@Command(name = "rm", aliases = "delete", description = "Deletes queues and what is in them, for every process.")
final class QueueRemove implements Callable<Integer> {

    /** What was done, for scripts. */
    record Removed(String queue, long elements) {}

    @Parameters(arity = "1..*", paramLabel = "QUEUE", description = "Their directories, or addresses.")
    private List<QueueName> queues = new ArrayList<>();

    @Mixin
    private QueueAccess access = new QueueAccess();

    @Mixin
    private Outcome outcome = new Outcome();

    @Mixin
    private Consent consent = new Consent();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        for (QueueName queue : queues) {
            try (SharedQueue<byte[]> opened = access.open(queue)) {
                long elements = opened.qsize();
                String plan = "deletes " + queue + " with " + Quantity.count(elements, "element") + "; "
                        + users(queue, opened);
                if (!consent.isGiven(spec, plan)) {
                    return ExitCode.SOFTWARE;
                }
                opened.delete();
                if (outcome.json()) {
                    Screen.of(spec).json(Removed.class, new Removed(queue.exact(), elements));
                    Screen.of(spec).flush();
                }
            }
        }
        return ExitCode.OK;
    }

    /** Of a queue elsewhere the members are a manager, or those that take, and not this. */
    private static String users(QueueName queue, SharedQueue<byte[]> opened) {
        if (queue.isElsewhere()) {
            return "who uses it is not to be seen from here";
        }
        int others = opened.stats().members() - 1;
        return others == 0 ? "nobody is attached" : "attached: " + others;
    }
}
