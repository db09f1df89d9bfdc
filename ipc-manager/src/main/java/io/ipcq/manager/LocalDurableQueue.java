// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.codec.Codec;
import io.ipcq.queue.DeadLetter;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.DurableQueueOptions;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.Replayed;
import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A durable queue of a manager on this machine: its files, opened here. */
final class LocalDurableQueue<E> extends LocalQueue<E> implements DurableQueue<E> {

    private static final long serialVersionUID = 1L;

    private final transient DurableQueue<E> queue;

    LocalDurableQueue(Reference reference, Codec<E> codec, DurableQueue<E> queue) {
        super(reference, codec, queue);
        this.queue = queue;
    }

    @Override
    public Delivery<E> receive() throws InterruptedException {
        try {
            return queue.receive();
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    @Override
    public @Nullable Delivery<E> receive(Duration timeout) throws InterruptedException {
        try {
            return queue.receive(timeout);
        } catch (QueueClosedException e) {
            throw over(e);
        }
    }

    @Override
    public DurableQueue<DeadLetter> deadLetters() {
        return queue.deadLetters();
    }

    @Override
    public Stream<E> browse() {
        return queue.browse();
    }

    @Override
    public Stream<Replayed<E>> replay(long fromNumber) {
        return queue.replay(fromNumber);
    }

    @Override
    public void flush() throws IOException {
        queue.flush();
    }

    @Override
    public DurableQueueOptions options() {
        return queue.options();
    }
}
