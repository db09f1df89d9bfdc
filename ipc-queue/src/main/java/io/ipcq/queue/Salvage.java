// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A new queue that is filled with what is left of a damaged one. */
final class Salvage {

    private final SharedQueue<byte[]> queue;
    private long kept;

    /** What keeping has failed with: who reads would take it for damage. */
    private @Nullable Throwable failure;

    private Salvage(SharedQueue<byte[]> queue) {
        this.queue = queue;
    }

    /**
     * Fills it and lets go of it; if that fails, it is gone again.
     *
     * @return how many elements are in it
     */
    static long into(SharedQueue<byte[]> queue, Consumer<Salvage> filling) throws IOException {
        boolean filled = false;
        try (queue) {
            Salvage salvage = new Salvage(queue);
            filling.accept(salvage);
            salvage.requireWhole();
            filled = true;
            return salvage.kept;
        } finally {
            if (!filled) {
                QueueDirectory.deleteQuietly(queue.directory());
            }
        }
    }

    /** Keeps an element. */
    void keep(byte[] element) {
        if (failure == null) {
            try {
                queue.add(element);
                kept++;
            } catch (RuntimeException | Error failed) {
                failure = failed;
            }
        }
    }

    private void requireWhole() throws IOException {
        if (failure != null) {
            throw new IOException(
                    "what can be read could not be kept, so nothing was: " + failure.getMessage(), failure);
        }
    }
}
