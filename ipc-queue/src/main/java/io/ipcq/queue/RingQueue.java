// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.Passed;
import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import io.ipcq.event.Events;
import io.ipcq.event.Span;
import io.ipcq.memory.Deadline;
import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.Members;
import io.ipcq.memory.RegionFormatException;
import io.ipcq.memory.RobustMutex;
import io.ipcq.memory.StackReserve;
import io.ipcq.memory.WaitStrategy;
import io.ipcq.memory.Waiter;
import io.ipcq.queue.Leftovers.Batch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The queue in shared memory: encodes, waits, decodes. {@link Ring} moves the bytes, {@link RingFiles} knows the
 * directory.
 *
 * @param <E> the type of the elements
 */
final class RingQueue<E> extends AbstractSharedQueue<E> {

    private static final long serialVersionUID = 1L;

    private static final int BATCH_ELEMENTS = 256;
    private static final int BATCH_BYTES = 64 << 10;
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** How long a handle that is closed waits for room for what it puts back. */
    private static final long PUT_BACK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long CLOSING_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    private final transient RingFiles files;
    private final transient RingControl control;
    private final transient Members members;
    private final transient Codec<E> codec;
    private final transient WaitStrategy waitStrategy;
    private final transient boolean creator;
    private final transient boolean checksum;
    private final transient RobustMutex mutex;
    private final transient Ring ring;
    private final transient Waiter notEmpty;
    private final transient Waiter notFull;
    private final transient Waiter allDone;
    private final transient Leftovers leftovers;
    private final transient BooleanSupplier canTake;
    private final transient boolean anonymous;
    private transient volatile boolean closed;
    private transient volatile boolean broken;
    private final transient ReentrantLock closing = new ReentrantLock();
    private transient boolean ended; // guarded by it, as are the next three
    private transient boolean left;
    private transient int owed; // tasks to be counted as done, for elements that were put back
    private transient int lost; // elements that could not be put back
    private transient @Nullable Passed passed;

    private RingQueue(RingFiles.Attachment attachment, Codec<E> codec, WaitStrategy waitStrategy, boolean creator) {
        this(attachment, codec, waitStrategy, creator, new Leftovers());
    }

    private RingQueue(
            RingFiles.Attachment attachment,
            Codec<E> codec,
            WaitStrategy waitStrategy,
            boolean creator,
            Leftovers leftovers) {
        this.leftovers = leftovers;
        this.files = attachment.files();
        this.control = attachment.control();
        this.members = attachment.members();
        this.codec = codec;
        this.waitStrategy = waitStrategy;
        this.creator = creator;
        this.anonymous = control.anonymous();
        this.checksum = control.options().checksum();
        this.mutex = new RobustMutex(control.region(), RingLayout.MUTEX, members);
        this.ring = new Ring(control, mutex, this::requireOpen);
        this.notEmpty = Waiter.relaying(control.region(), RingLayout.NOT_EMPTY, waitStrategy);
        this.notFull = Waiter.relaying(control.region(), RingLayout.NOT_FULL, waitStrategy);
        this.allDone = new Waiter(control.region(), RingLayout.ALL_DONE, waitStrategy);
        this.canTake = () -> ring.isReady() || leftovers.hasSome() || isOver();
    }

    static <E> RingQueue<E> create(
            Path directory, Codec<E> codec, SharedQueueOptions options, WaitStrategy waitStrategy) throws IOException {
        return new RingFiles(directory)
                .create(options, codec.id(), false, hold -> new RingQueue<>(hold, codec, waitStrategy, true));
    }

    static <E> RingQueue<E> createAnonymous(Codec<E> codec, SharedQueueOptions options, WaitStrategy waitStrategy)
            throws IOException {
        return AnonymousDirectories.create(directory -> new RingFiles(directory)
                .create(options, codec.id(), true, hold -> {
                    AnonymousDirectories.deleteAtExit(hold.files());
                    return new RingQueue<>(hold, codec, waitStrategy, true);
                }));
    }

    static <E> RingQueue<E> open(Path directory, Codec<E> codec, WaitStrategy waitStrategy) throws IOException {
        return new RingFiles(directory).open(codec.id(), hold -> attached(hold, codec, waitStrategy));
    }

    private void requireUndamaged() throws RegionFormatException {
        String objection = touching(() -> Optional.ofNullable(ring.objection())).orElse(null);
        if (objection != null) {
            throw new RegionFormatException(files.control(), objection + "; restore the file or delete the queue");
        }
    }

    /** Opens the queue that was passed on, and no other that has taken its place. */
    static <E> RingQueue<E> openSame(Path directory, long id, Codec<E> codec, WaitStrategy waitStrategy)
            throws IOException {
        return new RingFiles(directory).open(codec.id(), hold -> {
            if (hold.control().id() != id) {
                throw StorageFailure.isGone(directory);
            }
            return passed(hold, codec, waitStrategy);
        });
    }

    /** Opens a queue, and closes it when nothing refers to it any more. */
    static <E> RingQueue<E> openPassed(Path directory, Codec<E> codec, WaitStrategy waitStrategy) throws IOException {
        return new RingFiles(directory).open(codec.id(), hold -> passed(hold, codec, waitStrategy));
    }

    private static <E> RingQueue<E> passed(RingFiles.Attachment hold, Codec<E> codec, WaitStrategy waitStrategy)
            throws RegionFormatException {
        RingQueue<E> queue = attached(hold, codec, waitStrategy);
        queue.passed = Passed.watch(queue, closing(hold, codec, waitStrategy, queue.leftovers));
        return queue;
    }

    /**
     * Closes a handle that nothing refers to, through another handle that takes its place. No thread is inside the
     * first one, because it would refer to it.
     */
    private static <E> Runnable closing(
            RingFiles.Attachment hold, Codec<E> codec, WaitStrategy waitStrategy, Leftovers leftovers) {
        return () -> new RingQueue<>(hold, codec, waitStrategy, false, leftovers).close();
    }

    private static <E> RingQueue<E> attached(RingFiles.Attachment hold, Codec<E> codec, WaitStrategy waitStrategy)
            throws RegionFormatException {
        RingQueue<E> queue = new RingQueue<>(hold, codec, waitStrategy, false);
        queue.requireUndamaged();
        return queue;
    }

    // ---- put --------------------------------------------------------------------------------------------------------

    @Override
    boolean putUntil(E element, long deadline) throws InterruptedException {
        checkInterrupt(deadline);
        try {
            requireOpen();
            boolean done = putUntil(encode(element), deadline);
            return done || surfaced(false);
        } catch (InternalError e) {
            throw memoryGone(e);
        }
    }

    private boolean putUntil(byte[] payload, long deadline) throws InterruptedException {
        Span blocked = null;
        try {
            for (boolean waited = false; ; waited = true) {
                int result = ring.put(payload, deadline);
                if (result > 0) {
                    notEmpty.signalFenced(1);
                    if (waited) {
                        relayRoom(payload.length);
                    }
                    return true;
                }
                if (!isWorthWaiting(result, deadline)) {
                    return false;
                }
                blocked = waited ? blocked : Events.put(directory());
                if (!awaitRoom(payload.length, deadline)) {
                    return false;
                }
            }
        } finally {
            if (blocked != null) {
                blocked.close();
            }
        }
    }

    @Override
    void putEach(List<? extends E> elements) throws InterruptedException {
        checkInterrupt(Deadline.NEVER);
        List<byte[]> payloads = new ArrayList<>(elements.size());
        try {
            requireOpen();
            for (E element : elements) {
                payloads.add(encode(element));
            }
            putPayloads(payloads);
        } catch (InternalError e) {
            throw memoryGone(e);
        }
    }

    private void putPayloads(List<byte[]> payloads) throws InterruptedException {
        int from = 0;
        boolean waited = false;
        while (from < payloads.size()) {
            int put = putBatch(payloads, from);
            if (put > 0) {
                notEmpty.signalFenced(put);
                if (waited) {
                    relayRoom(payloads.get(from).length);
                }
                from += put;
            } else if (isWorthWaiting(put, Deadline.NEVER)) {
                Span blocked = Events.put(directory());
                try {
                    awaitRoom(payloads.get(from).length, Deadline.NEVER);
                } finally {
                    if (blocked != null) {
                        blocked.close();
                    }
                }
                waited = true;
            }
        }
    }

    private int putBatch(List<byte[]> payloads, int from) throws InterruptedException {
        try {
            return ring.put(payloads.subList(from, endOfBatch(payloads, from)), Deadline.NEVER);
        } catch (QueueStorageException e) {
            throw QueueStorageException.inTheMiddle(from, payloads.size(), e);
        }
    }

    private static int endOfBatch(List<byte[]> payloads, int from) {
        int to = from;
        long bytes = 0;
        do {
            bytes += payloads.get(to++).length;
        } while (to < payloads.size() && to - from < BATCH_ELEMENTS && bytes < BATCH_BYTES);
        return to;
    }

    private boolean isWorthWaiting(int result, long deadline) {
        if (result == Ring.SHUT_DOWN) {
            throw new QueueShutdownException(
                    "the queue is shut down and takes no more elements: directory=" + directory());
        }
        return result == 0 && deadline != Deadline.NOW;
    }

    private boolean awaitRoom(int payloadBytes, long deadline) throws InterruptedException {
        return await(
                (until, began) -> notFull.await(
                        () -> !ring.isNearlyFull(payloadBytes) || ring.isShutDown() || isOver(),
                        () -> !ring.isFull(payloadBytes) || ring.isShutDown() || isOver(),
                        until,
                        began),
                deadline);
    }

    /**
     * Waits; while that takes long, looks whether an anonymous queue has gone with the process that created it, which
     * is at its end and tells nobody.
     */
    private boolean await(Waiting waiting, long deadline) throws InterruptedException {
        long began = System.nanoTime();
        if (!anonymous || creator) {
            return waiting.until(deadline, began);
        }
        boolean holds = waiting.until(Deadline.atMost(deadline, LOOK_NANOS), began);
        while (!holds && !Deadline.hasPassed(deadline)) {
            if (!Files.exists(files.control(), LinkOption.NOFOLLOW_LINKS)) {
                control.state().setDeleted();
                signalAll();
            }
            holds = waiting.until(Deadline.atMost(deadline, LOOK_NANOS), began);
        }
        return holds;
    }

    @FunctionalInterface
    private interface Waiting {
        boolean until(long deadline, long began) throws InterruptedException;
    }

    /** A thread that waits for room for a larger element waits for the next one that is taken, or for 90 ms. */
    private void relayRoom(int payloadBytes) {
        notFull.relay(() -> !ring.isFull(payloadBytes) || ring.isShutDown() || isOver());
    }

    private byte[] encode(E element) {
        byte[] payload = codec.encode(Objects.requireNonNull(element, "element"));
        int maxBytes = ring.maxPayloadBytes() - (checksum ? RingChecksum.BYTES : 0);
        if (payload.length > maxBytes) {
            throw new ElementTooLargeException("the element is larger than the queue can hold: elementBytes="
                    + payload.length + ", maxElementBytes=" + maxBytes + ", directory=" + directory()
                    + "; create the queue with a larger capacityBytes");
        }
        return checksum ? RingChecksum.seal(payload) : payload;
    }

    // ---- take -------------------------------------------------------------------------------------------------------

    @Override
    @Nullable
    E takeUntil(long deadline) throws InterruptedException {
        checkInterrupt(deadline);
        Span blocked = null;
        try {
            for (boolean waited = false; ; waited = true) {
                Batch leftover = leftovers.hasSome() ? pollLeftovers() : null;
                if (leftover != null) {
                    return decode(leftover);
                }
                byte[] payload = takePayload(waited, deadline);
                if (payload != null) {
                    return decode(payload);
                }
                if (deadline == Deadline.NOW) {
                    return null;
                }
                blocked = waited ? blocked : Events.get(directory());
                if (!awaitElement(deadline)) {
                    return null;
                }
            }
        } finally {
            if (blocked != null) {
                blocked.close();
            }
        }
    }

    private @Nullable Batch pollLeftovers() {
        StackReserve.require(); // for keeping it again
        try {
            requireOpen();
            surfaced(true);
        } catch (InternalError e) {
            throw memoryGone(e);
        }
        return leftovers.poll();
    }

    @SuppressWarnings("ReferenceEquality") // OVER is known by its identity
    private byte @Nullable [] takePayload(boolean waited, long deadline) {
        StackReserve.require(); // for keeping it
        try {
            requireOpen();
            byte[] payload = ring.take();
            if (payload == Ring.OVER) {
                throw new QueueShutdownException(
                        "the queue is shut down and there are no more elements: directory=" + directory());
            }
            if (payload != null) {
                signalTaken(payload, waited);
            } else if (deadline == Deadline.NOW) {
                surfaced(false);
            }
            return payload;
        } catch (InternalError e) {
            throw memoryGone(e);
        }
    }

    private void signalTaken(byte[] payload, boolean waited) {
        try {
            notFull.signalFenced(1);
            if (waited) {
                notEmpty.relay(canTake);
            }
            ring.noteTake();
        } catch (Throwable e) {
            keep(payload, false);
            throw e;
        }
    }

    private boolean awaitElement(long deadline) throws InterruptedException {
        try {
            return await((until, began) -> notEmpty.await(canTake, until, began), deadline) || surfaced(false);
        } catch (InternalError e) {
            throw memoryGone(e);
        }
    }

    /** A thread that was woken for an element and does not take it passes the wake-up on. */
    @Override
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        long deadline = Deadline.in(timeout);
        try {
            if (touching(canTake::getAsBoolean)) {
                return true;
            }
            boolean ready = awaitElement(deadline);
            if (ready) {
                touching(() -> {
                    notEmpty.relay(canTake);
                    return true;
                });
            }
            return ready;
        } catch (QueueClosedException over) {
            return true;
        }
    }

    /** What is taken is in a batch that was there before, so that to keep it needs no memory. */
    @Override
    int takeInto(Collection<? super E> target, int max) {
        Refusals refusals = new Refusals();
        Batch own = Batch.of(Math.min(max, BATCH_ELEMENTS));
        Batch batch = own;
        int count = 0;
        try {
            do {
                Batch leftover = leftovers.hasSome() ? pollLeftovers() : null;
                batch = leftover != null ? leftover : own;
                if (leftover == null && takeSome(own, max - count) == 0) {
                    break;
                }
                count += handOver(batch, target, refusals);
            } while (count < max);
        } catch (Throwable e) {
            try {
                keep(batch);
            } finally {
                if (refusals.first != null) {
                    addTo(e, refusals.first);
                }
            }
            throw e;
        }
        if (refusals.first != null) {
            throw refusals.first;
        }
        return count;
    }

    private int handOver(Batch batch, Collection<? super E> target, Refusals refusals) {
        int count = 0;
        while (!batch.isEmpty()) {
            E element;
            try {
                element = decodeFirst(batch);
            } catch (CodecException e) {
                refusals.add(e);
                batch.removeFirst(); // its bytes will be told
                countRefused();
                continue;
            }
            target.add(element);
            batch.removeFirst();
            count++;
        }
        return count;
    }

    /** What came up when elements were decoded, to be told once the others are handed over. */
    private static final class Refusals {

        private @Nullable CodecException first;

        void add(CodecException next) {
            if (first == null) {
                first = next;
            } else {
                first.addSuppressed(next);
            }
        }
    }

    private int takeSome(Batch batch, int max) {
        return touching(() -> {
            int taken = ring.take(batch.emptied(), Math.min(max, BATCH_ELEMENTS), BATCH_BYTES);
            if (taken > 0) {
                notFull.signalFenced(taken);
                ring.noteTake();
            }
            return taken;
        });
    }

    private E decode(byte[] payload) {
        boolean dealtWith = false;
        try {
            E element = decodeCopy(payload);
            dealtWith = true;
            return element;
        } catch (CodecException e) {
            raiseTasksDone();
            dealtWith = true;
            signalDone(e);
            throw e;
        } finally {
            if (!dealtWith) {
                keep(payload, true);
            }
        }
    }

    private E decode(Batch one) {
        boolean dealtWith = false;
        try {
            E element = decodeFirst(one);
            dealtWith = true;
            return element;
        } catch (CodecException e) {
            raiseTasksDone();
            dealtWith = true;
            signalDone(e);
            throw e;
        } finally {
            if (!dealtWith) {
                keep(one);
            }
        }
    }

    /**
     * Decodes the first element that was taken. An element that cannot be decoded counts as done, and the exception
     * carries its bytes. An Error is not the element's fault, unless it comes again.
     */
    private E decodeFirst(Batch batch) {
        boolean hasFailed = batch.hasFirstFailed();
        batch.setFirstFailed(true);
        byte[] payload = batch.first();
        E element;
        try {
            element = decodeCopy(payload);
        } catch (CodecException e) {
            throw e;
        } catch (Throwable e) {
            if (hasFailed) {
                throw undecodable("the codec failed twice, with " + e.getClass().getName(), payload, e);
            }
            throw e;
        }
        batch.setFirstFailed(false);
        return element;
    }

    /** What cannot be decoded is done with. */
    private void countRefused() {
        try {
            raiseTasksDone();
        } catch (Throwable e) {
            raiseTasksDone(); // a failure that does not come again must not keep those waiting who join
            throw e;
        }
        signalIfAllDone();
    }

    private void signalDone(CodecException refusal) {
        try {
            signalIfAllDone();
        } catch (Throwable e) {
            addTo(e, refusal);
            throw e;
        }
    }

    /**
     * Reports both; if that fails, the one that carries the bytes of an element. An Error that the JVM made carries
     * nothing else.
     */
    private static void addTo(Throwable failure, CodecException refusal) {
        boolean told = false;
        try {
            failure.addSuppressed(refusal);
            told = failure.getSuppressed().length > 0;
        } catch (Throwable e) {
            // there is no memory for that either
        }
        if (!told) {
            throw refusal;
        }
    }

    private void keep(byte[] payload, boolean hasFailed) {
        leftovers.keep(payload, hasFailed);
        signalKept();
    }

    private void keep(Batch batch) {
        leftovers.keep(batch);
        signalKept();
    }

    /** Somebody may wait in this handle. */
    private void signalKept() {
        try {
            notEmpty.wakeAll();
        } catch (InternalError gone) {
            drainFaults();
        }
    }

    private E decodeCopy(byte[] sealed) {
        byte[] payload = checksum ? RingChecksum.unseal(sealed) : sealed;
        if (payload == null) {
            throw undecodable("the element's bytes do not match their checksum", sealed, null);
        }
        E element;
        try {
            element = codec.decode(payload);
        } catch (CodecException e) {
            throw e.bytes() != null ? e : undecodable("the codec refused the element: " + e.getMessage(), payload, e);
        } catch (RuntimeException e) {
            throw undecodable("the codec failed with " + e.getClass().getName(), payload, e);
        }
        if (element == null) {
            throw undecodable("the codec decoded the element to null", payload, null);
        }
        return element;
    }

    private CodecException undecodable(String what, byte[] payload, @Nullable Throwable cause) {
        String path = cause instanceof CodecException refusal ? refusal.path() : null;
        return new CodecException(
                what + ": bytes=" + payload.length + ", directory=" + directory(), path, payload, cause);
    }

    // ---- look -------------------------------------------------------------------------------------------------------

    @Override
    public Iterator<E> iterator() {
        Iterator<byte[]> kept = leftovers.payloads().iterator();
        RingRecords.Cursor cursor = touching(ring::cursor);
        return new Iterator<>() {

            private byte @Nullable [] next = look();

            private byte @Nullable [] look() {
                return kept.hasNext() ? kept.next() : RingQueue.this.look(cursor);
            }

            @Override
            public boolean hasNext() {
                return next != null;
            }

            @Override
            public E next() {
                byte[] payload = next;
                if (payload == null) {
                    throw new NoSuchElementException("there are no more elements");
                }
                next = look();
                return decodeCopy(payload);
            }
        };
    }

    private byte @Nullable [] look(RingRecords.Cursor cursor) {
        return touching(() -> Optional.ofNullable(ring.next(cursor))).orElse(null);
    }

    @Override
    public long qsize() {
        return touching(ring::size) + leftovers.size();
    }

    @Override
    public boolean empty() {
        return qsize() == 0;
    }

    @Override
    public boolean full() {
        return touching(() -> ring.isFull(-1));
    }

    @Override
    public int remainingCapacity() {
        return full() ? 0 : super.remainingCapacity();
    }

    @Override
    long maxSize() {
        return options().maxSize();
    }

    @Override
    public QueueStats stats() {
        return touching(() -> {
            long size = ring.size() + leftovers.size();
            long put = ring.count();
            return new QueueStats(
                    size,
                    maxSize(),
                    put,
                    put - size,
                    0,
                    0,
                    unfinished(),
                    members.countAlive(),
                    control.storageBytes(),
                    ring.isShutDown(),
                    control.times().times(ring.oldestMillis()));
        });
    }

    SharedQueueOptions options() {
        return control.options();
    }

    @Override
    public Path directory() {
        return files.directory();
    }

    @Override
    public String codecId() {
        return codec.id();
    }

    // ---- tasks and the end ------------------------------------------------------------------------------------------

    @Override
    public void taskDone() {
        if (!touching(this::countTaskDone)) {
            throw new IllegalStateException("taskDone was called more often than elements were put: put=" + ring.count()
                    + ", directory=" + directory());
        }
    }

    /** Counts one task as done; false if there is none left. */
    private boolean countTaskDone() {
        boolean counted = raiseTasksDone();
        if (counted) {
            signalIfAllDone();
        }
        return counted;
    }

    private boolean raiseTasksDone() {
        long done;
        do {
            done = control.tasksDoneVolatile();
            if (done >= ring.count()) {
                return false;
            }
        } while (!control.compareAndSetTasksDone(done, done + 1));
        return true;
    }

    private void signalIfAllDone() {
        if (unfinished() == 0) {
            allDone.signal();
        }
    }

    private long unfinished() {
        long done = control.tasksDoneVolatile();
        return ring.count() - done;
    }

    @Override
    boolean joinUntil(long deadline) throws InterruptedException {
        try {
            requireOpen();
            boolean done =
                    await((until, began) -> allDone.await(() -> unfinished() == 0 || isOver(), until, began), deadline);
            requireOpen();
            return surfaced(done);
        } catch (InternalError e) {
            throw memoryGone(e);
        }
    }

    @Override
    public void shutdown() {
        touching(() -> {
            ring.shutdown();
            signalAll();
            return true;
        });
    }

    @Override
    public boolean isShutdown() {
        return touching(ring::isShutDown);
    }

    /** If this fails, the handle has left all the same, or a second call goes on where the first one stopped. */
    @Override
    public void close() {
        closing.lock(); // no monitor: a virtual thread would keep its carrier while it waits inside
        try {
            if (!left) {
                putBackLeftovers();
                closed = true;
                endAndLeave();
                if (passed != null) {
                    passed.forget();
                }
            }
        } finally {
            closing.unlock();
        }
    }

    private void endAndLeave() {
        try {
            if (!ended) {
                ended = true;
                endIfLast();
            }
        } finally {
            leave();
        }
    }

    /**
     * Gives elements that were taken and not handed over to others, behind theirs, because nothing can be put before
     * what is in a ring.
     */
    private void putBackLeftovers() {
        try {
            putBackAll();
        } catch (InternalError e) {
            drainFaults();
            putBackAgain();
        }
        if (lost > 0) {
            QueueLog.get()
                    .warn(
                            "elements that were taken and could not be handed over are lost, because the queue is full or shut"
                                    + " down: elements={}, directory={}; take them from the handle before it is closed",
                            lost,
                            directory());
        }
    }

    /** A fault that does not come again was none of memory that is gone. */
    private void putBackAgain() {
        try {
            putBackAll();
        } catch (InternalError e) {
            drainFaults();
            QueueLog.get().debug("closes a queue whose file was cut short: directory={}", directory(), e);
        }
    }

    private void putBackAll() {
        if (isOver() || (anonymous && creator)) {
            return;
        }
        settleTasks();
        if (!leftovers.hasSome()) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try {
            long deadline = Deadline.in(PUT_BACK_NANOS);
            while (leftovers.hasSome()) {
                interrupted |= putBackFirst(deadline);
                settleTasks();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Puts back the first one, or gives it up at the deadline; true if it was interrupted, and has to be tried again.
     */
    private boolean putBackFirst(long deadline) {
        StackReserve.require(); // for keeping it again
        Batch one = leftovers.poll();
        if (one == null) {
            return false;
        }
        boolean dealtWith = false;
        try {
            boolean put = putBack(one.first(), deadline);
            dealtWith = true;
            owed++; // it counts as two now, or nobody will ever take it
            lost += put ? 0 : 1;
        } catch (InterruptedException e) {
            return true;
        } finally {
            if (!dealtWith) {
                leftovers.keep(one);
            }
        }
        notEmpty.signalFenced(1);
        return false;
    }

    private boolean putBack(byte[] payload, long deadline) throws InterruptedException {
        while (true) {
            int result = ring.put(payload, deadline);
            if (result != 0) {
                return result > 0;
            }
            if (!awaitRoom(payload.length, deadline)) {
                return false;
            }
        }
    }

    /** Counts as done what was put back. */
    private void settleTasks() {
        while (owed > 0) {
            raiseTasksDone();
            owed--;
            signalIfAllDone();
        }
    }

    private void endIfLast() {
        boolean last = creator;
        try {
            signalAll();
            awaitProducers();
            last |= !members.anyOtherAlive();
            if (anonymous && last) {
                control.state().setDeleted();
                signalAll();
            }
            surfaced(true);
        } catch (InternalError e) {
            broken = true;
            drainFaults();
            QueueLog.get().debug("closed a queue whose file was cut short: directory={}", directory(), e);
        }
        if (anonymous && last) {
            AnonymousDirectories.delete(files);
        }
    }

    /** A member for as long as one of its threads may be inside. */
    private void leave() {
        awaitProducers();
        long bytes = 0;
        try {
            members.close();
            left = true;
            bytes = surfaced(control.storageBytes());
        } catch (InternalError e) {
            drainFaults();
            QueueLog.get().debug("left a queue whose file was cut short: directory={}", directory(), e);
        }
        control.region().release(bytes);
    }

    /**
     * A thread that gets the mutex from now on finds the handle closed and touches nothing. Wait for those that had it
     * before.
     */
    private void awaitProducers() {
        while (!broken && mutex.isHeldByMe()) {
            LockSupport.parkNanos(CLOSING_PAUSE_NANOS);
        }
    }

    @Override
    public void delete() {
        try {
            requireOpen();
            surfaced(true);
        } catch (InternalError e) {
            broken = true;
            drainFaults();
        }
        try {
            // a member until the name is free, or somebody could think that the deleter had died
            files.delete(this::end);
        } catch (NoSuchFileException e) {
            throw QueueStorageException.gone(e);
        } catch (IOException | InternalError e) {
            throw new QueueStorageException(
                    "not all files of the deleted queue could be removed: directory=" + directory() + ", cause="
                            + e.getMessage(),
                    e);
        } finally {
            close();
        }
    }

    private void end() {
        try {
            endForAll();
        } catch (InternalError e) {
            drainFaults();
            endAgain();
        }
    }

    private void endForAll() {
        control.state().setDeleted();
        signalAll();
        surfaced(true);
    }

    /** A fault that does not come again was none of memory that is gone, and there are others to be told. */
    private void endAgain() {
        try {
            endForAll();
        } catch (InternalError e) {
            broken = true;
            drainFaults();
            QueueLog.get().debug("deletes a queue whose file was cut short: directory={}", directory(), e);
        }
    }

    private void signalAll() {
        notEmpty.wakeAll();
        notFull.wakeAll();
        allDone.signal();
    }

    @Override
    public boolean isClosed() {
        try {
            return surfaced(isOver());
        } catch (InternalError e) {
            throw memoryGone(e);
        }
    }

    private boolean isOver() {
        return closed || control.state().deletedVolatile();
    }

    private void requireOpen() {
        if (closed) {
            throw QueueClosedException.ofHandle(directory());
        }
        if (control.state().deletedVolatile()) {
            throw QueueClosedException.ofDeleted(directory());
        }
    }

    /** Does what touches the shared words, if the handle is open. */
    private <T> T touching(Supplier<T> work) {
        try {
            requireOpen();
            return surfaced(work.get());
        } catch (InternalError e) {
            throw memoryGone(e);
        }
    }

    /** Passes on a result that was not read from memory that is gone; not for the paths where nanoseconds count. */
    private static <T> T surfaced(T result) {
        MappedRegion.surfaceFaults();
        return result;
    }

    /** A fault in mapped memory arrives as an InternalError. */
    private QueueStorageException memoryGone(InternalError fault) {
        broken = true;
        drainFaults();
        return new QueueStorageException(
                "the queue's memory is gone, because its file was cut short or its disk failed: file=" + files.control()
                        + "; delete the queue and create it anew",
                fault);
    }

    /** Handling one fault may have met the next one, which must not surface later. */
    private static void drainFaults() {
        try {
            MappedRegion.surfaceFaults();
        } catch (InternalError next) {
            QueueLog.get().debug("the memory of a queue is gone", next);
        }
    }

    Codec<E> codec() {
        return codec;
    }

    WaitStrategy waitStrategy() {
        return waitStrategy;
    }

    long id() {
        return control.id();
    }

    /** @throws QueueClosedException if this handle cannot be passed on any more */
    void requireOpenToPassOn() {
        touching(() -> true);
    }

    private Object writeReplace() {
        requireOpenToPassOn();
        return new RingHandle<>(directory().toString(), control.id(), codec, waitStrategy);
    }

    private void readObject(java.io.ObjectInputStream in) throws java.io.InvalidObjectException {
        throw new java.io.InvalidObjectException("a queue travels as its handle");
    }
}
