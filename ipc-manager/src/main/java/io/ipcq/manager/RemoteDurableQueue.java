// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.codec.Codec;
import io.ipcq.manager.wire.DurableOptions;
import io.ipcq.manager.wire.Json;
import io.ipcq.manager.wire.Operation.OfQueue;
import io.ipcq.manager.wire.WireTime;
import io.ipcq.queue.DeadLetter;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.DurableQueueOptions;
import io.ipcq.queue.Replayed;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A durable queue whose elements pass through the server. Its history and its dead letters are on the server's machine.
 */
final class RemoteDurableQueue<E> extends RemoteQueue<E> implements DurableQueue<E> {

    private static final long serialVersionUID = 1L;

    RemoteDurableQueue(Reference reference, Codec<E> codec) {
        super(reference, codec);
    }

    @Override
    public Delivery<E> receive() throws InterruptedException {
        return Objects.requireNonNull(delivery(reference.await(null, OfQueue.RECEIVE, (Object) null)));
    }

    @Override
    public @Nullable Delivery<E> receive(Duration timeout) throws InterruptedException {
        Long millis = WireTime.millis(Objects.requireNonNull(timeout, "timeout"));
        return delivery(reference.await(millis, OfQueue.RECEIVE, millis));
    }

    /** An element that cannot be decoded here goes back, as others may be able to decode it. */
    private @Nullable Delivery<E> delivery(@Nullable Object wire) {
        if (!(wire instanceof Map<?, ?> map)) {
            return null;
        }
        long number = Json.number(map, "number");
        try {
            E value = Objects.requireNonNull(value(map.get("value")));
            return new Leased(value, number, (int) Json.number(map, "attempts"));
        } catch (Throwable e) {
            try {
                reference.call(OfQueue.NACK, number, null);
            } catch (RuntimeException gone) {
                e.addSuppressed(gone);
            }
            throw e;
        }
    }

    @Override
    public Stream<E> browse() {
        return stream();
    }

    @Override
    public void flush() {
        reference.callForLong(OfQueue.FLUSH);
    }

    @Override
    public DurableQueue<DeadLetter> deadLetters() {
        throw onServer();
    }

    @Override
    public Stream<Replayed<E>> replay(long fromNumber) {
        throw onServer();
    }

    @Override
    public void reopen() {
        reference.call(OfQueue.REOPEN);
    }

    @Override
    public DurableQueueOptions options() {
        return options(reference.call(OfQueue.OPTIONS));
    }

    @Override
    public DurableQueueOptions alter(UnaryOperator<DurableQueueOptions> change) {
        DurableQueueOptions before = options();
        DurableQueueOptions after = Objects.requireNonNull(change.apply(before), "change");
        return options(reference.callForLong(OfQueue.ALTER, DurableOptions.difference(before, after)));
    }

    private static DurableQueueOptions options(@Nullable Object wire) {
        return DurableOptions.fromWire(wire instanceof Map<?, ?> map ? map : Map.of());
    }

    private UnsupportedOperationException onServer() {
        return new UnsupportedOperationException(
                "not through a manager: " + reference + "; open the queue on its machine: directory=" + directory());
    }

    private final class Leased implements Delivery<E> {
        private final E value;
        private final long number;
        private final int attempts;

        Leased(E value, long number, int attempts) {
            this.value = value;
            this.number = number;
            this.attempts = attempts;
        }

        @Override
        public E value() {
            return value;
        }

        @Override
        public long number() {
            return number;
        }

        @Override
        public int attempts() {
            return attempts;
        }

        @Override
        public boolean ack() {
            return reference.flag(OfQueue.ACK, number);
        }

        @Override
        public boolean take() {
            return reference.flag(OfQueue.TAKE, number);
        }

        @Override
        public boolean nack() {
            return reference.flag(OfQueue.NACK, number);
        }

        @Override
        public boolean nack(Duration delay) {
            return reference.flag(OfQueue.NACK, number, WireTime.millis(delay));
        }

        @Override
        public boolean release() {
            return reference.flag(OfQueue.RELEASE, number);
        }

        @Override
        public boolean renew() {
            return reference.flag(OfQueue.RENEW, number);
        }
    }
}
