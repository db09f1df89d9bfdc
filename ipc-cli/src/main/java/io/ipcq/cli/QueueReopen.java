// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.queue.DurableQueue;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Takes a shutdown back. */
@Command(name = "reopen", description = "Lets a durable queue that was shut down take elements again.")
final class QueueReopen implements Callable<Integer> {

    @Parameters(paramLabel = "QUEUE", description = "Its directory, or its address.")
    @SuppressWarnings("NullAway.Init") // picocli
    private QueueName queue;

    @Mixin
    private QueueAccess access = new QueueAccess();

    @Override
    public Integer call() throws IOException {
        try (DurableQueue<byte[]> opened = access.openDurable(queue)) {
            opened.reopen();
        }
        return ExitCode.OK;
    }
}
