// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.Passed;
import io.ipcq.codec.Codec;
import io.ipcq.kafka.KafkaFailures.KafkaAnswer;
import io.ipcq.memory.Deadline;
import io.ipcq.queue.DeadLetter;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.DurableQueueOptions;
import io.ipcq.queue.DurableQueueRequest;
import io.ipcq.queue.ElementTooLargeException;
import io.ipcq.queue.QueueAddress;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.QueueStats;
import io.ipcq.queue.QueueStorageException;
import io.ipcq.queue.QueueTimes;
import io.ipcq.queue.Replayed;
import io.ipcq.queue.SharedQueueLook;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * A durable queue on a share group of Kafka.
 *
 * @param <E> the type of the elements
 */
final class KafkaQueue<E> extends SharedQueueLook<E> implements DurableQueue<E> {

    private static final long serialVersionUID = 1L;

    /** How long the brokers have to hand out an element that is there, however short the timeout of the call. */
    private static final Duration NOW = Duration.ofSeconds(1);

    /**
     * The same for a consumer that is to join the group first: brokers tell it at its next heartbeat what it may read,
     * after five seconds.
     */
    private static final Duration JOIN = Duration.ofSeconds(15);

    /** The least that a batch of one element has around it. */
    private static final int AROUND_BYTES = 68;

    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration BRIEF = Duration.ofMillis(5);

    private final transient KafkaCore core;
    private final transient Form<E> form;
    private transient volatile @Nullable Passed passed;

    private KafkaQueue(KafkaCore core, Form<E> form) {
        this.core = core;
        this.form = form;
    }

    static <E> KafkaQueue<E> open(QueueAddress address, DurableQueueRequest<E> request) throws IOException {
        KafkaOptions toMake = request.create() ? KafkaOptions.of(request) : null;
        KafkaCore core =
                KafkaCore.open(address, nameIn(address), request.codec().id(), toMake);
        KafkaQueue<E> queue = new KafkaQueue<>(core, new Form.OfCodec<>(request.codec()));
        try {
            request.requireSame("address=" + address, queue.options());
            if (request.closedWhenUnreachable()) {
                queue.closeWhenUnreachable();
            }
            return queue;
        } catch (Throwable e) {
            queue.close();
            throw e;
        }
    }

    static String codecId(QueueAddress address) throws IOException {
        KafkaCore core = KafkaCore.open(address, nameIn(address), null, null);
        try {
            return core.ledger().codec();
        } finally {
            core.close();
        }
    }

    /** What Kafka takes for a topic, and leaves room for the names of the others. */
    private static String nameIn(QueueAddress address) {
        String name = address.name();
        if (!name.matches("[A-Za-z0-9._-]{1,200}") || name.startsWith("dlq.") || name.endsWith(".ipcq")) {
            throw new IllegalArgumentException("this is no name of a queue on Kafka: name=" + name + ", address="
                    + address + "; take 1 to 200 of A-Z a-z 0-9 . _ -, not beginning with dlq. or ending with .ipcq");
        }
        return name;
    }

    /** The queue that was passed on, and no other that has taken its place. */
    @SuppressWarnings("unchecked") // only dead letters have no codec
    static <E> KafkaQueue<E> openPassed(QueueAddress address, String name, String id, @Nullable Codec<E> codec)
            throws IOException {
        Form<E> form = codec == null ? (Form<E>) Form.OfLetters.INSTANCE : new Form.OfCodec<>(codec);
        KafkaCore core = KafkaCore.open(address, name, form.id(), null);
        if (!core.topics().id().equals(id)) {
            core.close();
            throw new NoSuchFileException(
                    address.toString(), null, "the queue was deleted, and another one has its name");
        }
        KafkaQueue<E> queue = new KafkaQueue<>(core, form);
        queue.closeWhenUnreachable();
        return queue;
    }

    private void closeWhenUnreachable() {
        passed = Passed.watch(this, core::close);
    }

    // ---- put --------------------------------------------------------------------------------------------------------

    @Override
    public void put(E element) throws InterruptedException {
        requireNoInterrupt();
        putNow(element);
    }

    /** There is always room; how long the brokers may take does not depend on that. */
    @Override
    public boolean put(E element, Duration timeout) throws InterruptedException {
        Objects.requireNonNull(timeout, "timeout");
        requireNoInterrupt();
        return putNow(element);
    }

    @Override
    public boolean offer(E element) {
        return putNow(element);
    }

    private boolean putNow(E element) {
        ProducerRecord<byte[], byte[]> record = record(element);
        try {
            await(send(record, new AtomicBoolean()), 0, 1);
        } catch (KafkaException e) {
            throw notConfirmed(e, 0, 1, record);
        }
        return true;
    }

    @Override
    public void putAll(Collection<? extends E> elements) throws InterruptedException {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (E element : List.copyOf(elements)) {
            records.add(record(element));
        }
        requireNoInterrupt();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        AtomicBoolean failed = new AtomicBoolean();
        int put = 0;
        try {
            for (ProducerRecord<byte[], byte[]> record : records) {
                sent.add(send(record, failed));
                if (failed.get()) {
                    break; // each of the others would wait as long for brokers that do not answer
                }
            }
            for (Future<RecordMetadata> each : sent) {
                await(each, put, records.size());
                put++;
            }
        } catch (KafkaException e) {
            throw notConfirmed(e, put, records.size(), records.get(put));
        }
    }

    private ProducerRecord<byte[], byte[]> record(E element) {
        core.requireOpen();
        ProducerRecord<byte[], byte[]> record =
                form.record(core.topics().elements(), Objects.requireNonNull(element, "element"));
        int max = core.ledger().options().maxElementBytes();
        if (record.value().length > max) {
            throw new ElementTooLargeException("the element is larger than the queue can hold: elementBytes="
                    + record.value().length + ", maxElementBytes=" + max + ", address=" + core.address()
                    + "; create the queue with a larger maxElementBytes");
        }
        if (core.isTooLarge(record.value().length + AROUND_BYTES)) {
            throw new ElementTooLargeException(largerThanBrokersTake(record));
        }
        if (core.isShutdown()) {
            throw new QueueShutdownException("the queue is shut down: address=" + core.address());
        }
        return record;
    }

    private String largerThanBrokersTake(ProducerRecord<byte[], byte[]> record) {
        int max = core.askMaxMessageBytes();
        return "the element is larger than the brokers take: elementBytes=" + record.value().length
                + ", max.message.bytes=" + (max == Integer.MAX_VALUE ? "unknown" : max) + ", topic=" + record.topic()
                + ", address=" + core.address() + "; raise max.message.bytes of the topic";
    }

    private Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, AtomicBoolean failed) {
        try {
            return Uninterrupted.run(() -> core.producer().send(record, (sent, objection) -> {
                if (objection != null) {
                    failed.set(true);
                }
            }));
        } catch (IllegalStateException e) {
            core.requireOpen();
            throw e;
        }
    }

    /** What was sent cannot be called back: an interrupt does not end the wait for the answer, and stays. */
    private void await(Future<RecordMetadata> sent, int put, int all) {
        boolean interrupted = false;
        long deadline = Deadline.in(2 * core.clients().deliveryNanos());
        try {
            while (true) {
                try {
                    sent.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                    return;
                } catch (TimeoutException e) {
                    core.requireNotDeleted(); // then the brokers would be asked until the end of all patience
                    if (Deadline.hasPassed(deadline)) {
                        throw new KafkaException(
                                "the client does not say what became of it; close the queue," + " and open it again");
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof KafkaException objection
                            ? objection
                            : new KafkaException("of " + all + " elements " + put + " were put", e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private RuntimeException notConfirmed(
            KafkaException objection, int put, int all, ProducerRecord<byte[], byte[]> record) {
        if (objection instanceof RecordTooLargeException) {
            String before = all == 1
                    ? ""
                    : "the first " + put + " of " + all
                            + " elements were put, those behind the next one perhaps, and that not: ";
            return new ElementTooLargeException(before + largerThanBrokersTake(record));
        }
        RuntimeException failure =
                core.failure("an element was not confirmed, and may be in the queue all the same", objection);
        return failure instanceof QueueStorageException
                ? new QueueStorageException(String.valueOf(failure.getMessage()), objection, put)
                : failure;
    }

    // ---- take -------------------------------------------------------------------------------------------------------

    @Override
    public Delivery<E> receive() throws InterruptedException {
        return Objects.requireNonNull(receiveUntil(Deadline.NEVER));
    }

    @Override
    public @Nullable Delivery<E> receive(Duration timeout) throws InterruptedException {
        return receiveUntil(Deadline.in(timeout));
    }

    private @Nullable Delivery<E> receiveUntil(long deadline) throws InterruptedException {
        requireNoInterrupt();
        Parcel parcel = parcelUntil(core.lanes(), deadline);
        return parcel == null ? null : new KafkaDelivery(parcel, element(parcel));
    }

    /**
     * What cannot be decoded here, others may be able to decode: it goes back, and never at once, or this one would
     * have it again.
     */
    private E element(Parcel parcel) {
        try {
            return form.element(parcel.record());
        } catch (Throwable e) {
            try {
                parcel.settle(Parcel.Fate.AGAIN, delayOfUndecodable(parcel));
            } catch (RuntimeException gone) {
                e.addSuppressed(gone);
            }
            throw e;
        }
    }

    private Duration delayOfUndecodable(Parcel parcel) {
        Duration delay = core.ledger().options().delayAfter(parcel.attempts());
        return delay.compareTo(LOOK) > 0 ? delay : LOOK;
    }

    /** With its lease, which begins now; what the broker has taken back on the way here is passed over. */
    private @Nullable Parcel parcelUntil(Lanes lanes, long deadline) throws InterruptedException {
        while (true) {
            Parcel parcel = handedOut(lanes, deadline);
            if (parcel == null || parcel.renew()) {
                return parcel;
            }
        }
    }

    private @Nullable Parcel handedOut(Lanes lanes, long deadline) throws InterruptedException {
        core.requireOpen();
        long now = Deadline.in(NOW);
        long joined = Deadline.in(JOIN);
        Taker taker = lanes.want();
        boolean handedOn = false;
        try {
            while (true) {
                long nanos = Math.min(LOOK.toNanos(), Deadline.remainingNanos(deadline));
                try {
                    Parcel parcel = taker.await(nanos > 0 ? nanos : BRIEF.toNanos());
                    handedOn = true;
                    return parcel;
                } catch (TimeoutException e) {
                    core.requireOpen();
                    if (core.isShutdown() && core.place().unfinished() == 0) {
                        lanes.isDrained();
                    } else if (Deadline.hasPassed(deadline) && isAnswered(lanes, now, joined)) {
                        Parcel parcel = lanes.leave(taker);
                        handedOn = true;
                        return parcel;
                    }
                }
            }
        } catch (ExecutionException e) {
            core.requireOpen();
            throw again(e.getCause());
        } finally {
            Parcel parcel = lanes.leave(taker);
            if (parcel != null && !handedOn) {
                parcel.settle(Parcel.Fate.AS_IF_NEVER, Duration.ZERO);
            }
        }
    }

    /** Whether the brokers had their time, or there is nothing that they could hand out. */
    private boolean isAnswered(Lanes lanes, long now, long joined) {
        return (Deadline.hasPassed(now) && lanes.isAnswered()) || Deadline.hasPassed(joined) || !isSomethingThere();
    }

    /** Whether something waits, or is out elsewhere and may come back. */
    private boolean isSomethingThere() {
        return core.place().unfinished() > core.out();
    }

    /** Thrown by the caller's thread, with its own stack trace. */
    private RuntimeException again(@Nullable Throwable failure) {
        if (failure instanceof QueueShutdownException e) {
            return new QueueShutdownException(String.valueOf(e.getMessage()));
        }
        if (failure instanceof QueueClosedException e) {
            return new QueueClosedException(String.valueOf(e.getMessage()));
        }
        return new QueueStorageException(String.valueOf(failure == null ? null : failure.getMessage()), failure);
    }

    @Override
    public E get() throws InterruptedException {
        return Objects.requireNonNull(takeUntil(Deadline.NEVER));
    }

    @Override
    public @Nullable E get(Duration timeout) throws InterruptedException {
        return takeUntil(Deadline.in(timeout));
    }

    private @Nullable E takeUntil(long deadline) throws InterruptedException {
        while (true) {
            Delivery<E> delivery = receiveUntil(deadline);
            if (delivery == null) {
                return null;
            }
            if (delivery.ack()) {
                return delivery.value();
            }
        }
    }

    /** Asks the brokers only if there is something, and then gives them the time they need. */
    @Override
    public @Nullable E getNow() {
        boolean interrupted = Thread.interrupted();
        try {
            long unfinished = core.place().unfinished();
            if (unfinished == 0 && core.isShutdown()) {
                throw new QueueShutdownException("the queue is shut down and drained: address=" + core.address());
            }
            return unfinished <= core.out() ? null : takeUntil(Deadline.in(0));
        } catch (InterruptedException e) {
            interrupted = true;
            return null;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // the queue itself, not one that equals it
    public int drainTo(Collection<? super E> target, int max) {
        Objects.requireNonNull(target, "target");
        if (target == this) {
            throw new IllegalArgumentException("a queue cannot be drained to itself");
        }
        long there = core.place().unfinished() - core.out();
        int count = 0;
        boolean interrupted = Thread.interrupted();
        try {
            for (int more = 1; more > 0 && count < max && count < there; count += more) {
                long atMost = Math.min(max, there) - count;
                more = atMost < KafkaCore.BATCH ? drain(target) : drainBatch(target);
            }
        } catch (QueueShutdownException e) {
            // that is all
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return count;
    }

    /** Takes one; 0 if there was none. What the target refuses goes back. */
    private int drain(Collection<? super E> target) throws InterruptedException {
        Delivery<E> delivery = receiveUntil(Deadline.in(0));
        if (delivery == null) {
            return 0;
        }
        try {
            target.add(delivery.value());
        } catch (Throwable e) {
            try {
                delivery.release();
            } catch (RuntimeException gone) {
                e.addSuppressed(gone);
            }
            throw e;
        }
        delivery.ack();
        return 1;
    }

    /**
     * Takes several, acknowledged at once; 0 if there was none. Those that cannot be decoded do not keep the others
     * back.
     */
    private int drainBatch(Collection<? super E> target) throws InterruptedException {
        Parcel batch = parcelUntil(core.batches(), Deadline.in(0));
        if (batch == null) {
            return 0;
        }
        Set<Long> added = new HashSet<>();
        List<Throwable> failures = new ArrayList<>();
        Parcel.Fate others = Parcel.Fate.AGAIN;
        try {
            for (ConsumerRecord<byte[], byte[]> record : batch.records()) {
                E element;
                try {
                    element = form.element(record);
                } catch (Throwable e) {
                    failures.add(e);
                    continue;
                }
                target.add(element);
                added.add(record.offset());
            }
        } catch (Throwable e) {
            others = Parcel.Fate.AS_IF_NEVER;
            failures.add(0, e);
        }
        try {
            Duration delay = others == Parcel.Fate.AGAIN ? delayOfUndecodable(batch) : Duration.ZERO;
            if (batch.settle(added, others, delay)) {
                core.countDone(added.size());
            }
        } catch (RuntimeException e) {
            failures.add(e);
        }
        KafkaQueue.<RuntimeException>rethrowFirst(failures);
        return added.size();
    }

    /** As it was thrown, with the others; a codec in another language may throw what it does not declare. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals", "ReferenceEquality"})
    private static <T extends Throwable> void rethrowFirst(List<Throwable> failures) throws T {
        if (failures.isEmpty()) {
            return;
        }
        Throwable first = failures.get(0);
        failures.stream().filter(other -> other != first).forEach(first::addSuppressed); // itself it refuses
        throw (T) first;
    }

    /** May say so of an element that is out elsewhere, and may come back. */
    @Override
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        long deadline = Deadline.in(timeout);
        requireNoInterrupt();
        while (!core.isClosed()) {
            try {
                long unfinished = core.place().unfinished();
                if (unfinished > core.out() || (unfinished == 0 && core.isShutdown())) {
                    return true;
                }
            } catch (QueueClosedException over) {
                return true;
            }
            if (Deadline.hasPassed(deadline)) {
                return false;
            }
            TimeUnit.NANOSECONDS.sleep(Math.max(0, Math.min(LOOK.toNanos(), Deadline.remainingNanos(deadline))));
        }
        return true;
    }

    private final class KafkaDelivery implements Delivery<E> {
        private final Parcel parcel;
        private final E value;

        KafkaDelivery(Parcel parcel, E value) {
            this.parcel = parcel;
            this.value = value;
        }

        @Override
        public E value() {
            return value;
        }

        @Override
        public long number() {
            return parcel.record().offset();
        }

        @Override
        public int attempts() {
            return parcel.attempts();
        }

        @Override
        public boolean ack() {
            boolean inTime = parcel.settle(Parcel.Fate.DONE, Duration.ZERO);
            if (inTime) {
                core.countDone(1);
            }
            return inTime;
        }

        @Override
        public boolean take() {
            return ack();
        }

        @Override
        public boolean nack() {
            return nack(core.ledger().options().delayAfter(attempts()));
        }

        /** After the last attempt there is nothing to wait for. */
        @Override
        public boolean nack(Duration delay) {
            Objects.requireNonNull(delay, "delay");
            boolean last = attempts() >= core.ledger().options().maxAttempts();
            return parcel.settle(Parcel.Fate.AGAIN, last ? Duration.ZERO : delay);
        }

        @Override
        public boolean release() {
            return parcel.settle(Parcel.Fate.AS_IF_NEVER, Duration.ZERO);
        }

        @Override
        public boolean renew() {
            return parcel.renew();
        }

        @Override
        public String toString() {
            return "Delivery[number=" + number() + ", attempts=" + attempts() + "]";
        }
    }

    // ---- look -------------------------------------------------------------------------------------------------------

    @Override
    public DurableQueue<DeadLetter> deadLetters() {
        core.requireOpen();
        try {
            String name = core.topics().deadLetters();
            KafkaCore letters = KafkaCore.open(
                    core.address(),
                    name,
                    Form.OfLetters.INSTANCE.id(),
                    core.ledger().options());
            return new KafkaQueue<>(letters, Form.OfLetters.INSTANCE);
        } catch (IOException e) {
            throw new QueueStorageException("the dead letters could not be opened: " + e.getMessage(), e);
        }
    }

    @Override
    public Stream<E> browse() {
        Topics.Place place = core.place();
        return place.unfinished() == 0
                ? Stream.empty()
                : new History<>(core, form, place.first(), place.end())
                        .elements()
                        .map(Replayed::value);
    }

    @Override
    public Stream<Replayed<E>> replay(long fromNumber) {
        return new History<>(core, form, fromNumber, core.place().end()).elements();
    }

    @Override
    public Stream<E> stream() {
        return browse();
    }

    @Override
    public Iterator<E> iterator() {
        return browse().iterator();
    }

    /** Those that wait and those that are out. */
    @Override
    public long qsize() {
        return core.place().unfinished();
    }

    @Override
    public boolean full() {
        core.requireOpen();
        return false;
    }

    @Override
    public int remainingCapacity() {
        core.requireOpen();
        return Integer.MAX_VALUE;
    }

    @Override
    public QueueStats stats() {
        Topics.Place place = core.place();
        try {
            return new QueueStats(
                    place.unfinished(),
                    Long.MAX_VALUE,
                    place.end(),
                    place.end() - place.unfinished(),
                    core.out(),
                    0,
                    place.unfinished(),
                    core.topics().members(),
                    0,
                    core.isShutdown(),
                    QueueTimes.UNKNOWN);
        } catch (KafkaAnswer e) {
            throw core.failure("the queue cannot be measured", e.objection());
        }
    }

    @Override
    public Path directory() {
        throw new UnsupportedOperationException("a queue on Kafka has no directory: address=" + core.address());
    }

    @Override
    public String codecId() {
        return form.id();
    }

    @Override
    public DurableQueueOptions options() {
        return core.ledger().options().asQueueOptions();
    }

    @Override
    public DurableQueueOptions alter(UnaryOperator<DurableQueueOptions> change) {
        core.requireOpen();
        DurableQueueOptions before = options();
        DurableQueueOptions after = Objects.requireNonNull(change.apply(before), "change");
        if (after.equals(before)) {
            return after;
        }
        KafkaOptions altered = core.ledger().options().altered(before, after);
        try {
            core.topics().limitAttempts(altered.maxAttempts());
            core.ledger().writeOptions(core.producer(), altered);
            core.requireStillThere();
        } catch (KafkaAnswer e) {
            throw core.failure("the options could not be altered", e.objection());
        } catch (KafkaException e) {
            throw core.failure("the options could not be altered", e);
        }
        return options();
    }

    @Override
    public void clear() {
        drainTo(new Discarded<>());
    }

    /** Where elements go that nobody wants. */
    private static final class Discarded<T> extends AbstractCollection<T> {
        @Override
        public boolean add(T element) {
            return true;
        }

        @Override
        public Iterator<T> iterator() {
            return Collections.emptyIterator();
        }

        @Override
        public int size() {
            return 0;
        }
    }

    /** What was put is with the brokers when {@code put} returns. */
    @Override
    public void flush() {
        core.requireOpen();
    }

    // ---- tasks and the end ------------------------------------------------------------------------------------------

    @Override
    public void taskDone() {
        core.requireOpen();
        throw new UnsupportedOperationException(
                "on Kafka what was taken is done: use receive and ack: address=" + core.address());
    }

    @Override
    public void join() throws InterruptedException {
        joinUntil(Deadline.NEVER);
    }

    @Override
    public boolean join(Duration timeout) throws InterruptedException {
        return joinUntil(Deadline.in(timeout));
    }

    private boolean joinUntil(long deadline) throws InterruptedException {
        requireNoInterrupt();
        while (core.place().unfinished() > 0) {
            if (Deadline.hasPassed(deadline)) {
                return false;
            }
            TimeUnit.NANOSECONDS.sleep(Math.max(0, Math.min(LOOK.toNanos(), Deadline.remainingNanos(deadline))));
        }
        return true;
    }

    @Override
    public void shutdown() {
        core.requireOpen();
        if (!core.isShutdown()) {
            core.write(Ledger.SHUT_DOWN);
        }
    }

    @Override
    public void reopen() {
        core.requireOpen();
        if (core.isShutdown()) {
            core.write(Ledger.OPEN);
        }
    }

    @Override
    public boolean isShutdown() {
        core.requireOpen();
        return core.isShutdown();
    }

    @Override
    public boolean isClosed() {
        return core.isClosed();
    }

    @Override
    public void close() {
        core.close();
        Passed watch = passed;
        if (watch != null) {
            watch.forget();
        }
    }

    @Override
    public void delete() {
        core.delete();
    }

    private static void requireNoInterrupt() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private Object writeReplace() {
        core.requireOpen();
        return new KafkaHandle<>(
                core.address().uri(), core.topics().name(), core.topics().id(), form.codec());
    }

    private void readObject(java.io.ObjectInputStream in) throws java.io.InvalidObjectException {
        throw new java.io.InvalidObjectException("a queue travels as its handle");
    }
}
