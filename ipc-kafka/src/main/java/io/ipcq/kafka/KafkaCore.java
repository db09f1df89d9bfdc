// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.Log;
import io.ipcq.kafka.KafkaFailures.KafkaAnswer;
import io.ipcq.memory.Deadline;
import io.ipcq.queue.QueueAddress;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueStorageException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * What a queue stands on. It does not refer to the queue, so that it can be closed when nobody else does, either.
 * Thread-safe.
 */
final class KafkaCore {

    private static final long TRIM_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How often a handle looks whether its queue is still there: a process that slept may have missed its end. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** How many elements come at a time to who drains. */
    static final int BATCH = 64;

    private static final Duration CLOSE = Duration.ofSeconds(5);

    /** For all that is closed with a handle, also where no broker answers. */
    private static final Duration CLOSE_ALL = Duration.ofSeconds(10);

    private final QueueAddress address;
    private final Clients clients;
    private final Admin admin;
    private final Topics topics;
    private final Ledger ledger;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Lanes lanes;
    private final Lanes batches;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicLong done = new AtomicLong();
    private volatile boolean deleted;

    /** As the brokers have said it last: somebody may have lowered it, and may raise it again. */
    private volatile int maxMessageBytes;

    // of the ledger's thread
    private long trimmedDone;
    private long nextTrim = System.nanoTime() + TRIM_NANOS;
    private long nextLook = System.nanoTime() + LOOK_NANOS;

    private KafkaCore(
            Clients clients, Admin admin, Topics topics, Ledger ledger, KafkaProducer<byte[], byte[]> producer) {
        this.address = clients.address();
        this.clients = clients;
        this.admin = admin;
        this.topics = topics;
        this.ledger = ledger;
        this.producer = producer;
        this.maxMessageBytes = topics.maxMessageBytes();
        this.lanes = new Lanes(new GroundOfLanes(), 1);
        this.batches = new Lanes(new GroundOfLanes(), BATCH);
    }

    private final class GroundOfLanes implements Lanes.Ground {

        @Override
        public QueueAddress address() {
            return address;
        }

        @Override
        public String topic() {
            return topics.elements();
        }

        @Override
        public ShareConsumer<byte[], byte[]> member(int together) throws IOException {
            return clients.member(topics.group(), together);
        }

        @Override
        public long patienceNanos() {
            return clients.patienceNanos();
        }

        @Override
        public @Nullable Duration leaseTimeout() {
            return ledger.options().leaseTimeout();
        }

        @Override
        public RuntimeException failure(String what, Throwable objection) {
            return KafkaCore.this.failure(what, objection);
        }
    }

    // ---- opening ----------------------------------------------------------------------------------------------------

    /** Something that is closed if a later step fails. */
    private interface Opened {
        void close();
    }

    /**
     * Opens a queue.
     *
     * @param name of its topic
     * @param codec that it has to have; null for any
     * @param toMake what it is made with, if it may be made
     */
    static KafkaCore open(QueueAddress address, String name, @Nullable String codec, @Nullable KafkaOptions toMake)
            throws IOException {
        return Uninterrupted.<KafkaCore, IOException>run(() -> open(new Clients(address), name, codec, toMake));
    }

    static KafkaCore open(Clients clients, String name, @Nullable String codec, @Nullable KafkaOptions toMake)
            throws IOException {
        long deadline = Deadline.in(clients.patienceNanos());
        while (true) {
            KafkaCore core = opened(clients, name, codec, toMake);
            if (core != null) {
                return core;
            }
            if (toMake == null || Deadline.hasPassed(deadline)) {
                throw new NoSuchFileException(
                        clients.address().toString(), null, "the queue is being deleted: name=" + name);
            }
        }
    }

    /**
     * Null if the queue is being deleted. Who may make a new one has seen to it that the old one is gone: its deleter
     * may have died.
     */
    private static @Nullable KafkaCore opened(
            Clients clients, String name, @Nullable String codec, @Nullable KafkaOptions toMake) throws IOException {
        QueueAddress address = clients.address();
        java.util.ArrayDeque<Opened> opened = new java.util.ArrayDeque<>();
        try {
            Admin admin = clients.admin();
            opened.push(() -> admin.close(CLOSE));
            Topics topics = new Topics(clients, admin, name);
            topics.requireBrokers();
            boolean mine = false;
            if (!topics.exist()) {
                if (toMake != null) {
                    mine = topics.makeLedger();
                } else if (topics.isLedgerMade()) {
                    topics.awaitLedger();
                } else {
                    throw new NoSuchFileException(
                            address.toString(), null, "the cluster has no such queue: name=" + name);
                }
            }
            KafkaCore[] core = new KafkaCore[1];
            Ledger ledger = new Ledger(clients, topics.ledger(), topics.id(), () -> lookAfter(core[0]));
            opened.push(ledger::close);
            if (ledger.state().equals(Ledger.DELETED)) {
                if (toMake != null) {
                    topics.delete();
                }
                return null;
            }
            KafkaProducer<byte[], byte[]> producer = writtenLedger(clients, topics, ledger, mine, codec, toMake);
            opened.push(() -> producer.close(CLOSE));
            if (codec != null && !ledger.codec().equals(codec)) {
                throw new IllegalArgumentException("the queue has another codec: address=" + address + ", stored="
                        + ledger.codec() + ", asked=" + codec);
            }
            if (isGone(topics)) {
                if (isDeletedMeanwhile(topics, ledger)) {
                    return null;
                }
                throw new IOException("the elements of the queue are gone: address=" + address + ", topic="
                        + topics.elements() + "; remove the topic " + topics.ledger() + ", too, to make it anew");
            }
            core[0] = new KafkaCore(clients, admin, topics, ledger, producer);
            ledger.start();
            opened.clear();
            return core[0];
        } catch (KafkaAnswer e) {
            throw KafkaFailures.opening(address, "the topics cannot be looked for, or removed", e.objection());
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            throw KafkaFailures.opening(address, "the ledger of the queue cannot be read", e);
        } finally {
            opened.forEach(Opened::close);
        }
    }

    /** Whether it is gone for certain; false if a broker tells of it, which may take a moment. */
    private static boolean isGone(Topics topics) throws IOException, KafkaAnswer {
        long deadline = Deadline.in(topics.patienceNanos());
        while (!topics.isThere()) {
            if (topics.isGone()) {
                return true;
            }
            if (Deadline.hasPassed(deadline)) {
                throw new IOException(topics.unheardOf());
            }
            Topics.pause();
        }
        return false;
    }

    private static boolean isDeletedMeanwhile(Topics topics, Ledger ledger) throws KafkaAnswer {
        if (topics.isLedgerGone()) {
            return true;
        }
        ledger.isWritten(); // reads on
        return ledger.state().equals(Ledger.DELETED);
    }

    /** The producer; when this returns, the ledger has its first lines. */
    private static KafkaProducer<byte[], byte[]> writtenLedger(
            Clients clients,
            Topics topics,
            Ledger ledger,
            boolean mine,
            @Nullable String codec,
            @Nullable KafkaOptions toMake)
            throws IOException {
        long deadline = System.nanoTime() + clients.patienceNanos();
        try {
            while (!ledger.isWritten()) {
                // whoever was to write it may have died
                if (toMake != null && codec != null && (mine || System.nanoTime() - deadline >= 0)) {
                    topics.makeOthers(toMake);
                    try (KafkaProducer<byte[], byte[]> first =
                            clients.producer(toMake.maxElementBytes(), Integer.MAX_VALUE)) {
                        ledger.writeFirst(first, codec, toMake);
                    }
                } else if (System.nanoTime() - deadline >= 0) {
                    throw new NoSuchFileException(
                            clients.address().toString(), null, "the queue is half made; openOrCreate completes it");
                }
            }
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            throw KafkaFailures.opening(clients.address(), "the ledger of the queue cannot be read", e);
        }
        ledger.requireVersion();
        return clients.producer(ledger.options().maxElementBytes(), topics.maxMessageBytes());
    }

    // ---- what it has ------------------------------------------------------------------------------------------------

    QueueAddress address() {
        return address;
    }

    Clients clients() {
        return clients;
    }

    Topics topics() {
        return topics;
    }

    Ledger ledger() {
        return ledger;
    }

    Lanes lanes() {
        return lanes;
    }

    /** Those for who drains. */
    Lanes batches() {
        return batches;
    }

    /** How many elements are out of this handle. */
    int out() {
        return lanes.out() + batches.out();
    }

    private void tellAll(RuntimeException why) {
        lanes.tellAll(why);
        batches.tellAll(why);
    }

    private void closeLanes(long deadline) {
        lanes.close(deadline);
        batches.close(deadline);
    }

    /**
     * Whether the brokers refuse a batch of so many bytes, for certain: they measure what is left of it when it is
     * compressed. They are asked only if they did when they said so last.
     */
    boolean isTooLarge(int bytes) {
        return bytes > maxMessageBytes && !clients.compresses() && bytes > askMaxMessageBytes();
    }

    int askMaxMessageBytes() {
        maxMessageBytes = topics.maxMessageBytes();
        return maxMessageBytes;
    }

    KafkaProducer<byte[], byte[]> producer() {
        return producer;
    }

    boolean isShutdown() {
        return ledger.state().equals(Ledger.SHUT_DOWN);
    }

    boolean isClosed() {
        return closed.get() || isDeleted();
    }

    void requireNotDeleted() {
        if (isDeleted()) {
            throw closedException();
        }
    }

    private boolean isDeleted() {
        return deleted || ledger.state().equals(Ledger.DELETED);
    }

    void requireOpen() {
        if (isDeleted()) {
            throw new QueueClosedException("the queue was deleted: address=" + address);
        }
        if (closed.get()) {
            throw new QueueClosedException("this handle is closed: address=" + address + "; open the queue again");
        }
    }

    /** What a step that the cluster objects to comes to. */
    RuntimeException failure(String what, Throwable objection) {
        if (isUnheardOf(objection)) {
            findOutWhetherGone();
        }
        if (isClosed()) {
            return closedException();
        }
        return KafkaFailures.later(address, what, objection);
    }

    /** A broker says so of what is gone, and of what it has not heard of yet. */
    private static boolean isUnheardOf(Throwable objection) {
        return objection instanceof UnknownTopicOrPartitionException || objection instanceof UnknownTopicIdException;
    }

    private void findOutWhetherGone() {
        try {
            deleted |= topics.isGone();
        } catch (KafkaAnswer e) {
            // then nobody knows
        }
    }

    private QueueClosedException closedException() {
        try {
            requireOpen();
        } catch (QueueClosedException e) {
            return e;
        }
        throw new AssertionError("it is closed");
    }

    Topics.Place place() {
        requireOpen();
        try {
            return topics.place();
        } catch (KafkaAnswer e) {
            throw failure("the queue cannot be measured", e.objection());
        }
    }

    /** So many more elements that are done with. */
    void countDone(int elements) {
        done.addAndGet(elements);
    }

    // ---- in the background ------------------------------------------------------------------------------------------

    private static void lookAfter(@Nullable KafkaCore core) {
        if (core != null) {
            core.lookAfter();
        }
    }

    private void lookAfter() {
        try {
            if (System.nanoTime() - nextLook >= 0) {
                nextLook = System.nanoTime() + LOOK_NANOS;
                deleted |= topics.isGone();
            }
            if (isClosed()) {
                tellAll(closedException());
            } else if (isShutdown()
                    && (lanes.isWanted() || batches.isWanted())
                    && topics.place().unfinished() == 0) {
                lanes.isDrained();
                batches.isDrained();
            }
            if (done.get() != trimmedDone && System.nanoTime() - nextTrim >= 0) {
                nextTrim = System.nanoTime() + TRIM_NANOS;
                trimmedDone = done.get();
                topics.trim(Deadline.NEVER);
            }
        } catch (KafkaAnswer e) {
            RuntimeException failure = failure("a queue cannot be looked after", e.objection());
            if (isClosed()) {
                tellAll(failure);
            } else {
                Log.of(KafkaCore.class).warn("a queue cannot be looked after: address={}", address, e.objection());
            }
        }
    }

    // ---- the end ----------------------------------------------------------------------------------------------------

    void write(String state) {
        requireOpen();
        try {
            ledger.writeState(producer, state);
        } catch (KafkaException e) {
            throw failure("the ledger of the queue cannot be written", e);
        }
        requireStillThere();
    }

    /**
     * Of a queue that was deleted nobody reads what was just written to its ledger, which may be that of another one.
     */
    void requireStillThere() {
        try {
            if (topics.isGone()) {
                deleted = true;
                throw closedException();
            }
        } catch (KafkaAnswer e) {
            throw failure("the queue cannot be looked for", e.objection());
        }
    }

    void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        Uninterrupted.run(() -> {
            closeClients();
            return true;
        });
    }

    private void closeClients() {
        long deadline = Deadline.in(CLOSE_ALL);
        tellAll(closedException());
        closeLanes(deadline);
        ledger.close();
        producer.close(remaining(deadline));
        if (done.get() > 0 && !isDeleted()) {
            trimAtLast(deadline);
        }
        admin.close(remaining(deadline));
    }

    private static Duration remaining(long deadline) {
        return Duration.ofNanos(Math.max(0, Deadline.remainingNanos(deadline)));
    }

    private void trimAtLast(long deadline) {
        try {
            topics.trim(deadline);
        } catch (KafkaAnswer e) {
            // whoever is next does it
        }
    }

    void delete() {
        try {
            requireOpen();
            if (writeDeleted()) {
                closeLanes(Deadline.in(CLOSE_ALL));
                topics.delete(ledger.options());
            }
        } catch (KafkaAnswer | IOException e) {
            throw new QueueStorageException(
                    "not all topics of the deleted queue could be removed: address=" + address, e);
        } finally {
            close();
        }
    }

    /** False if somebody has read that and removed the queue before we looked; its name may be another one's now. */
    private boolean writeDeleted() {
        try {
            write(Ledger.DELETED);
            return true;
        } catch (QueueClosedException e) {
            if (closed.get()) {
                throw e;
            }
            return !deleted; // else it was read in the ledger that it is written there
        }
    }
}
