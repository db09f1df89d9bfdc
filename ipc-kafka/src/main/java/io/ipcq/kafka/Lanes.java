// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.Log;
import io.ipcq.memory.Deadline;
import io.ipcq.queue.QueueAddress;
import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.jspecify.annotations.Nullable;

/** Who wants an element, and which lane gets the next one. Thread-safe. */
final class Lanes {

    /**
     * Elements that one handle can have out at a time: each takes a consumer, of which a group has 200 unless the
     * brokers are told otherwise.
     */
    static final int MOST = 64;

    /** How long a lane goes on that nobody waits for. Not for longer: what comes to it then costs an attempt. */
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * How long a lane waits that is one of several. The one that waits for the shortest time is taken first, so that
     * others end.
     */
    private static final Duration IDLE = Duration.ofSeconds(20);

    private final Clients clients;
    private final Topics topics;
    private final Ledger ledger;
    private final BiFunction<String, Throwable, RuntimeException> failure;
    private final int together;

    // all guarded by this
    private final Deque<CompletableFuture<Parcel>> takers = new ArrayDeque<>();
    private final Queue<Parcel> parked = new PriorityQueue<>(
            Comparator.comparingLong(parcel -> parcel.record().offset()));
    private final Deque<Lane> idle = new ArrayDeque<>();
    private final Set<Lane> all = new HashSet<>();
    private @Nullable Lane hunter;
    private long lastWanted = System.nanoTime();
    private boolean warned;
    private boolean closed;

    /**
     * None at first.
     *
     * @param failure what a step that the cluster objects to comes to
     * @param together how many elements a lane takes at a time, at most
     */
    Lanes(
            Clients clients,
            Topics topics,
            Ledger ledger,
            BiFunction<String, Throwable, RuntimeException> failure,
            int together) {
        this.clients = clients;
        this.topics = topics;
        this.ledger = ledger;
        this.failure = failure;
        this.together = together;
    }

    RuntimeException failure(String what, Throwable objection) {
        return failure.apply(what, objection);
    }

    Topics topics() {
        return topics;
    }

    QueueAddress address() {
        return clients.address();
    }

    @Nullable
    Duration leaseTimeout() {
        return ledger.options().leaseTimeout();
    }

    KafkaShareConsumer<byte[], byte[]> member() throws IOException {
        return clients.member(topics.group(), together);
    }

    // ---- takers -----------------------------------------------------------------------------------------------------

    /** Gets in line. To be {@linkplain #leave left} by who gives up. */
    synchronized CompletableFuture<Parcel> want() {
        CompletableFuture<Parcel> taker = new CompletableFuture<>();
        lastWanted = System.nanoTime();
        Parcel parcel = parked.poll();
        if (parcel != null) {
            taker.complete(parcel);
        } else {
            takers.add(taker);
            seeToHunter();
        }
        return taker;
    }

    /** Gives up; the parcel that came all the same, if one did. */
    @SuppressWarnings("ReferenceEquality") // this taker, and no other
    synchronized @Nullable Parcel leave(CompletableFuture<Parcel> taker) {
        takers.removeIf(each -> each == taker);
        lastWanted = System.nanoTime();
        return taker.isDone() && !taker.isCompletedExceptionally() ? taker.join() : null;
    }

    /** Tells all who wait that no element will come. */
    synchronized void tellAll(RuntimeException why) {
        for (CompletableFuture<Parcel> taker = takers.poll(); taker != null; taker = takers.poll()) {
            taker.completeExceptionally(why);
        }
    }

    void isDrained() {
        tellAll(new QueueShutdownException("the queue is shut down and drained: address=" + address()));
    }

    synchronized boolean isWanted() {
        return !takers.isEmpty();
    }

    /** Whether the brokers have given the lane whose turn it is an answer, if only that nothing is there. */
    synchronized boolean isAnswered() {
        return hunter == null || hunter.isAnswered();
    }

    // ---- lanes ------------------------------------------------------------------------------------------------------

    private void seeToHunter() {
        if (hunter != null || takers.isEmpty() || closed) {
            return;
        }
        Lane next = idle.poll();
        if (next == null && all.size() < MOST) {
            next = new Lane(this);
            all.add(next);
            hunter = next;
            next.start();
        } else if (next == null) {
            warnOfLanes();
        }
        hunter = next;
        notifyAll();
    }

    private void warnOfLanes() {
        if (!warned) {
            warned = true;
            Log.of(SharedQueue.class)
                    .warn(
                            "{} deliveries of this handle are unacknowledged, as many as it can have; receive waits until one is"
                                    + " settled. Acknowledge sooner, or open the queue once more: address={}",
                            MOST,
                            address());
        }
    }

    /** Waits until it is the lane's turn; false if it is to end, as nobody needs so many. */
    synchronized boolean awaitTurn(Lane lane) {
        if (hunter != lane) {
            idle.push(lane);
            seeToHunter();
        }
        long deadline = Deadline.in(IDLE);
        try {
            while (hunter != lane && !closed) {
                if (Deadline.hasPassed(deadline)) {
                    isOver(lane);
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, Deadline.remainingNanos(deadline)));
            }
            return !closed;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** Whether the hunter is to go on. */
    synchronized boolean isWanted(Lane lane) {
        if (closed) {
            return false;
        }
        if (takers.isEmpty() && System.nanoTime() - lastWanted > LINGER_NANOS) {
            hunter = null;
            all.remove(lane);
            return false;
        }
        return true;
    }

    /** Gives an element to who waits, and the turn to another lane; false if nobody does: then it is parked. */
    synchronized boolean handOut(Lane lane, Parcel parcel) {
        if (hunter == lane) {
            hunter = null;
        }
        CompletableFuture<Parcel> taker = takers.poll();
        boolean given = taker != null && taker.complete(parcel);
        if (!given) {
            parked.add(parcel);
        }
        seeToHunter();
        return given;
    }

    /** What nobody has taken is to go to others; false if somebody has taken it meanwhile. */
    synchronized boolean unpark(Parcel parcel) {
        return parked.remove(parcel) && parcel.end();
    }

    /** A lane is about to end, or has ended. */
    synchronized void isOver(Lane lane) {
        all.remove(lane);
        idle.remove(lane);
        if (hunter == lane) {
            hunter = null;
        }
        seeToHunter();
    }

    /** A lane cannot go on: who waits is told, as the next one would not fare better. */
    synchronized void failed(Lane lane, Throwable objection) {
        if (hunter == lane) {
            hunter = null;
            tellAll(failure("no element could be taken", objection));
        }
    }

    /** How many elements are out. */
    @SuppressWarnings("ReferenceEquality") // this lane, and no other
    synchronized int out() {
        int held = all.stream()
                .filter(lane -> lane != hunter && !idle.contains(lane))
                .mapToInt(Lane::held)
                .sum();
        int here = parked.stream().mapToInt(parcel -> parcel.records().size()).sum();
        return Math.max(0, held - here);
    }

    /** Ends all lanes, and waits for that until the deadline. */
    void close(long deadline) {
        List<Lane> ending;
        synchronized (this) {
            closed = true;
            ending = new ArrayList<>(all);
            notifyAll();
        }
        ending.forEach(Lane::end);
        ending.forEach(lane -> lane.awaitEnd(deadline));
    }
}
