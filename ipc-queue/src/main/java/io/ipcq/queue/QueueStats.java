// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

/**
 * What a queue is doing, read at one moment. Counts are exact, each by itself.
 *
 * @param size elements that consumers can take
 * @param maxSize the bound on {@code size}; {@link Long#MAX_VALUE} if there is none
 * @param put elements put since the queue was created
 * @param taken elements handed out since then, each once however often it was redelivered
 * @param leased elements received and neither acknowledged nor given back
 * @param unburied elements that were given up and wait to be written to the dead letters; more than none for long means that
 *     those cannot be written
 * @param unfinished elements put for which {@code taskDone} was not called
 * @param members processes' handles that are attached and alive
 * @param storageBytes about what the queue occupies, in memory or on disk
 * @param shutdown whether the queue is shut down
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
        boolean shutdown) {}
