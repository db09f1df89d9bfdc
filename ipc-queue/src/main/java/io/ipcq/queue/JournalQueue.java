// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.IpcException;
import io.ipcq.Log;
import io.ipcq.Passed;
import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import io.ipcq.event.Events;
import io.ipcq.event.Span;
import io.ipcq.memory.Deadline;
import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.Members;
import io.ipcq.memory.WaitStrategy;
import io.ipcq.memory.Waiter;
import io.ipcq.queue.JournalConsumer.Claim;
import io.ipcq.queue.JournalConsumer.Outcome;
import io.ipcq.queue.JournalConsumer.Place;
import java.io.IOException;
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
 * has to be done under a mutex, {@link JournalFiles} knows the directory.
 *
 * @param <E> the type of the elements
 */
final class JournalQueue<E> extends AbstractSharedQueue<E> implements DurableQueue<E>, JournalSource<E> {

    private static final long serialVersionUID = 1L;

    static final int BATCH_ELEMENTS = 256;
    private static final int BATCH_BYTES = 64 << 10;
    static final int DRAIN_ELEMENTS = 256;
    /** How long a consumer waits at most, while leases are out, before it looks whether one has ended. */
    private static final long WATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final transient JournalFiles files;
    private final transient JournalControl control;
    private final transient Members members;
    private final transient Codec<E> codec;
    private final transient JournalDecoder<E> decoder;
    private final transient WaitStrategy waitStrategy;
    private final transient boolean creator;
    private final transient JournalProducer producer;
    private final transient JournalConsumer consumer;
    private final transient Opened opened;
    private final transient Waiter notEmpty;
    private final transient Waiter notFull;
    private final transient Waiter allDone;
    private transient volatile boolean closed;
    private transient volatile boolean left;
    private transient boolean ended; // guarded by this
    private transient volatile boolean warnedOfLeases;
    private transient @Nullable Passed passed;

    /** What a handle has opened at its first use. */
    private static final class Opened {
        private final DeadLetters deadLetters;
        /** Held since the queue was found, so that it need not be looked for again; null once the journal has it. */
        private @Nullable DirectoryHandle directory; // guarded by the queue

        private @Nullable ChronicleJournal journal; // guarded by the queue

        Opened(JournalFiles.Attachment attachment) {
            this.directory = attachment.journal();
            this.deadLetters =
                    new DeadLetters(attachment.files(), attachment.control().options());
        }
    }

    private JournalQueue(
            JournalFiles.Attachment attachment,
            Codec<E> codec,
            WaitStrategy waitStrategy,
            boolean creator,
            Opened opened) {
        this.opened = opened;
        this.files = attachment.files();
        this.control = attachment.control();
        this.members = attachment.members();
        this.codec = codec;
        this.decoder = new JournalDecoder<>(codec, files.directory());
        this.waitStrategy = waitStrategy;
        this.creator = creator;
        this.producer = new JournalProducer(this, control, members);
        this.consumer = new JournalConsumer(this, control, members, opened.deadLetters);
        this.notEmpty = new Waiter(control.region(), JournalLayout.NOT_EMPTY, waitStrategy);
        this.notFull = new Waiter(control.region(), JournalLayout.NOT_FULL, waitStrategy);
        this.allDone = new Waiter(control.region(), JournalLayout.ALL_DONE, waitStrategy);
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
                throw QueueDirectory.isGone(directory);
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
        queue.passed = Passed.watch(queue, closing(hold, codec, waitStrategy, queue.opened));
        return queue;
    }

    /**
     * Closes a handle that nothing refers to, through another handle that takes its place. No thread is inside the
     * first one, because it would refer to it.
     */
    private static <E> Runnable closing(
            JournalFiles.Attachment hold, Codec<E> codec, WaitStrategy waitStrategy, Opened opened) {
        return () -> new JournalQueue<>(hold, codec, waitStrategy, false, opened).close();
    }

    private static <E> JournalQueue<E> attached(
            JournalFiles.Attachment hold, Codec<E> codec, WaitStrategy waitStrategy, boolean creator) {
        JournalQueue<E> queue = new JournalQueue<>(hold, codec, waitStrategy, creator, new Opened(hold));
        if (!hold.attended()) {
            queue.producer.demandRepair();
            queue.consumer.demandRepair();
        }
        // in this order: of several who open it at once, each has either demanded the repair, or found one who has
        hold.attend();
        return queue;
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
                    notEmpty.signal();
                    return count;
                }
                if (room > 0) {
                    return (int) room;
                }
                if (deadline == Deadline.NOW || room == JournalProducer.TIMED_OUT) {
                    return 0;
                }
                blocked = waited ? blocked : Events.put(directory());
                if (!notFull.await(this::hasRoom, deadline)) {
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
        putRegardless(JournalDocument.of(encode(element)));
    }

    void putRegardless(byte[] document) {
        try {
            producer.append(document, 1, Deadline.NOW, true);
        } catch (InterruptedException e) {
            throw new AssertionError("does not wait", e);
        }
        notEmpty.signal();
    }

    private boolean hasRoom() {
        return control.size() < maxSize() || control.shutdownVolatile() || isClosed();
    }

    private byte[] encode(E element) {
        requireOpen();
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
            while (bad == null && count < max && claimNow(claims, Math.min(DRAIN_ELEMENTS, max - count))) {
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
        notEmpty.await(changed, Math.min(due, watched ? Deadline.atMost(deadline, WATCH_NANOS) : deadline), began);
    }

    private boolean canTake(boolean lease) {
        return control.hasDue() || (control.hasNew() && consumer.hasRoom(lease));
    }

    private boolean isOver() {
        return isClosed() || (control.shutdownVolatile() && !control.hasNew() && consumer.isDrained());
    }

    private void tookSome() {
        if (maxSize() != Long.MAX_VALUE) {
            notFull.signal();
        }
        if (control.shutdownVolatile()) {
            notEmpty.signal();
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
                leaseEnded();
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
            Log.of(SharedQueue.class)
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
        leaseEnded();
        return valid;
    }

    boolean take(Claim claim) {
        boolean valid = consumer.take(claim);
        leaseEnded();
        return valid;
    }

    boolean giveBack(Claim claim) {
        return giveBack(claim, options().redeliveryDelayNanos(claim.attempts()));
    }

    boolean giveBack(Claim claim, long delayNanos) {
        boolean valid = consumer.giveBack(claim, delayNanos);
        leaseEnded();
        return valid;
    }

    boolean release(Claim claim) {
        boolean valid = consumer.release(claim);
        leaseEnded();
        return valid;
    }

    boolean renew(Claim claim) {
        return consumer.renew(claim);
    }

    void leaseEnded() {
        notEmpty.signal();
        signalIfAllDone();
    }

    @Override
    public DurableQueue<DeadLetter> deadLetters() {
        requireOpen();
        try {
            return opened.deadLetters.open();
        } catch (IOException | InternalError e) {
            throw storageFailed("the dead letters could not be opened", e);
        }
    }

    // ---- look -------------------------------------------------------------------------------------------------------

    @Override
    public Stream<E> browse() {
        requireOpen();
        return new JournalHistory<>(this).waiting();
    }

    @Override
    public Stream<Replayed<E>> replay(long fromNumber) {
        requireOpen();
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
        requireOpen();
        return control.size();
    }

    @Override
    long maxSize() {
        return control.maxSize();
    }

    @Override
    public QueueStats stats() {
        requireOpen();
        return new QueueStats(
                control.size(),
                maxSize(),
                control.appendedVolatile(),
                control.takenVolatile(),
                control.leasedVolatile(),
                control.unburiedVolatile(),
                control.unfinished(),
                members.countAlive(),
                files.storageBytes(control),
                control.shutdownVolatile());
    }

    @Override
    public Path directory() {
        return files.directory();
    }

    /** Whether the queue has not been moved or removed, other than by {@link #delete}. */
    boolean isInPlace() throws IOException {
        try {
            files.holdAttached().close();
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
        requireOpen();
        while (true) {
            DurableQueueOptions before = options();
            DurableQueueOptions after = Objects.requireNonNull(change.apply(before), "change");
            after.requireLayoutOf(before);
            if (after.equals(before)) {
                return after;
            }
            if (altered(before, after)) {
                notFull.signal();
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
        requireOpen();
        if (!control.taskDone()) {
            throw new IllegalStateException("taskDone was called more often than elements were put: put="
                    + control.appendedVolatile() + ", directory=" + directory());
        }
        signalIfAllDone();
    }

    private void signalIfAllDone() {
        if (control.unfinished() == 0) {
            allDone.signal();
        }
    }

    @Override
    boolean joinUntil(long deadline) throws InterruptedException {
        long began = System.nanoTime();
        while (true) {
            requireOpen();
            boolean watched = control.hasOut();
            if (watched) {
                consumer.lookAfterLeases(deadline); // perhaps nobody else does
            }
            BooleanSupplier changed = () -> control.unfinished() == 0 || isClosed() || (!watched && control.hasOut());
            allDone.await(changed, watched ? Deadline.atMost(deadline, WATCH_NANOS) : deadline, began);
            requireOpen();
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
        requireOpen();
        producer.shutdown();
        signalAll();
    }

    @Override
    public void reopen() {
        requireOpen();
        producer.reopen();
    }

    @Override
    public boolean isShutdown() {
        requireOpen();
        return control.shutdownVolatile();
    }

    @Override
    public void flush() throws IOException {
        requireOpen();
        journal().force();
        control.region().force();
    }

    /** If this fails, the handle has left all the same, or a second call goes on where the first one stopped. */
    @Override
    public void close() {
        if (left) {
            return;
        }
        closed = true;
        try {
            signalAll();
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
            opened.deadLetters.close();
        } finally {
            if (opened.journal != null) {
                opened.journal.close();
            }
            if (opened.directory != null) {
                opened.directory.close();
            }
        }
        opened.journal = null;
        opened.directory = null;
    }

    /** An anonymous queue ends with its creator, or with its last member. */
    private void endIfLast() {
        if (ended) {
            return;
        }
        ended = true;
        if (control.anonymous() && (creator || !members.anyOtherAlive())) {
            control.setDeleted();
            signalAll();
            AnonymousDirectories.delete(files);
        }
    }

    @Override
    public void delete() {
        requireOpen();
        try {
            // a member until the name is free, or somebody could think that the deleter had died
            files.delete(this::end);
        } catch (IOException e) {
            throw storageFailed("not all files of the deleted queue could be removed", e);
        } finally {
            close();
        }
    }

    private void end() {
        producer.exclusively(control::setDeleted);
        signalAll();
    }

    private void signalAll() {
        notEmpty.signal();
        notFull.signal();
        allDone.signal();
    }

    @Override
    public JournalControl control() {
        return control;
    }

    @Override
    public <T extends @Nullable Object> T look(Function<JournalLookup, T> read) {
        return consumer.look(lookup -> {
            requireOpen();
            try {
                return read.apply(lookup);
            } catch (Exception | InternalError | AssertionError e) {
                throw storageFailed("the journal could not be read", e);
            }
        });
    }

    void repairProducersBriefly() {
        producer.repairUnlessHeld();
    }

    void repairProducers() {
        producer.repairIfNeeded();
    }

    /** Opens the journal at its first use: until then a handle costs a millisecond, not Chronicle's start. */
    @Override
    public synchronized ChronicleJournal journal() {
        ChronicleJournal journal = opened.journal;
        if (journal == null) {
            requireOpen();
            journal = openJournal();
            opened.journal = journal;
        }
        return journal;
    }

    private ChronicleJournal openJournal() {
        try {
            return ChronicleJournal.open(this::holdJournal, control);
        } catch (Exception | InternalError | AssertionError e) {
            throw storageFailed("the journal could not be opened", e);
        }
    }

    private DirectoryHandle holdJournal() throws IOException {
        DirectoryHandle held = opened.directory;
        opened.directory = null;
        return held != null ? held : files.holdJournal();
    }

    @Override
    public boolean isClosed() {
        return closed || control.deletedVolatile();
    }

    void requireOpen() {
        if (closed) {
            throw new QueueClosedException(
                    "this handle is closed: directory=" + directory() + "; open the queue again");
        }
        if (control.deletedVolatile()) {
            throw new QueueClosedException("the queue was deleted: directory=" + directory());
        }
    }

    @Override
    public IpcException storageFailed(String what, Throwable cause) {
        return files.storageFailed(what, cause);
    }

    @Override
    public QueueStorageException damaged(long index, String what) {
        return files.damaged(index, what);
    }

    @Override
    public List<Place> returned() {
        return consumer.returned();
    }

    private static void checkInterrupt(long deadline) throws InterruptedException {
        if (deadline != Deadline.NOW && Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private Object writeReplace() {
        requireOpen();
        return new JournalHandle<>(directory().toString(), control.id(), codec, waitStrategy);
    }

    private void readObject(java.io.ObjectInputStream in) throws java.io.InvalidObjectException {
        throw new java.io.InvalidObjectException("a queue travels as its handle");
    }
}
