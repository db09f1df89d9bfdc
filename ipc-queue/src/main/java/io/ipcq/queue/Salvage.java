// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A new queue that is filled with what is left of a damaged one. */
final class Salvage {

    private final SharedQueue<byte[]> queue;
    private final Runnable each;
    private long kept;

    /** What keeping has failed with: who reads would take it for damage. */
    private @Nullable Throwable failure;

    private Salvage(SharedQueue<byte[]> queue, Runnable each) {
        this.queue = queue;
        this.each = each;
    }

    /**
     * Fills it and lets go of it; if that fails, it is gone again.
     *
     * @param each is run after each element that is kept
     * @return how many elements are in it
     */
    static long into(SharedQueue<byte[]> queue, Runnable each, Consumer<Salvage> filling) throws IOException {
        boolean filled = false;
        try (queue) {
            Salvage salvage = new Salvage(queue, each);
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
                each.run();
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
