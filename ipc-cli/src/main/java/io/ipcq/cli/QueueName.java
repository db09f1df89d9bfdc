// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.memory.RegionFormatException;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueView;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.TypeConversionException;

/**
 * A queue as it is named on a command line. This is the one place that knows what such a name means, and how that is opened.
 *
 * @param directory where it lives
 */
record QueueName(Path directory) {

    static QueueName of(String text) {
        try {
            return new QueueName(Path.of(text));
        } catch (InvalidPathException e) {
            throw new TypeConversionException("it is no path: " + e.getReason());
        }
    }

    /** To take from it and put into it, as what was encoded. */
    SharedQueue<byte[]> open() throws IOException {
        return SharedQueue.openEncoded(directory);
    }

    DurableQueue<byte[]> openDurable() throws IOException {
        SharedQueue<byte[]> queue = open();
        if (queue instanceof DurableQueue<byte[]> durable) {
            return durable;
        }
        queue.close();
        throw new RegionFormatException(directory, "it is a queue in memory; only a durable queue can do that");
    }

    /** To look at it, which changes nothing. */
    QueueView look() throws IOException {
        return QueueView.open(directory);
    }

    @Override
    public String toString() {
        return Harmless.name(directory.toString());
    }
}
