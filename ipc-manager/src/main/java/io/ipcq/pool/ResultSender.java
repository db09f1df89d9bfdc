// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.SharedQueue;

/**
 * Puts whole messages into the ring of results, also from several threads of the worker. After one that was cut short
 * no other is put, as it would be taken for the rest of that one; so the worker ends.
 */
final class ResultSender {

    private final SharedQueue<byte[]> ring;

    /** The last message was put in pieces, and not all of them. */
    private boolean isCutShort; // guarded by this

    ResultSender(SharedQueue<byte[]> ring) {
        this.ring = ring;
    }

    /** Waits while the ring is full, and cannot be interrupted by it: half a message would be none. */
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
            isCutShort = false; // nobody takes the rest for anything
            throw over;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Whether the thread was interrupted meanwhile. */
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
