// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.Log;
import io.ipcq.memory.Deadline;
import io.ipcq.memory.VirtualThreads;
import io.ipcq.queue.QueueAddress;
import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.QueueStorageException;
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
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ShareConsumer;
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

    private static final String CANNOT_TAKE = "no element could be taken";

    /** What lanes stand on. */
    interface Ground {

        QueueAddress address();

        /** The topic of the elements. */
        String topic();

        /** A consumer of the group, that is given so many elements at a time. */
        ShareConsumer<byte[], byte[]> member(int together) throws IOException;

        /** How long the brokers may take for an answer. */
        long patienceNanos();

        /** How long a lease lasts that nobody renews; null for ever. */
        @Nullable
        Duration leaseTimeout();

        /** What a step that the cluster objects to comes to. */
        RuntimeException failure(String what, Throwable objection);
    }

    private final Ground ground;
    private final int together;

    // all guarded by this
    private final Deque<Taker> takers = new ArrayDeque<>();
    private final Queue<Parcel> parked = new PriorityQueue<>(
            Comparator.comparingLong(parcel -> parcel.record().offset()));
    private final Deque<Lane> idle = new ArrayDeque<>();
    private final Set<Lane> all = new HashSet<>();
    private @Nullable Lane hunter;
    private @Nullable Taker poller; // who polls the hunter; null if that does so itself
    private long lastWanted = System.nanoTime();
    private boolean warned;
    private boolean closed;

    /**
     * None at first.
     *
     * @param together how many elements a lane takes at a time, at most
     */
    Lanes(Ground ground, int together) {
        this.ground = ground;
        this.together = together;
    }

    Ground ground() {
        return ground;
    }

    ShareConsumer<byte[], byte[]> member() throws IOException {
        return ground.member(together);
    }

    // ---- takers -----------------------------------------------------------------------------------------------------

    /**
     * Gets in line, or, where nobody else waits, takes a lane into its hands. To be {@linkplain #leave left} with or
     * without an element.
     */
    synchronized Taker want() {
        Taker taker = new Taker(this);
        lastWanted = System.nanoTime();
        for (Parcel parcel = parked.poll(); parcel != null; parcel = parked.poll()) {
            if (!parcel.isOver()) {
                taker.give(parcel);
                return taker;
            }
        }
        // a poll keeps the carrier of a virtual thread
        boolean alone = takers.isEmpty() && hunter == null && !closed && !VirtualThreads.isCurrent();
        takers.add(taker);
        hunter = alone ? idle.poll() : hunter;
        poller = alone && hunter != null ? taker : poller;
        boolean begun = false;
        try {
            seeToHunter();
            begun = true;
            return taker;
        } finally {
            if (!begun) {
                takers.remove(taker);
            }
        }
    }

    /** The lane that this taker is to poll; null if it is to wait in line. */
    @SuppressWarnings("ReferenceEquality") // this taker, and no other
    synchronized @Nullable Lane polledBy(Taker taker) {
        return poller == taker && hunter != null && !hunter.isEnding() ? hunter : null;
    }

    /** Waits no longer; the parcel that came, if one did. Idempotent. */
    @SuppressWarnings("ReferenceEquality") // this taker, and no other
    synchronized @Nullable Parcel leave(Taker taker) {
        takers.removeIf(each -> each == taker);
        lastWanted = System.nanoTime();
        if (poller == taker) {
            poller = null;
            if (hunter != null) {
                hunter.wake();
            }
        }
        return taker.given();
    }

    /** Tells all who wait that no element will come. */
    synchronized void tellAll(RuntimeException why) {
        for (Taker taker = takers.poll(); taker != null; taker = takers.poll()) {
            taker.tell(why);
        }
    }

    void isDrained() {
        tellAll(new QueueShutdownException("the queue is shut down and drained: address=" + ground.address()));
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
            next.start(); // or there are too many threads
            all.add(next);
        } else if (next == null) {
            warnOfLanes();
        } else {
            next.wake();
        }
        hunter = next;
    }

    private void noHunter() {
        hunter = null;
        poller = null;
    }

    private void warnOfLanes() {
        if (!warned) {
            warned = true;
            Log.of(SharedQueue.class)
                    .warn(
                            "{} deliveries of this handle are unacknowledged, as many as it can have; receive waits until one is"
                                    + " settled. Acknowledge sooner, or open the queue once more: address={}",
                            MOST,
                            ground.address());
        }
    }

    /** What a lane is to do that keeps nothing. */
    enum Turn {
        HUNT,
        REST,
        END
    }

    /**
     * What the thread of a lane is to do.
     *
     * @param restUntil how long it may go on without being needed
     */
    synchronized Turn turn(Lane lane, long restUntil) {
        if (closed) {
            return Turn.END;
        }
        if (hunter != lane) {
            boolean rests = !Deadline.hasPassed(restUntil);
            if (!rests) {
                isOver(lane);
            }
            return rests ? Turn.REST : Turn.END;
        }
        if (poller != null) {
            return Turn.REST;
        }
        if (takers.isEmpty() && System.nanoTime() - lastWanted > LINGER_NANOS) {
            noHunter();
            all.remove(lane);
            return Turn.END;
        }
        return Turn.HUNT;
    }

    /** A lane that has nothing more to keep waits for its next turn; until when, if that does not come. */
    synchronized long rest(Lane lane) {
        idle.push(lane);
        seeToHunter();
        return Deadline.in(IDLE);
    }

    /** Gives an element to who waits, and the turn to another lane; false if nobody does: then it is parked. */
    synchronized boolean handOut(Lane lane, Parcel parcel) {
        if (hunter == lane) {
            noHunter();
        }
        Taker taker = takers.poll();
        boolean given = taker != null && taker.give(parcel);
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

    /** The broker has taken it back, or will: nobody is to work on it. */
    synchronized void drop(Parcel parcel) {
        parked.remove(parcel);
    }

    /** A lane is about to end, or has ended. */
    synchronized void isOver(Lane lane) {
        all.remove(lane);
        idle.remove(lane);
        if (hunter == lane) {
            noHunter();
        }
        seeToHunter();
    }

    /** A lane cannot go on: who waits is told, as the next one would not fare better. */
    void failed(Lane lane, Throwable objection) {
        List<Taker> waiting = takersOf(lane);
        if (waiting.isEmpty()) {
            return;
        }
        RuntimeException why = new QueueStorageException(CANNOT_TAKE + ": address=" + ground.address(), objection);
        try {
            why = ground.failure(CANNOT_TAKE, objection); // which may ask the brokers
        } finally {
            for (Taker taker : waiting) {
                taker.tell(why);
            }
        }
    }

    /** Those who wait for this lane, who are in line no more: who comes from now on waits for another one. */
    private synchronized List<Taker> takersOf(Lane lane) {
        if (hunter != lane) {
            return List.of();
        }
        noHunter();
        List<Taker> waiting = List.copyOf(takers);
        takers.clear();
        return waiting;
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
        }
        ending.forEach(Lane::end);
        ending.forEach(lane -> lane.awaitEnd(deadline));
    }
}
