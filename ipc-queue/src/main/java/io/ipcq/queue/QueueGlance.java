// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.nio.file.Path;

/**
 * What a list shows of a queue: what its control file says at one moment. Counts are exact, each by itself.
 *
 * <p>Thread-safe: immutable. Process-safe: it can be made of any queue, also of one whose processes are all dead.
 *
 * @param directory where the queue lives
 * @param durable whether it is a {@link DurableQueue}
 * @param codecId the {@link io.ipcq.codec.Codec#id() id} of its codec
 * @param shutdown whether the queue is shut down
 * @param deleted whether the queue has been deleted, and its files are about to go
 * @param times when it was used, and since when its oldest element waits
 * @param size elements that consumers can take
 * @param maxSize the bound on {@code size}; {@link Long#MAX_VALUE} if there is none
 * @param leased elements that are out under a lease
 * @param put elements put since the queue was created
 * @param taken elements handed out since then, each once however often it was redelivered
 * @param acknowledged those of them that were acknowledged, or buried; 0 for a queue in memory
 * @param unburied elements that were given up and wait to be written to the dead letters
 * @param unfinished elements put for which {@code taskDone} was not called
 * @param storageBytes about what the queue occupies, in memory or on disk
 */
public record QueueGlance(
        Path directory,
        boolean durable,
        String codecId,
        boolean shutdown,
        boolean deleted,
        QueueTimes times,
        long size,
        long maxSize,
        int leased,
        long put,
        long taken,
        long acknowledged,
        int unburied,
        long unfinished,
        long storageBytes) {

    /** What a look shows of it. */
    public static QueueGlance of(QueueView queue, QueueSnapshot snapshot) {
        return new QueueGlance(
                queue.directory(),
                queue.isDurable(),
                queue.codecId(),
                snapshot.shutdown(),
                snapshot.deleted(),
                snapshot.times(),
                snapshot.size(),
                snapshot.maxSize(),
                snapshot.leases().size(),
                snapshot.put(),
                snapshot.taken(),
                snapshot.acknowledged(),
                snapshot.unburied(),
                snapshot.unfinished(),
                snapshot.storageBytes());
    }
}
