// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.DurableQueueOptions;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Alters options. */
@Command(
        name = "alter",
        description = {
            "Alters options of a durable queue, for every process and for good, and prints them.",
            "Without an option it only prints them."
        })
final class QueueAlter implements Callable<Integer> {

    @Parameters(paramLabel = "QUEUE", description = "Its directory, or its address.")
    @SuppressWarnings("NullAway.Init") // picocli
    private QueueName queue;

    @Mixin
    private QueueAccess access = new QueueAccess();

    @Mixin
    private AlteredOptions altered = new AlteredOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        try (DurableQueue<byte[]> opened = access.openDurable(queue)) {
            Screen screen = Screen.of(spec);
            AlteredOptions.text(altered(opened)).lines().forEach(screen::line);
        }
        return ExitCode.OK;
    }

    /** What a queue cannot have, or one of its kind, is a matter of the command line. */
    private DurableQueueOptions altered(DurableQueue<byte[]> queue) {
        try {
            return queue.alter(altered::applyTo);
        } catch (IllegalArgumentException refused) {
            throw new ParameterException(spec.commandLine(), refused.getMessage(), refused);
        }
    }
}
