// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command takes part in the queues that it was given, wherever they are. */
final class QueueAccess {

    @Option(
            names = "--answer-timeout",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = {
                "Of a queue at an ipcq: address: how long its manager may take to be reached, and then to answer;",
                "5 unless given, or what the address says."
            })
    private @Nullable Duration answerTimeout;

    SharedQueue<byte[]> open(QueueName queue) throws IOException {
        return queue.open(answerTimeout);
    }

    DurableQueue<byte[]> openDurable(QueueName queue) throws IOException {
        return queue.openDurable(answerTimeout);
    }
}
