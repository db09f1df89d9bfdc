// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

/**
 * What a queue is doing. Each count is exact, but they are not read at the same instant.
 *
 * @param size elements that consumers can take
 * @param maxSize the bound on {@code size}; {@link Long#MAX_VALUE} if there is none
 * @param put elements put since the queue was created
 * @param taken elements handed out since then; an element that was redelivered counts once
 * @param leased elements received and neither acknowledged nor given back
 * @param unburied elements that were given up and wait to be written to the dead letters; if this stays above zero, the
 *     dead letters cannot be written
 * @param unfinished elements put for which {@code taskDone} was not called
 * @param members handles that are attached and whose processes live
 * @param storageBytes approximate space that the queue takes, in memory or on disk
 * @param shutdown whether the queue is shut down
 * @param times when it was used, and since when its oldest element waits
 */
public record QueueStats(
        long size,
        long maxSize,
        long put,
        long taken,
        long leased,
        long unburied,
        long unfinished,
        int members,
        long storageBytes,
        boolean shutdown,
        QueueTimes times) {}
