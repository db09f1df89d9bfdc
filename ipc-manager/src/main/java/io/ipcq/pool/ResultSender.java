// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.SharedQueue;

/**
 * Puts whole messages into the ring of results, also from several threads of the worker. After an incomplete message no
 * other one is put, because the reader would take it for the rest of the incomplete one. So the worker ends.
 */
final class ResultSender {

    private final SharedQueue<byte[]> ring;

    /** Whether only some pieces of the last message were put. */
    private boolean isCutShort; // guarded by this

    ResultSender(SharedQueue<byte[]> ring) {
        this.ring = ring;
    }

    /**
     * Puts a message. Waits while the ring is full. An interrupt does not end the waiting, because half a message is
     * useless.
     */
    synchronized void put(byte[] message) {
        if (isCutShort) {
            throw new IllegalStateException("a message was cut short; this worker has to end");
        }
        boolean interrupted = false;
        try {
            int from = 0;
            do {
                interrupted |= putAtLast(Chunks.element(message, from));
                from = Chunks.after(message, from);
                isCutShort = from < message.length;
            } while (isCutShort);
        } catch (QueueShutdownException | QueueClosedException over) {
            isCutShort = false; // nobody reads the rest
            throw over;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Puts an element, however long it takes. Returns whether the thread was interrupted meanwhile. */
    private boolean putAtLast(byte[] element) {
        boolean interrupted = false;
        while (true) {
            try {
                ring.put(element);
                return interrupted;
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
    }
}
