// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.Attached;
import io.ipcq.Awaitable;
import io.ipcq.codec.Codec;
import io.ipcq.codec.TypeRef;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A first-in-first-out queue that any number of producers and consumers share, in any number of processes.
 *
 * <p>Each method of {@link BlockingQueue} does here what its documentation says. Python's names are there as well:
 * {@link #get()}, {@link #qsize()}, {@link #taskDone()}, {@link #shutdown()}.
 *
 * <ul>
 *   <li>Each element goes to exactly one consumer, in any thread of any attached process.
 *   <li>Elements leave in the order in which they were committed, so each producer's elements stay in order.
 *   <li>When {@code put} has returned, every process sees the element: there is no feeder thread and nothing to flush.
 *   <li>An element is encoded in the caller's thread before the queue is touched. If it cannot be encoded, {@code put}
 *       throws {@link io.ipcq.codec.CodecException} and changes nothing.
 *   <li>{@code put} blocks while the queue is full, {@code get} while it is empty; both can time out, both can be
 *       interrupted, both are woken by {@link #shutdown()}, and neither costs CPU while it waits.
 *   <li>After {@link #shutdown()} a put throws {@link QueueShutdownException}; gets drain what is left, then throw it.
 *   <li>{@link #peek()}, {@link #contains}, {@link #toArray()}, {@link #stream()} and the iterator show a weakly
 *       consistent snapshot and take nothing. Removal from the middle is not supported.
 * </ul>
 *
 * <p>Thread-safe: yes. Process-safe: yes. A queue is {@link Serializable} as a handle. What arrives in another process
 * is attached to the same queue, until it is closed there or nothing there refers to it. Survives a crash: an attached
 * process may be killed at any instruction. Nothing that was put and not handed out is lost, and nobody waits for the
 * dead. An element that {@code get} has handed to a consumer is lost with that consumer.
 *
 * @param <E> the type of the elements; null is refused with a {@link NullPointerException}
 */
public interface SharedQueue<E> extends BlockingQueue<E>, Attached, Awaitable, Serializable {

    /** Creates an anonymous queue. It lies in memory if the system has a place for that, and ends with its creator. */
    static <E> SharedQueue<E> create(Class<E> type) throws IOException {
        return builder(type).create();
    }

    /** Creates a queue in a directory that must not exist yet or be empty. */
    static <E> SharedQueue<E> create(Path directory, Class<E> type) throws IOException {
        return builder(type).create(directory);
    }

    /** Opens the queue in a directory. */
    static <E> SharedQueue<E> open(Path directory, Class<E> type) throws IOException {
        return builder(type).open(directory);
    }

    /**
     * Opens the queue in a directory, or creates it there if there is none; safe when several processes do so at once.
     */
    static <E> SharedQueue<E> openOrCreate(Path directory, Class<E> type) throws IOException {
        return builder(type).openOrCreate(directory);
    }

    /** The directories of the anonymous queues of this user's programs. Some may be about to be removed. */
    static List<Path> anonymousDirectories() throws IOException {
        return AnonymousDirectories.list();
    }

    /**
     * Removes the anonymous queues of this user's whose members are all dead, at once; the next one that is made would
     * do so, too.
     */
    static void sweepAnonymous() throws IOException {
        AnonymousDirectories.sweep();
    }

    /** Options for a queue whose elements are encoded as {@link Codec#forType} says. */
    static <E> SharedQueueBuilder<E> builder(Class<E> type) {
        return new SharedQueueBuilder<>(Codec.forType(type));
    }

    /** Options for a queue of a generic type, as JSON. */
    static <E> SharedQueueBuilder<E> builder(TypeRef<E> type) {
        return new SharedQueueBuilder<>(Codec.json(type));
    }

    /** Options for a queue with a codec of your own. */
    static <E> SharedQueueBuilder<E> builder(Codec<E> codec) {
        return new SharedQueueBuilder<>(codec);
    }

    /** The JVM options with which the JVM does not warn of queues. Queues need none of them to run. */
    static List<String> jvmOptions() {
        return jvmOptions(Runtime.version().feature());
    }

    /** The same for a JVM of another version, such as 17. */
    static List<String> jvmOptions(int version) {
        return ModuleAccess.quietOptions(version);
    }

    /**
     * Puts an element, waiting while the queue is full.
     *
     * @throws QueueShutdownException if the queue is shut down, before or while this waits
     * @throws ElementTooLargeException if the queue can never hold the element
     */
    @Override
    void put(E element) throws InterruptedException;

    /** Puts an element, waiting at most {@code timeout} for room; false if there was none. */
    boolean put(E element, Duration timeout) throws InterruptedException;

    @Override
    default boolean offer(E element, long timeout, TimeUnit unit) throws InterruptedException {
        return put(element, Duration.ofNanos(unit.toNanos(timeout)));
    }

    /**
     * Puts all elements in order, waiting for room whenever the queue is full. Elements are put in batches, which is
     * many times faster than one put for each. Elements of other producers may come between the batches. If this method
     * is interrupted, or the queue is shut down while it waits, the elements of the earlier batches are in the queue.
     *
     * @throws QueueStorageException if the storage fails, on a full disk for instance; its
     *     {@link QueueStorageException#put() put()} says how many elements are in the queue, from the first on
     */
    void putAll(Collection<? extends E> elements) throws InterruptedException;

    /**
     * Takes the next element, waiting while there is none.
     *
     * @throws QueueShutdownException if the queue is shut down and drained
     */
    E get() throws InterruptedException;

    /**
     * Takes the next element, waiting at most {@code timeout}; null if none came.
     *
     * @throws QueueShutdownException if the queue is shut down and drained
     */
    @Nullable
    E get(Duration timeout) throws InterruptedException;

    /**
     * Takes the next element if there is one; null if not.
     *
     * @throws QueueShutdownException if the queue is shut down and drained
     */
    @Nullable
    E getNow();

    @Override
    default E take() throws InterruptedException {
        return get();
    }

    @Override
    default @Nullable E poll(long timeout, TimeUnit unit) throws InterruptedException {
        return get(Duration.ofNanos(unit.toNanos(timeout)));
    }

    /** Like {@link #getNow()}, but also null if the queue is shut down and drained. */
    @Override
    default @Nullable E poll() {
        try {
            return getNow();
        } catch (QueueShutdownException e) {
            return null;
        }
    }

    @Override
    default int drainTo(Collection<? super E> target) {
        return drainTo(target, Integer.MAX_VALUE);
    }

    /** Whether a {@code get} would wait. Agrees with {@link #qsize()}, in every process. */
    default boolean empty() {
        return qsize() == 0;
    }

    /** Whether a {@code put} of one element would wait. Agrees with {@link #qsize()}, in every process. */
    boolean full();

    /**
     * Waits, at most {@code timeout}, until there is an element that {@code get} could take, or until {@code get} would
     * fail at once, because the queue is drained after {@link #shutdown()}, or closed. It takes nothing, and keeps no
     * consumer from an element.
     *
     * @return whether {@code get} would return or fail at once
     */
    @Override
    boolean awaitReady(Duration timeout) throws InterruptedException;

    /** The exact number of elements that consumers can take. O(1). */
    long qsize();

    /**
     * Says that one element which was taken earlier has been dealt with.
     *
     * @throws IllegalStateException if it is called more often than elements were put
     */
    void taskDone();

    /** Waits until {@link #taskDone()} was called for every element that was put. */
    void join() throws InterruptedException;

    /** Like {@link #join()}, but waits at most {@code timeout}; false if elements were still unfinished then. */
    boolean join(Duration timeout) throws InterruptedException;

    /**
     * The elements as a loop that ends when the queue is shut down and drained: {@code for (E e : queue.consume())}.
     */
    default Iterable<E> consume() {
        return () -> new Consumption<>(this);
    }

    /** Ends puts, in all processes, and wakes everybody who waits. What is in the queue can still be taken. */
    void shutdown();

    /** Whether {@link #shutdown()} was called, in any process. */
    boolean isShutdown();

    /** Whether this handle was closed or the queue deleted. */
    @Override
    boolean isClosed();

    /** Where the queue lives. */
    Path directory();

    /** The {@link Codec#id() id} of the codec that the queue was created with. */
    String codecId();

    /** What the queue is doing now. */
    QueueStats stats();

    /**
     * Detaches this handle. The queue stays, unless it was created without a path: then it is deleted when its creator
     * closes it. Calls that wait in this handle, and all later ones, throw {@link QueueClosedException}. If this handle
     * has taken elements and could not hand them over, because a codec failed or a target refused them, they go to
     * others. Idempotent.
     */
    @Override
    void close();

    /**
     * Deletes the queue and what is in it, for everyone; calls in other processes throw {@link QueueClosedException}.
     */
    void delete();
}
