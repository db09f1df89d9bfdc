// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.DirectoryHandle;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The way to the dead letters of a queue. They are made with the first one, and made anew when somebody has deleted
 * them. Thread-safe.
 */
final class DeadLetters {

    private static final int ATTEMPTS = 3;

    private final JournalFiles owner;
    private final DurableQueueBuilder<DeadLetter> builder;
    private @Nullable JournalQueue<DeadLetter> queue; // guarded by this

    DeadLetters(JournalFiles owner, DurableQueueOptions options) {
        this.owner = owner;
        this.builder = DurableQueue.builder(DeadLetterCodec.INSTANCE)
                .maxElementBytes(options.maxElementBytes() + DeadLetterCodec.OVERHEAD_BYTES);
    }

    /** A handle of its own for each caller. */
    JournalQueue<DeadLetter> open() throws IOException {
        DurableQueue<DeadLetter> opened = null;
        try {
            try (DirectoryHandle held = owner.holdAttached()) {
                opened = builder.openOrCreate(owner.deadLetters());
                if (!held.isInPlace()) {
                    throw StorageFailure.isGone(owner.directory());
                }
            }
            return (JournalQueue<DeadLetter>) opened;
        } catch (Throwable e) {
            QueueDirectory.closeAfter(e, opened);
            throw e;
        }
    }

    /** Writes a letter, also if whoever drains them has shut them down: the queue whose element it is goes on. */
    synchronized void write(DeadLetter letter) throws IOException {
        boolean written = false;
        try {
            for (int attempt = 1; !written; attempt++) {
                try {
                    current().putRegardless(letter);
                    written = true;
                } catch (QueueClosedException e) {
                    // somebody has deleted them meanwhile
                    close();
                    if (attempt == ATTEMPTS) {
                        throw e;
                    }
                }
            }
        } finally {
            if (!written) {
                close(); // whatever is wrong, the next attempt begins afresh
            }
        }
    }

    private JournalQueue<DeadLetter> current() throws IOException {
        if (queue != null && !queue.isInPlace()) {
            close();
        }
        if (queue == null) {
            queue = open();
        }
        return queue;
    }

    synchronized void close() {
        if (queue != null) {
            queue.close();
            queue = null;
        }
    }
}
