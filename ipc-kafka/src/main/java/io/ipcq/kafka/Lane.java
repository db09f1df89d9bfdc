// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.Log;
import io.ipcq.memory.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/** One share consumer, and one element at a time, or one batch. Thread-safe. */
final class Lane {

    /*
     * Idea. A share consumer gives out nothing new while something that it gave out is not settled. So each element
     * that is out has a consumer, and only who holds the lane's lock touches that. The lane whose turn it is hunts: it
     * is polled until an element comes. The element goes to who has waited longest, and the lane keeps it until it is
     * settled. Who drains waits at lanes that do the same with a batch of elements, for one question and one answer.
     *
     * Threads. Who takes polls in its own thread if nobody else waits, and who settles asks the broker in its own, as
     * hand-overs between threads take their time. What nobody is there to do, the lane's thread does: it polls for
     * those in line, renews the broker's lock, ends leases, and gives back what nobody wants.
     *
     * A poll that came back without anything has left a request with the broker, which may be answered with an element
     * later. So a lane that nobody waits for any more goes on for a while, and then closes its consumer: what the
     * broker had given it goes to others.
     *
     * What was released is handed to who waits here, and counts no attempt. If nobody does for a while, it goes back to
     * the broker, which counts each time that it gives an element out, also to a consumer that is closed then. So a
     * lane does not go on for long that nobody waits for: an element could be given up after it was with a few of
     * those, and with nobody who wanted it. The price is that a take after a pause joins the group anew.
     *
     * A lease begins when its taker has the element in hand. What the broker takes back before that, nobody gets.
     */

    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration CLOSE = Duration.ofSeconds(5);

    /** How long something stays here that nobody here wants. */
    static final long PARKED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long DEFAULT_LOCK_MILLIS = 30_000;
    private static final long ASK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Lanes lanes;
    private final Thread thread;
    private volatile @Nullable ShareConsumer<byte[], byte[]> consumer;
    private volatile boolean ending;
    private volatile boolean answered;
    private volatile @Nullable Parcel current;

    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Kept kept; // guarded by the lock, as all below
    private long restUntil = Deadline.NEVER;
    private long wakeAt = Deadline.NEVER;
    private long asked;
    private boolean said;
    private @Nullable Exception objection;

    Lane(Lanes lanes) {
        this.lanes = lanes;
        this.thread = new Thread(this::run, "ipcq-kafka-lane-" + lanes.ground().topic());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            ShareConsumer<byte[], byte[]> mine = lanes.member();
            try {
                consumer = mine;
                mine.setAcknowledgementCommitCallback(this::hear);
                mine.subscribe(List.of(lanes.ground().topic()));
                while (!ending) {
                    sleepUntil(step());
                }
            } finally {
                letGo(); // closing takes its time, and what it had is out no more
                mine.close(CLOSE);
            }
        } catch (Throwable e) {
            fail(e);
        } finally {
            ending = true;
            lanes.isOver(this);
        }
    }

    /** Does what is due; until when nothing else is. */
    private long step() {
        lock.lock();
        try {
            Kept what = kept;
            if (what != null) {
                lookAfter(what);
                wakeAt = kept == null ? Deadline.in(0) : what.next();
                return wakeAt;
            }
            switch (lanes.turn(this, restUntil)) {
                case HUNT -> {
                    poll(POLL);
                    wakeAt = Deadline.in(0);
                }
                case REST -> wakeAt = Deadline.hasPassed(restUntil) ? Deadline.NEVER : restUntil;
                default -> ending = true;
            }
            return wakeAt;
        } catch (Throwable e) {
            fail(e);
            return Deadline.in(0);
        } finally {
            lock.unlock();
        }
    }

    private void sleepUntil(long deadline) {
        long nanos = Deadline.remainingNanos(deadline);
        if (nanos > 0 && !ending) {
            LockSupport.parkNanos(this, nanos);
            Thread.interrupted(); // nobody does that but the end of the program
        }
    }

    /** It has something to do, perhaps. */
    void wake() {
        LockSupport.unpark(thread);
    }

    private void letGo() {
        lock.lock();
        try {
            ending = true;
            forget();
        } finally {
            lock.unlock();
        }
    }

    /** The consumer is of no use any more. */
    private void fail(Throwable e) {
        ending = true;
        if (!(e instanceof WakeupException)) { // else the handle is closed
            lanes.failed(this, e);
            if (!(e instanceof IOException || e instanceof KafkaException)) {
                Log.of(Lane.class)
                        .error(
                                "a consumer of a queue failed: address={}",
                                lanes.ground().address(),
                                e);
            }
        }
        wake();
    }

    // ---- hunting ----------------------------------------------------------------------------------------------------

    /** Polls once, in the thread of who is first in line. What comes is handed to who is then. */
    void pollFor(long nanos) throws InterruptedException {
        lock.lock();
        try {
            if (!ending && kept == null) {
                poll(Duration.ofNanos(nanos));
            }
        } catch (InterruptException e) {
            Thread.interrupted(); // it has been set again
            throw new InterruptedException();
        } catch (Throwable e) {
            fail(e);
        } finally {
            lock.unlock();
        }
    }

    private void poll(Duration time) {
        boolean before = hasAnswer(); // with an element in it, the poll would have it
        List<ConsumerRecord<byte[], byte[]>> records = polled(time);
        answered = before || !records.isEmpty();
        if (!records.isEmpty()) {
            Kept came = new Kept(records);
            kept = came;
            handOut(came);
        }
    }

    private ShareConsumer<byte[], byte[]> mine() {
        return Objects.requireNonNull(consumer);
    }

    private List<ConsumerRecord<byte[], byte[]>> polled(Duration time) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        mine().poll(time).forEach(records::add);
        return records;
    }

    private boolean hasAnswer() {
        return answered
                || mine().metrics().values().stream()
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
        private List<ConsumerRecord<byte[], byte[]>> records;
        private long renewAt = nextRenewal();
        private long parkedUntil = Deadline.NEVER;
        private long dueAt = Deadline.NEVER;

        Kept(List<ConsumerRecord<byte[], byte[]>> records) {
            this.records = records;
        }

        long next() {
            return Deadline.earlier(
                    Deadline.earlier(renewAt, parkedUntil),
                    Deadline.earlier(dueAt, current().leaseDeadline()));
        }
    }

    private long nextRenewal() {
        long lockMillis =
                mine().acquisitionLockTimeoutMs().map(Integer::longValue).orElse(DEFAULT_LOCK_MILLIS);
        return Deadline.in(TimeUnit.MILLISECONDS.toNanos(lockMillis / 3));
    }

    private void lookAfter(Kept what) {
        if (Deadline.hasPassed(what.parkedUntil)) {
            if (lanes.unpark(current())) {
                over(commit(what.records, AcknowledgeType.RELEASE));
            } else {
                what.parkedUntil = Deadline.NEVER;
            }
        } else if (Deadline.hasPassed(what.dueAt)) {
            over(commit(what.records, AcknowledgeType.RELEASE));
        } else if (Deadline.hasPassed(current().leaseDeadline())) {
            if (current().endIfDue()) {
                over(commit(what.records, AcknowledgeType.RELEASE));
            }
        } else if (Deadline.hasPassed(what.renewAt) && !renewLock(what)) {
            current().end();
            over(false);
        }
    }

    private Parcel current() {
        return Objects.requireNonNull(current);
    }

    private void handOut(Kept what) {
        Parcel parcel = new Parcel(this, List.copyOf(what.records));
        current = parcel;
        what.parkedUntil = lanes.handOut(this, parcel) ? Deadline.NEVER : Deadline.in(PARKED_NANOS);
        wakeIfLaterThan(what.next());
    }

    private void wakeIfLaterThan(long deadline) {
        if (Deadline.earlier(wakeAt, deadline) != wakeAt) {
            wake();
        }
    }

    /** Whether the broker had not taken the elements back before. */
    private boolean carryOut(Kept what, Set<Long> dealtWith, Parcel.Fate fate, Duration delay) {
        if (fate == Parcel.Fate.DONE) {
            return over(commit(what.records, AcknowledgeType.ACCEPT));
        }
        if (!commitSome(what, dealtWith)) {
            return over(false);
        }
        if (fate == Parcel.Fate.AS_IF_NEVER) {
            handOut(what);
            return true;
        }
        if (delay.compareTo(Duration.ZERO) <= 0) {
            return over(commit(what.records, AcknowledgeType.RELEASE));
        }
        current = new Parcel(this, List.copyOf(what.records)); // only those are out still
        what.dueAt = Deadline.in(delay);
        wakeIfLaterThan(what.dueAt);
        return true;
    }

    /** Nothing is out any more. A consumer that was too late has no use, and ends. */
    private boolean over(boolean inTime) {
        forget();
        if (inTime) {
            restUntil = lanes.rest(this);
        } else {
            ending = true;
            wake();
        }
        return inTime;
    }

    private void forget() {
        Parcel last = current;
        kept = null;
        current = null;
        if (last != null) {
            lanes.drop(last);
        }
    }

    /** Accepts those with these numbers, and keeps the others; false if the broker has taken them back before. */
    private boolean commitSome(Kept what, Set<Long> numbers) {
        if (numbers.isEmpty()) {
            return true;
        }
        List<ConsumerRecord<byte[], byte[]>> done = new ArrayList<>(what.records);
        done.removeIf(record -> !numbers.contains(record.offset()));
        boolean inTime = commit(done, AcknowledgeType.ACCEPT);
        what.records.removeIf(record -> numbers.contains(record.offset()));
        return inTime;
    }

    /** False if the broker has taken the elements back before. */
    private boolean commit(List<ConsumerRecord<byte[], byte[]>> records, AcknowledgeType how) {
        records.forEach(record -> mine().acknowledge(record, how));
        for (Optional<KafkaException> each : results(records.get(0).offset())) {
            if (each.isPresent()) {
                if (each.get() instanceof InvalidRecordStateException) {
                    return false;
                }
                throw each.get();
            }
        }
        return true;
    }

    private Collection<Optional<KafkaException>> results(long first) {
        asked = first;
        said = false;
        try {
            return mine().commitSync().values();
        } catch (InterruptException e) {
            awaitSaid();
            return List.of(Optional.ofNullable(objection)
                    .map(other -> other instanceof KafkaException known ? known : new KafkaException(other)));
        }
    }

    /** What a broker has said of elements that were settled. */
    private void hear(Map<TopicIdPartition, Set<Long>> offsets, @Nullable Exception objection) {
        if (offsets.values().stream().anyMatch(each -> each.contains(asked))) {
            said = true;
            this.objection = objection;
        }
    }

    /** An interrupt ends the wait for the answer, and not the question; it stays. */
    private void awaitSaid() {
        long deadline = Deadline.in(lanes.ground().patienceNanos());
        try {
            while (!said) {
                if (Deadline.hasPassed(deadline)) {
                    throw new TimeoutException("the brokers did not say what became of an element");
                }
                Thread.interrupted();
                mine().commitSync(); // sends nothing, and brings what was said
                LockSupport.parkNanos(ASK_AGAIN_NANOS);
            }
        } finally {
            Thread.currentThread().interrupt();
        }
    }

    /** The broker gives the same element out once more, to the same consumer. */
    private boolean renewLock(Kept what) {
        if (!commit(what.records, AcknowledgeType.RENEW)) {
            return false;
        }
        what.records = polled(POLL);
        what.renewAt = nextRenewal();
        return !what.records.isEmpty();
    }

    /** How many elements this lane has given out. */
    int held() {
        Parcel parcel = current;
        return parcel == null ? 0 : parcel.records().size();
    }

    // ---- what others ask --------------------------------------------------------------------------------------------

    /** Settles what this lane gave out, in the caller's thread; false if that is too late. */
    boolean settle(Parcel parcel, Set<Long> dealtWith, Parcel.Fate fate, Duration delay) {
        if (isOver(parcel)) {
            return false;
        }
        boolean interrupted = Thread.interrupted();
        lock.lock();
        try {
            Kept what = kept;
            return what != null && !isOver(parcel) && carryOut(what, dealtWith, fate, delay);
        } catch (Throwable e) {
            fail(e);
            throw lanes.ground().failure("the element could not be settled", e);
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Whether the broker has taken it back, or will. */
    boolean isOver(Parcel parcel) {
        return ending || parcel != current;
    }

    /** When a lease ends that begins now. */
    long leaseThatBeginsNow() {
        Duration timeout = lanes.ground().leaseTimeout();
        return timeout == null ? Deadline.NEVER : Deadline.in(timeout);
    }

    boolean isEnding() {
        return ending;
    }

    /** Ends it: what it has goes back. */
    void end() {
        ending = true;
        ShareConsumer<byte[], byte[]> mine = consumer;
        if (mine != null) {
            mine.wakeup();
        }
        wake();
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
