// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.Passed;
import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import io.ipcq.event.Events;
import io.ipcq.event.Span;
import io.ipcq.memory.CoarseClock;
import io.ipcq.memory.Deadline;
import io.ipcq.memory.Members;
import io.ipcq.memory.WaitStrategy;
import io.ipcq.queue.JournalConsumer.Claim;
import io.ipcq.queue.JournalConsumer.Outcome;
import io.ipcq.queue.JournalConsumer.Place;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The durable queue on a journal: encodes, waits, decodes. {@link JournalProducer} and {@link JournalConsumer} do what
 * has to be done under a mutex, {@link JournalStore} has the files, and the dead letters are a queue of their own.
 *
 * @param <E> the type of the elements
 */
final class JournalQueue<E> extends AbstractSharedQueue<E> implements DurableQueue<E>, JournalSource<E> {

    private static final long serialVersionUID = 1L;

    static final int BATCH_ELEMENTS = 256;
    private static final int BATCH_BYTES = 64 << 10;
    /** How long a consumer waits at most, while leases are out, before it looks whether one has ended. */
    private static final long WATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final transient Core core;
    private final transient JournalStore store;
    private final transient JournalControl control;
    private final transient Members members;
    private final transient JournalWaiters waiters;
    private final transient JournalProducer producer;
    private final transient JournalConsumer consumer;
    private final transient DeadLetters deadLetters;
    private final transient Codec<E> codec;
    private final transient JournalDecoder<E> decoder;
    private final transient WaitStrategy waitStrategy;
    private final transient boolean creator;
    private transient volatile boolean left;
    private transient boolean ended; // guarded by this
    private transient volatile boolean warnedOfLeases;
    private transient @Nullable Passed passed;

    /** What a handle works with, and what closes it when nothing refers to the handle any more. */
    private record Core(
            JournalStore store,
            Members members,
            JournalWaiters waiters,
            JournalProducer producer,
            JournalConsumer consumer,
            DeadLetters deadLetters) {

        static Core of(JournalFiles.Attachment hold, WaitStrategy waitStrategy) {
            JournalStore store = JournalStore.of(hold);
            JournalWaiters waiters = new JournalWaiters(store.control(), waitStrategy);
            DeadLetters letters = new DeadLetters(hold.files(), store.control().options());
            JournalProducer producer = new JournalProducer(store, hold.members());
            JournalConsumer consumer = new JournalConsumer(store, hold.members(), producer, waiters, letters::write);
            return new Core(store, hold.members(), waiters, producer, consumer, letters);
        }
    }

    private JournalQueue(Core core, Codec<E> codec, WaitStrategy waitStrategy, boolean creator) {
        this.core = core;
        this.store = core.store;
        this.control = core.store.control();
        this.members = core.members;
        this.waiters = core.waiters;
        this.producer = core.producer;
        this.consumer = core.consumer;
        this.deadLetters = core.deadLetters;
        this.codec = codec;
        this.decoder = new JournalDecoder<>(codec, store.directory());
        this.waitStrategy = waitStrategy;
        this.creator = creator;
    }

    static <E> JournalQueue<E> create(
            Path directory, Codec<E> codec, DurableQueueOptions options, WaitStrategy waitStrategy) throws IOException {
        return new JournalFiles(directory)
                .create(options, codec.id(), false, hold -> attached(hold, codec, waitStrategy, true));
    }

    static <E> JournalQueue<E> createAnonymous(Codec<E> codec, DurableQueueOptions options, WaitStrategy waitStrategy)
            throws IOException {
        return AnonymousDirectories.create(directory -> new JournalFiles(directory)
                .create(options, codec.id(), true, hold -> {
                    AnonymousDirectories.deleteAtExit(hold.files());
                    return attached(hold, codec, waitStrategy, true);
                }));
    }

    static <E> JournalQueue<E> open(Path directory, Codec<E> codec, WaitStrategy waitStrategy) throws IOException {
        return new JournalFiles(directory).open(codec.id(), hold -> attached(hold, codec, waitStrategy, false));
    }

    /** Opens the queue that was passed on, and no other that has taken its place. */
    static <E> JournalQueue<E> openSame(Path directory, long id, Codec<E> codec, WaitStrategy waitStrategy)
            throws IOException {
        return new JournalFiles(directory).open(codec.id(), hold -> {
            if (hold.control().id() != id) {
                throw StorageFailure.isGone(directory);
            }
            return passed(hold, codec, waitStrategy);
        });
    }

    /** Opens a queue, and closes it when nothing refers to it any more, no delivery either. */
    static <E> JournalQueue<E> openPassed(Path directory, Codec<E> codec, WaitStrategy waitStrategy)
            throws IOException {
        return new JournalFiles(directory).open(codec.id(), hold -> passed(hold, codec, waitStrategy));
    }

    private static <E> JournalQueue<E> passed(JournalFiles.Attachment hold, Codec<E> codec, WaitStrategy waitStrategy) {
        JournalQueue<E> queue = attached(hold, codec, waitStrategy, false);
        try {
            queue.passed = Passed.watch(queue, closing(queue.core, codec, waitStrategy));
            return queue;
        } catch (Throwable e) {
            QueueDirectory.closeAfter(e, queue.store::closeFiles);
            throw e;
        }
    }

    /**
     * Closes a handle that nothing refers to, through another handle that takes its place. If a thread of the first one
     * is still inside, as it has no more use for the handle itself, this waits for it as every close does.
     */
    private static <E> Runnable closing(Core core, Codec<E> codec, WaitStrategy waitStrategy) {
        return () -> new JournalQueue<>(core, codec, waitStrategy, false).close();
    }

    private static <E> JournalQueue<E> attached(
            JournalFiles.Attachment hold, Codec<E> codec, WaitStrategy waitStrategy, boolean creator) {
        Core core = Core.of(hold, waitStrategy);
        try {
            if (!hold.attended()) {
                core.producer.demandRepair();
                core.consumer.demandRepair();
            }
            // in this order: of several who open it at once, each has either demanded the repair, or found one who has
            hold.attend();
            return new JournalQueue<>(core, codec, waitStrategy, creator);
        } catch (Throwable e) {
            QueueDirectory.closeAfter(e, core.store::closeFiles); // a repair may have opened the journal
            throw e;
        }
    }

    // ---- put --------------------------------------------------------------------------------------------------------

    @Override
    boolean putUntil(E element, long deadline) throws InterruptedException {
        checkInterrupt(deadline);
        byte[] document = JournalDocument.of(encode(element));
        return appendUntil(document, 1, deadline) == 1;
    }

    @Override
    void putEach(List<? extends E> elements) throws InterruptedException {
        checkInterrupt(Deadline.NEVER);
        List<byte[]> payloads = new ArrayList<>(elements.size());
        for (E element : elements) {
            payloads.add(encode(element));
        }
        int from = 0;
        int limit = BATCH_ELEMENTS;
        while (from < payloads.size()) {
            int to = endOfBatch(payloads, from, limit);
            byte[] document = JournalDocument.of(payloads.subList(from, to));
            int appended = appendUntil(document, from, to - from, payloads.size());
            if (appended == to - from) {
                from = to;
                limit = BATCH_ELEMENTS;
            } else {
                limit = appended;
            }
        }
    }

    private static int endOfBatch(List<byte[]> payloads, int from, int limit) {
        int to = from;
        long bytes = 0;
        do {
            bytes += payloads.get(to++).length;
        } while (to < payloads.size() && to - from < limit && bytes + payloads.get(to).length <= BATCH_BYTES);
        return to;
    }

    private int appendUntil(byte[] document, int before, int count, int all) throws InterruptedException {
        try {
            return appendUntil(document, count, Deadline.NEVER);
        } catch (QueueStorageException e) {
            throw QueueStorageException.inTheMiddle(before, all, e);
        }
    }

    /**
     * Appends all of a document's elements; or returns how many there is room for, when that is at least one but not
     * all.
     */
    private int appendUntil(byte[] document, int count, long deadline) throws InterruptedException {
        Span blocked = null;
        try {
            for (boolean waited = false; ; waited = true) {
                long room = producer.append(document, count, deadline, false);
                if (room == JournalProducer.DONE) {
                    waiters.notEmpty.signal();
                    return count;
                }
                if (room > 0) {
                    return (int) room;
                }
                if (deadline == Deadline.NOW || room == JournalProducer.TIMED_OUT) {
                    return 0;
                }
                blocked = waited ? blocked : Events.put(directory());
                if (!waiters.notFull.await(this::hasRoom, deadline)) {
                    return 0;
                }
            }
        } finally {
            if (blocked != null) {
                blocked.close();
            }
        }
    }

    /** Puts an element also if the queue is full or shut down. */
    void putRegardless(E element) {
        producer.appendRegardless(JournalDocument.of(encode(element)));
        waiters.notEmpty.signal();
    }

    private boolean hasRoom() {
        return control.size() < maxSize() || control.shutdownVolatile() || isClosed();
    }

    private byte[] encode(E element) {
        store.requireOpen();
        byte[] payload = codec.encode(Objects.requireNonNull(element, "element"));
        if (payload.length > control.maxElementBytes()) {
            throw new ElementTooLargeException(
                    "the element is larger than the queue can hold: elementBytes=" + payload.length
                            + ", maxElementBytes=" + control.maxElementBytes() + ", directory=" + directory()
                            + "; create the queue with a larger maxElementBytes");
        }
        return payload;
    }

    // ---- take -------------------------------------------------------------------------------------------------------

    @Override
    @Nullable
    E takeUntil(long deadline) throws InterruptedException {
        Deque<Claim> claims = new ArrayDeque<>(1);
        try {
            return claimUntil(claims, deadline, false) ? decode(claims.element()) : null;
        } catch (Throwable e) {
            takeBack(claims, e, true);
            throw e;
        }
    }

    /**
     * Goes on to the end of a batch after what cannot be decoded, but no further, or it might get the same element
     * again.
     */
    @Override
    int takeInto(Collection<? super E> target, int max) {
        int count = 0;
        boolean decoded = true;
        @Nullable CodecException bad = null;
        Deque<Claim> claims = new ArrayDeque<>();
        try {
            while (bad == null
                    && count < max
                    && claimNow(claims, Math.min(JournalConsumer.MAX_BATCH_ELEMENTS, max - count))) {
                while (!claims.isEmpty()) {
                    decoded = false;
                    E element;
                    try {
                        element = decode(claims.element());
                    } catch (CodecException e) {
                        consumer.refuse(claims, e);
                        bad = add(bad, e);
                        continue;
                    }
                    decoded = true;
                    target.add(element);
                    claims.remove();
                    count++;
                }
            }
        } catch (Throwable e) {
            takeBack(claims, e, !decoded);
            throw e;
        }
        if (bad != null) {
            throw bad;
        }
        return count;
    }

    private static CodecException add(@Nullable CodecException first, CodecException next) {
        if (first == null) {
            return next;
        }
        first.addSuppressed(next);
        return first;
    }

    private boolean claimNow(Deque<Claim> claims, int max) {
        try {
            boolean taken = consumer.take(claims, max, false, Deadline.NOW) == Outcome.TAKEN;
            tookSome();
            if (taken) {
                noteTake();
            }
            return taken;
        } catch (QueueShutdownException e) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError("does not wait", e);
        }
    }

    @Override
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        long deadline = Deadline.in(timeout);
        long began = System.nanoTime();
        try {
            while (!isOver() && !canTake(false)) {
                if (Deadline.hasPassed(deadline)) {
                    return false;
                }
                if (control.hasOut()) {
                    consumer.lookAfterLeases(deadline); // perhaps nobody else does
                }
                awaitElement(false, deadline, began);
            }
            return true;
        } catch (QueueClosedException over) {
            return true;
        }
    }

    @Override
    public Delivery<E> receive() throws InterruptedException {
        Delivery<E> delivery = receiveUntil(Deadline.NEVER);
        if (delivery == null) {
            throw new IllegalStateException("a wait without end has ended");
        }
        return delivery;
    }

    @Override
    public @Nullable Delivery<E> receive(Duration timeout) throws InterruptedException {
        return receiveUntil(Deadline.in(timeout));
    }

    private @Nullable Delivery<E> receiveUntil(long deadline) throws InterruptedException {
        Deque<Claim> claims = new ArrayDeque<>(1);
        try {
            return claimUntil(claims, deadline, true) ? delivery(claims.element()) : null;
        } catch (Throwable e) {
            takeBack(claims, e, true);
            throw e;
        }
    }

    private Delivery<E> delivery(Claim claim) {
        return new JournalDelivery<>(this, claim, decode(claim));
    }

    /** Claims an element before the deadline; false if there was none. */
    private boolean claimUntil(Deque<Claim> claims, long deadline, boolean lease) throws InterruptedException {
        checkInterrupt(deadline);
        long began = 0; // before it has to wait
        Span blocked = null;
        try {
            while (true) {
                Outcome outcome = consumer.take(claims, 1, lease, deadline);
                if (outcome == Outcome.TAKEN) {
                    tookSome();
                    noteTake();
                    return true;
                }
                if (outcome == Outcome.NO_LEASE_FREE) {
                    warnOfLeases();
                }
                if (deadline == Deadline.NOW || outcome == Outcome.TIMED_OUT || Deadline.hasPassed(deadline)) {
                    return false;
                }
                if (began == 0) {
                    began = System.nanoTime();
                    blocked = Events.get(directory());
                }
                awaitElement(lease, deadline, began);
            }
        } finally {
            if (blocked != null) {
                blocked.close();
            }
        }
    }

    /**
     * Waits for an element; while some are out or unburied, only until it is time to look after them, and while one is
     * to be delivered again, until its time has come.
     */
    private void awaitElement(boolean lease, long deadline, long began) throws InterruptedException {
        long due = control.nextDueNanos();
        boolean watched = control.hasOut();
        BooleanSupplier changed =
                () -> canTake(lease) || isOver() || control.nextDueNanos() != due || (!watched && control.hasOut());
        waiters.notEmpty.await(
                changed, Math.min(due, watched ? Deadline.atMost(deadline, WATCH_NANOS) : deadline), began);
    }

    private boolean canTake(boolean lease) {
        return control.hasDue() || (control.hasNew() && consumer.hasRoom(lease));
    }

    private boolean isOver() {
        return isClosed() || (control.shutdownVolatile() && !control.hasNew() && consumer.isDrained());
    }

    private void noteTake() {
        if (control.times().isTakeDue(CoarseClock.millisAndPrepare())) {
            control.times().noteTake(System.currentTimeMillis()); // the clock may have been stopped with this process
        }
    }

    private void tookSome() {
        if (maxSize() != Long.MAX_VALUE) {
            waiters.notFull.signal();
        }
        if (control.shutdownVolatile()) {
            waiters.notEmpty.signal();
        }
    }

    private E decode(Claim claim) {
        if (claim.attempts() > 1) {
            Events.redelivery(directory(), claim.number(), claim.attempts());
        }
        return decode(claim.number(), claim.payload());
    }

    /** Gives back what was claimed and not handed out; the first of it may be to blame for that. */
    @SuppressWarnings("ReferenceEquality") // the JVM has one error for all want of memory
    private void takeBack(Deque<Claim> claims, Throwable failure, boolean blamed) {
        if (!claims.isEmpty()) {
            try {
                consumer.takeBack(claims, failure, blamed);
                waiters.leaseEnded();
            } catch (QueueClosedException e) {
                // a lease ends with its member, and what was taken for good was this one's
            } catch (Throwable e) {
                consumer.keep(claims);
                if (e != failure) {
                    failure.addSuppressed(e);
                }
            }
        }
    }

    @Override
    public E decode(long number, JournalDocument.Payload payload) {
        return decoder.decode(number, payload);
    }

    private void warnOfLeases() {
        if (!warnedOfLeases) {
            warnedOfLeases = true;
            QueueLog.get()
                    .warn(
                            "{} deliveries are unacknowledged, as many as the queue allows; receive waits until one is settled."
                                    + " Acknowledge sooner, or create the queue with more maxLeases: directory={}",
                            control.maxLeases(),
                            directory());
        }
    }

    // ---- leases -----------------------------------------------------------------------------------------------------

    boolean acknowledge(Claim claim) {
        boolean valid = consumer.acknowledge(claim);
        waiters.leaseEnded();
        return valid;
    }

    boolean take(Claim claim) {
        boolean valid = consumer.take(claim);
        waiters.leaseEnded();
        return valid;
    }

    boolean giveBack(Claim claim) {
        return giveBack(claim, options().redeliveryDelayNanos(claim.attempts()));
    }

    boolean giveBack(Claim claim, long delayNanos) {
        boolean valid = consumer.giveBack(claim, delayNanos);
        waiters.leaseEnded();
        return valid;
    }

    boolean release(Claim claim) {
        boolean valid = consumer.release(claim);
        waiters.leaseEnded();
        return valid;
    }

    boolean renew(Claim claim) {
        try {
            return consumer.renew(claim);
        } finally {
            Reference.reachabilityFence(this); // else the handle might be closed meanwhile
        }
    }

    @Override
    public DurableQueue<DeadLetter> deadLetters() {
        store.requireOpen();
        try {
            return deadLetters.open();
        } catch (IOException | InternalError e) {
            throw store.storageFailed("the dead letters could not be opened", e);
        }
    }

    // ---- look -------------------------------------------------------------------------------------------------------

    @Override
    public Stream<E> browse() {
        store.requireOpen();
        return new JournalHistory<>(this).waiting();
    }

    @Override
    public Stream<Replayed<E>> replay(long fromNumber) {
        store.requireOpen();
        return new JournalHistory<>(this).from(fromNumber);
    }

    @Override
    public Iterator<E> iterator() {
        return browse().iterator();
    }

    @Override
    public Stream<E> stream() {
        return browse();
    }

    @Override
    public long qsize() {
        store.requireOpen();
        return control.size();
    }

    @Override
    long maxSize() {
        return control.maxSize();
    }

    @Override
    public QueueStats stats() {
        store.requireOpen();
        return new QueueStats(
                control.size(),
                maxSize(),
                control.appendedVolatile(),
                control.takenVolatile(),
                control.leasedVolatile(),
                control.unburiedVolatile(),
                control.unfinished(),
                members.countAlive(),
                store.files().storageBytes(control),
                control.shutdownVolatile(),
                control.times().times(Leases.oldestMillis(control)));
    }

    @Override
    public Path directory() {
        return store.directory();
    }

    /** Whether the queue has not been moved or removed, other than by {@link #delete}. */
    boolean isInPlace() throws IOException {
        try {
            store.files().holdAttached().close();
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    @Override
    public String codecId() {
        return codec.id();
    }

    @Override
    public DurableQueueOptions options() {
        return control.options();
    }

    @Override
    public DurableQueueOptions alter(UnaryOperator<DurableQueueOptions> change) {
        store.requireOpen();
        while (true) {
            DurableQueueOptions before = options();
            DurableQueueOptions after = Objects.requireNonNull(change.apply(before), "change");
            after.requireLayoutOf(before);
            if (after.equals(before)) {
                return after;
            }
            if (altered(before, after)) {
                waiters.notFull.signal();
                control.region().force();
                return after;
            }
        }
    }

    /** False if somebody else was faster. */
    private boolean altered(DurableQueueOptions before, DurableQueueOptions after) {
        AtomicBoolean altered = new AtomicBoolean();
        consumer.underMutex(() -> {
            producer.exclusively(() -> altered.set(control.alter(before, after)));
            return true;
        });
        return altered.get();
    }

    // ---- tasks and the end ------------------------------------------------------------------------------------------

    @Override
    public void taskDone() {
        store.requireOpen();
        if (!control.taskDone()) {
            throw new IllegalStateException("taskDone was called more often than elements were put: put="
                    + control.appendedVolatile() + ", directory=" + directory());
        }
        waiters.taskEnded();
    }

    @Override
    boolean joinUntil(long deadline) throws InterruptedException {
        long began = System.nanoTime();
        while (true) {
            store.requireOpen();
            boolean watched = control.hasOut();
            if (watched) {
                consumer.lookAfterLeases(deadline); // perhaps nobody else does
            }
            BooleanSupplier changed = () -> control.unfinished() == 0 || isClosed() || (!watched && control.hasOut());
            waiters.allDone.await(changed, watched ? Deadline.atMost(deadline, WATCH_NANOS) : deadline, began);
            store.requireOpen();
            if (control.unfinished() == 0) {
                return true;
            }
            if (Deadline.hasPassed(deadline)) {
                return false;
            }
        }
    }

    @Override
    public void shutdown() {
        store.requireOpen();
        producer.shutdown();
        waiters.signalAll();
    }

    @Override
    public void reopen() {
        store.requireOpen();
        try {
            producer.reopen();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean isShutdown() {
        store.requireOpen();
        return control.shutdownVolatile();
    }

    @Override
    public void flush() throws IOException {
        store.requireOpen();
        store.journal().force();
        control.region().force();
    }

    /** If this fails, the handle has left all the same, or a second call goes on where the first one stopped. */
    @Override
    public void close() {
        if (left) {
            return;
        }
        store.close();
        try {
            waiters.signalAll();
        } finally {
            // a member for as long as one of its threads may be inside
            consumer.betweenThreads(() -> producer.betweenThreads(this::leave));
        }
    }

    private synchronized @Nullable Void leave() {
        try {
            closeFiles();
        } finally {
            try {
                endIfLast();
            } finally {
                members.close();
            }
        }
        left = true;
        if (passed != null) {
            passed.forget();
        }
        return null;
    }

    private void closeFiles() {
        try {
            deadLetters.close();
        } finally {
            store.closeFiles();
        }
    }

    /** An anonymous queue ends with its creator, or with its last member. */
    private void endIfLast() {
        if (ended) {
            return;
        }
        ended = true;
        if (control.anonymous() && (creator || !members.anyOtherAlive())) {
            control.setDeleted();
            waiters.signalAll();
            AnonymousDirectories.delete(store.files());
        }
    }

    @Override
    public void delete() {
        store.requireOpen();
        try {
            // a member until the name is free, or somebody could think that the deleter had died
            store.files().delete(this::end);
        } catch (IOException e) {
            throw store.storageFailed("not all files of the deleted queue could be removed", e);
        } finally {
            close();
        }
    }

    private void end() {
        producer.exclusively(control::setDeleted);
        waiters.signalAll();
    }

    @Override
    public JournalStore store() {
        return store;
    }

    @Override
    public <T extends @Nullable Object> T look(Function<JournalLookup, T> read) {
        try {
            return consumer.look(read);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean isClosed() {
        return store.isClosed();
    }

    @Override
    public List<Place> returned() {
        try {
            return consumer.returned();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private Object writeReplace() {
        store.requireOpen();
        return new JournalHandle<>(directory().toString(), control.id(), codec, waitStrategy);
    }

    private void readObject(java.io.ObjectInputStream in) throws java.io.InvalidObjectException {
        throw new java.io.InvalidObjectException("a queue travels as its handle");
    }
}
