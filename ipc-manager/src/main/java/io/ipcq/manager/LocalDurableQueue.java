// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.codec.Codec;
import io.ipcq.queue.DeadLetter;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.DurableQueueOptions;
import io.ipcq.queue.Replayed;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
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
        return ask(queue, DurableQueue::receive);
    }

    @Override
    public @Nullable Delivery<E> receive(Duration timeout) throws InterruptedException {
        return ask(queue, there -> Optional.ofNullable(there.receive(timeout))).orElse(null);
    }

    @Override
    public DurableQueue<DeadLetter> deadLetters() {
        return ask(queue, DurableQueue::deadLetters);
    }

    @Override
    public Stream<E> browse() {
        return ask(queue, DurableQueue::browse);
    }

    @Override
    public Stream<Replayed<E>> replay(long fromNumber) {
        return ask(queue, there -> there.replay(fromNumber));
    }

    @Override
    public void flush() throws IOException {
        ask(queue, there -> {
            there.flush();
            return true;
        });
    }

    @Override
    public void reopen() {
        ask(queue, there -> {
            there.reopen();
            return true;
        });
    }

    @Override
    public DurableQueueOptions options() {
        return ask(queue, DurableQueue::options);
    }

    @Override
    public DurableQueueOptions alter(UnaryOperator<DurableQueueOptions> change) {
        return ask(queue, there -> there.alter(change));
    }
}
