// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.queue.SharedQueue;

/** Puts whole messages into the ring of results, also from several threads of the worker. */
final class ResultSender {

    private final SharedQueue<byte[]> ring;

    ResultSender(SharedQueue<byte[]> ring) {
        this.ring = ring;
    }

    /** Waits while the ring is full, and cannot be interrupted by it: half a message would be none. */
    synchronized void put(byte[] message) {
        boolean interrupted = Thread.interrupted();
        try {
            Chunks.put(ring, message);
        } catch (InterruptedException unlikely) {
            throw new IllegalStateException("a message was cut short; this worker has to end", unlikely);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
