// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.ring;

import io.ipcq.benchmarks.flow.Channel;
import io.ipcq.memory.WaitStrategy;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * {@link SharedQueue}, with one {@code put} and one {@code get} at a time, or with {@code putAll} and {@code drainTo}.
 *
 * @param batch how many messages are put at once, and taken at most
 * @param checksum whether each message carries one
 */
record OurRing(int capacityBytes, WaitStrategy waitStrategy, int batch, boolean checksum) implements Channel {

    OurRing(int capacityBytes, WaitStrategy waitStrategy, int batch) {
        this(capacityBytes, waitStrategy, batch, false);
    }

    @Override
    public AutoCloseable create(Path place) throws IOException {
        return SharedQueue.builder(byte[].class)
                .capacityBytes(capacityBytes)
                .checksum(checksum)
                .create(place);
    }

    @Override
    public Channel.Sender sender(Path place) throws IOException {
        SharedQueue<byte[]> queue = open(place);
        return batch == 1 ? queue::put : message -> queue.putAll(Collections.nCopies(batch, message));
    }

    @Override
    public Channel.Receiver receiver(Path place) throws IOException {
        SharedQueue<byte[]> queue = open(place);
        if (batch == 1) {
            return handler -> handler.handle(queue.get());
        }
        List<byte[]> drained = new ArrayList<>(batch);
        return handler -> {
            handler.handle(queue.get()); // waits
            queue.drainTo(drained, batch);
            drained.forEach(handler::handle);
            drained.clear();
        };
    }

    private SharedQueue<byte[]> open(Path place) throws IOException {
        return SharedQueue.builder(byte[].class).waitStrategy(waitStrategy).open(place);
    }
}
