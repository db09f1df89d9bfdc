// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for an element: in line, or, where nobody else waits, at a lane that it polls in its own thread. For one
 * thread; what others tell it comes at once, or after the poll.
 */
final class Taker {

    private final Lanes lanes;
    private final CompletableFuture<Parcel> outcome = new CompletableFuture<>();

    Taker(Lanes lanes) {
        this.lanes = lanes;
    }

    /** False if it has been told something before. */
    boolean give(Parcel parcel) {
        return outcome.complete(parcel);
    }

    void tell(RuntimeException why) {
        outcome.completeExceptionally(why);
    }

    /** What it was given; null if nothing yet, or if it was told that nothing comes. */
    @Nullable
    Parcel given() {
        return outcome.isDone() && !outcome.isCompletedExceptionally() ? outcome.join() : null;
    }

    /**
     * Waits for so long, or a little longer.
     *
     * @throws ExecutionException with what it was told
     * @throws TimeoutException if it is to try again, or to {@linkplain Lanes#leave leave}
     */
    Parcel await(long nanos) throws InterruptedException, ExecutionException, TimeoutException {
        Lane lane = outcome.isDone() ? null : lanes.polledBy(this);
        if (lane == null) {
            return outcome.get(nanos, TimeUnit.NANOSECONDS);
        }
        lane.pollFor(nanos);
        return outcome.get(0, TimeUnit.NANOSECONDS);
    }
}
