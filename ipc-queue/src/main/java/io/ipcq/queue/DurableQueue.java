// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import io.ipcq.codec.TypeRef;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SharedQueue} kept in a journal on disk: a small message broker without the broker.
 *
 * <p>It adds to the contract of {@link SharedQueue}: delivery with acknowledgement ({@link #receive()}), redelivery of
 * what a dead consumer held, dead letters, and the history ({@link #browse}, {@link #replay}). Consumed files are
 * removed while consumers move on, so the use of the disk follows the backlog, not the traffic.
 *
 * <p>Thread-safe: yes. Process-safe: yes. Survives a crash: of every process, always; of the machine, what was put
 * before the last {@link #flush()}, or everything with {@link DurableQueueBuilder#sync sync(true)}.
 *
 * @param <E> the type of the elements
 */
public interface DurableQueue<E> extends SharedQueue<E> {

    /** Creates a queue in a directory that must not exist yet or be empty. */
    static <E> DurableQueue<E> create(Path directory, Class<E> type) throws IOException {
        return builder(type).create(directory);
    }

    /** Creates an anonymous queue. It lies in memory if the system has a place for that, and ends with its creator. */
    static <E> DurableQueue<E> create(Class<E> type) throws IOException {
        return builder(type).create();
    }

    /** Opens the queue in a directory. */
    static <E> DurableQueue<E> open(Path directory, Class<E> type) throws IOException {
        return builder(type).open(directory);
    }

    /**
     * Opens the queue in a directory, or creates it there if there is none; safe when several processes do so at once.
     */
    static <E> DurableQueue<E> openOrCreate(Path directory, Class<E> type) throws IOException {
        return builder(type).openOrCreate(directory);
    }

    /**
     * Opens the queue at an address: {@code file:/var/orders} is one in a directory, {@code ipcq:} one of a manager,
     * {@code kafka:} one in a cluster. So a program goes from one machine to many by changing an address.
     * docs/many-machines.md has all kinds of addresses.
     */
    static <E> DurableQueue<E> open(URI address, Class<E> type) throws IOException {
        return builder(type).open(address);
    }

    /**
     * Opens the queue at an address, or creates it there if there is none; safe when several processes do so at once.
     */
    static <E> DurableQueue<E> openOrCreate(URI address, Class<E> type) throws IOException {
        return builder(type).openOrCreate(address);
    }

    /** Options for a queue whose elements are encoded as {@link Codec#forType} says. */
    static <E> DurableQueueBuilder<E> builder(Class<E> type) {
        return new DurableQueueBuilder<>(Codec.forType(type));
    }

    /** Options for a queue of a generic type, as JSON. */
    static <E> DurableQueueBuilder<E> builder(TypeRef<E> type) {
        return new DurableQueueBuilder<>(Codec.json(type));
    }

    /** Options for a queue with a codec of your own. */
    static <E> DurableQueueBuilder<E> builder(Codec<E> codec) {
        return new DurableQueueBuilder<>(codec);
    }

    /**
     * The JVM options with which a journal opens nothing at run time. They are not needed: without them the journal
     * itself opens the parts of {@code java.base} that it needs, unless {@code -Dipcq.openModules=false} forbids that.
     */
    static List<String> jvmOptions() {
        return ModuleAccess.jvmOptions();
    }

    /**
     * Takes the next element under a lease, waiting while there is none. Until the delivery is acknowledged, the
     * element belongs to this consumer. If the consumer's process dies, or the lease's time limit passes, the element
     * is delivered again.
     *
     * <p>If an element cannot be decoded, this method and {@link #get()} throw a {@link io.ipcq.codec.CodecException}.
     * While others have the queue open, they may be able to decode it, so it is given back as with
     * {@link Delivery#nack()}. Otherwise it is given up.
     *
     * @throws QueueShutdownException if the queue is shut down, drained, and no lease is left that could end
     */
    Delivery<E> receive() throws InterruptedException;

    /** Like {@link #receive()}, but waits at most {@code timeout}; null if no element came. */
    @Nullable
    Delivery<E> receive(Duration timeout) throws InterruptedException;

    /**
     * The queue of the elements that were given up: delivered too often, or not decodable. Each call opens a handle of
     * its own.
     *
     * <p>It can be drained, shut down and deleted like any queue. Elements that are given up later arrive here all the
     * same. Those that cannot be written here are {@linkplain QueueStats#unburied counted} and tried again; consumers
     * do not notice.
     */
    DurableQueue<DeadLetter> deadLetters();

    /**
     * The elements that consumers can still take, oldest first, without taking them, and those that wait for their
     * redelivery delay, as {@link #qsize()} counts them; a weakly consistent snapshot.
     */
    Stream<E> browse();

    /**
     * The elements whose files are still there, consumed or not, from the given number on; numbers count from 0 in the
     * order of commitment. How far back they reach is set by {@link DurableQueueBuilder#retainedSegments}.
     */
    Stream<Replayed<E>> replay(long fromNumber);

    /** Writes everything that was put to the disk itself; when it returns, that survives a crash of the machine. */
    void flush() throws IOException;

    /**
     * Takes {@link #shutdown()} back, for every process: puts are accepted again, and consumers wait for elements
     * again. A thread that learned of the end, by an exception or as the end of a loop, can go on with the same handle.
     * Does nothing if the queue is not shut down. It survives a crash of every process as soon as it returns.
     */
    void reopen();

    /** The options that the queue was made with, or that any process has altered since. */
    DurableQueueOptions options();

    /**
     * Alters options of the queue, for every process that has it open or will, and for good:
     * {@code queue.alter(options -> options.withMaxAttempts(10))}. All of them change at one instant, or none if this
     * process dies.
     *
     * <p>A lease that is out keeps its time limit until it is renewed. An element that was given back keeps its delay.
     * If {@code maxSize} becomes less than the number of elements in the queue, nothing is lost: {@code put} waits
     * until there is room. The layout of the files cannot change: {@code segmentBytes}, {@code maxElementBytes} and
     * {@code maxLeases}.
     *
     * @param change makes the new options from the present ones; called again if another process alters them at the
     *     same time
     * @return the new options
     * @throws IllegalArgumentException if an option is out of its range or cannot be altered; nothing has changed then
     */
    DurableQueueOptions alter(UnaryOperator<DurableQueueOptions> change);
}
