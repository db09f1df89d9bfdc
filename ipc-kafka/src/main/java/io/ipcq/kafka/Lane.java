// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.Log;
import io.ipcq.memory.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/** One share consumer with a thread of its own, and one element at a time, or one batch. */
final class Lane {

    /*
     * Idea. A share consumer gives out nothing new while something that it gave out is not settled. So each element
     * that is out has a consumer, and each consumer the one thread that may touch it. The lane whose turn it is hunts:
     * it polls until an element comes. The element goes to who has waited longest, and the lane keeps it: renews the
     * broker's lock, and settles it when it is told to. Who drains waits at lanes that do the same with a batch of
     * elements, for one question and one answer.
     *
     * A poll that came back without anything has left a request with the broker, which may be answered with an element
     * later. So a lane that nobody waits for any more goes on for a while, and then closes its consumer: what the
     * broker had given it goes to others.
     *
     * What was released is handed to who waits here, and counts no attempt. If nobody does for a while, it goes back to
     * the broker, which counts each time that it gives an element out, also to a consumer that is closed then. So a
     * lane does not go on for long that nobody waits for: an element could be given up after it was with a few of
     * those, and with nobody who wanted it. The price is that a take after a pause joins the group anew.
     */

    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration CLOSE = Duration.ofSeconds(5);

    /** How long something stays here that nobody here wants. */
    static final long PARKED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long DEFAULT_LOCK_MILLIS = 30_000;

    private final Lanes lanes;
    private final Thread thread;
    private final LinkedBlockingQueue<Parcel.Order> orders = new LinkedBlockingQueue<>();
    private volatile @Nullable KafkaShareConsumer<byte[], byte[]> consumer;
    private volatile boolean ending;
    private volatile boolean answered;

    private volatile @Nullable Parcel current;
    private volatile long leaseDeadline = Deadline.NEVER;

    Lane(Lanes lanes) {
        this.lanes = lanes;
        this.thread = new Thread(this::run, "ipcq-kafka-lane-" + lanes.topics().elements());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            KafkaShareConsumer<byte[], byte[]> mine = lanes.member();
            try {
                consumer = mine;
                mine.subscribe(List.of(lanes.topics().elements()));
                work(mine);
            } finally {
                ending = true;
                current = null; // closing takes its time, and what it had is out no more
                refuseOrders();
                mine.close(CLOSE);
            }
        } catch (WakeupException e) {
            // the handle is closed
        } catch (IOException | KafkaException e) {
            lanes.failed(this, e);
        } catch (Throwable e) {
            lanes.failed(this, e);
            Log.of(Lane.class).error("a consumer of a queue failed: address={}", lanes.address(), e);
        } finally {
            ending = true;
            lanes.isOver(this);
            refuseOrders();
        }
    }

    private void work(KafkaShareConsumer<byte[], byte[]> mine) {
        boolean usable = true;
        while (usable && !ending && lanes.awaitTurn(this)) {
            List<ConsumerRecord<byte[], byte[]>> records = hunt(mine);
            usable = !records.isEmpty() && keep(mine, records);
        }
    }

    /** What comes next; nothing if nobody has wanted that for a while. */
    private List<ConsumerRecord<byte[], byte[]>> hunt(KafkaShareConsumer<byte[], byte[]> mine) {
        while (!ending && lanes.isWanted(this)) {
            boolean before = hasAnswer(mine); // with an element in it, the poll would have it
            List<ConsumerRecord<byte[], byte[]>> records = poll(mine);
            answered = before || !records.isEmpty();
            if (!records.isEmpty()) {
                return records;
            }
        }
        return List.of();
    }

    private static List<ConsumerRecord<byte[], byte[]>> poll(KafkaShareConsumer<byte[], byte[]> mine) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        mine.poll(POLL).forEach(records::add);
        return records;
    }

    private boolean hasAnswer(KafkaShareConsumer<byte[], byte[]> mine) {
        return answered
                || mine.metrics().values().stream()
                        .anyMatch(metric -> metric.metricName().name().equals("fetch-total")
                                && metric.metricValue() instanceof Double total
                                && total > 0);
    }

    boolean isAnswered() {
        return answered;
    }

    // ---- keeping ----------------------------------------------------------------------------------------------------

    /** What is kept, and until when. */
    private final class Kept {
        private final KafkaShareConsumer<byte[], byte[]> mine;
        private List<ConsumerRecord<byte[], byte[]>> records;
        private long renewAt;
        private long parkedUntil = Deadline.NEVER;
        private long dueAt = Deadline.NEVER;

        Kept(KafkaShareConsumer<byte[], byte[]> mine, List<ConsumerRecord<byte[], byte[]>> records) {
            this.mine = mine;
            this.records = records;
            this.renewAt = nextRenewal(mine);
        }

        long next() {
            return Deadline.earlier(Deadline.earlier(renewAt, parkedUntil), Deadline.earlier(dueAt, leaseDeadline));
        }
    }

    private static long nextRenewal(KafkaShareConsumer<byte[], byte[]> mine) {
        long lockMillis =
                mine.acquisitionLockTimeoutMs().map(Integer::longValue).orElse(DEFAULT_LOCK_MILLIS);
        return Deadline.in(TimeUnit.MILLISECONDS.toNanos(lockMillis / 3));
    }

    /** Hands out what came and keeps it until it is settled; false if the consumer is of no use any more. */
    private boolean keep(KafkaShareConsumer<byte[], byte[]> mine, List<ConsumerRecord<byte[], byte[]>> records) {
        Kept kept = new Kept(mine, records);
        handOut(kept);
        while (!ending) {
            Parcel.Order order = nextOrder(Deadline.remainingNanos(kept.next()));
            if (order != null) {
                Boolean over = carryOut(kept, order);
                if (over != null) {
                    return over;
                }
            } else if (Deadline.hasPassed(kept.parkedUntil)) {
                if (lanes.unpark(current())) {
                    return commit(kept, AcknowledgeType.RELEASE);
                }
                kept.parkedUntil = Deadline.NEVER;
            } else if (Deadline.hasPassed(kept.dueAt)) {
                return commit(kept, AcknowledgeType.RELEASE);
            } else if (Deadline.hasPassed(leaseDeadline)) {
                if (current().end()) {
                    return commit(kept, AcknowledgeType.RELEASE);
                }
                leaseDeadline = Deadline.NEVER;
            } else if (Deadline.hasPassed(kept.renewAt) && !renewLock(kept)) {
                current().end();
                return false;
            }
        }
        return false;
    }

    private Parcel current() {
        return java.util.Objects.requireNonNull(current);
    }

    private void handOut(Kept kept) {
        Parcel parcel = new Parcel(this, List.copyOf(kept.records));
        current = parcel;
        beginLease();
        kept.parkedUntil = lanes.handOut(this, parcel) ? Deadline.NEVER : Deadline.in(PARKED_NANOS);
    }

    private void beginLease() {
        Duration timeout = lanes.leaseTimeout();
        leaseDeadline = timeout == null ? Deadline.NEVER : Deadline.in(timeout);
    }

    private Parcel.@Nullable Order nextOrder(long nanos) {
        try {
            return nanos <= 0 ? orders.poll() : orders.poll(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            return null; // nobody but the end of the program
        }
    }

    /** Null if the element is still here; else whether the consumer can go on. */
    private @Nullable Boolean carryOut(Kept kept, Parcel.Order order) {
        if (order.parcel() != current) {
            order.done().complete(false); // the broker had taken it back
            return null;
        }
        try {
            switch (order.fate()) {
                case DONE -> {
                    return over(order, commit(kept, AcknowledgeType.ACCEPT));
                }
                case AGAIN -> {
                    leaseDeadline = Deadline.NEVER;
                    boolean late = !commitSome(kept, order.dealtWith());
                    if (late) {
                        return over(order, false);
                    }
                    if (order.delay().compareTo(Duration.ZERO) > 0) {
                        current = new Parcel(this, List.copyOf(kept.records)); // only those are out still
                        kept.dueAt = Deadline.in(order.delay());
                        order.done().complete(true);
                        return null;
                    }
                    return over(order, commit(kept, AcknowledgeType.RELEASE));
                }
                default -> {
                    boolean inTime = commitSome(kept, order.dealtWith());
                    if (!inTime) {
                        return over(order, false);
                    }
                    handOut(kept);
                    order.done().complete(true);
                    return null;
                }
            }
        } catch (Throwable e) { // whatever it is, somebody waits for the answer
            order.done().completeExceptionally(e);
            throw e;
        }
    }

    /** Before the answer nothing is out any more: who has it may count at once. */
    private boolean over(Parcel.Order order, boolean inTime) {
        current = null;
        order.done().complete(inTime);
        return inTime;
    }

    /** Accepts those with these numbers, and keeps the others; false if the broker has taken them back before. */
    private static boolean commitSome(Kept kept, Set<Long> numbers) {
        if (numbers.isEmpty()) {
            return true;
        }
        List<ConsumerRecord<byte[], byte[]>> others = kept.records.stream()
                .filter(record -> !numbers.contains(record.offset()))
                .toList();
        kept.records.removeIf(record -> !numbers.contains(record.offset()));
        boolean inTime = commit(kept, AcknowledgeType.ACCEPT);
        kept.records = new ArrayList<>(others);
        return inTime;
    }

    /** False if the broker has taken the elements back before. */
    private static boolean commit(Kept kept, AcknowledgeType how) {
        kept.records.forEach(record -> kept.mine.acknowledge(record, how));
        Map<TopicIdPartition, Optional<KafkaException>> results = kept.mine.commitSync();
        for (Optional<KafkaException> objection : results.values()) {
            if (objection.isPresent()) {
                if (objection.get() instanceof InvalidRecordStateException) {
                    return false;
                }
                throw objection.get();
            }
        }
        return true;
    }

    /** The broker gives the same element out once more, to the same consumer. */
    private static boolean renewLock(Kept kept) {
        if (!commit(kept, AcknowledgeType.RENEW)) {
            return false;
        }
        kept.records = poll(kept.mine);
        kept.renewAt = nextRenewal(kept.mine);
        return !kept.records.isEmpty();
    }

    /** How many elements this lane has given out. */
    int held() {
        Parcel parcel = current;
        return parcel == null ? 0 : parcel.records().size();
    }

    // ---- what others ask --------------------------------------------------------------------------------------------

    boolean settle(Parcel.Order order) {
        orders.add(order);
        if (ending) {
            refuseOrders();
        }
        try {
            return order.done().join();
        } catch (CompletionException e) {
            throw lanes.failure("the element could not be settled", e.getCause() == null ? e : e.getCause());
        }
    }

    /** What comes too late, comes too late. */
    private void refuseOrders() {
        for (Parcel.Order order = orders.poll(); order != null; order = orders.poll()) {
            order.done().complete(false);
        }
    }

    boolean renew(Parcel parcel) {
        if (ending || parcel != current) {
            return false;
        }
        beginLease();
        return true;
    }

    /** Ends it: what it has goes back. */
    void end() {
        ending = true;
        KafkaShareConsumer<byte[], byte[]> mine = consumer;
        if (mine != null) {
            mine.wakeup();
        }
        orders.add(new Parcel.Order(
                new Parcel(this, List.of()), Set.of(), Parcel.Fate.DONE, Duration.ZERO, new CompletableFuture<>()));
    }

    void awaitEnd(long deadline) {
        boolean interrupted = false;
        while (thread.isAlive() && !Deadline.hasPassed(deadline)) {
            try {
                TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, Deadline.remainingNanos(deadline)));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
