// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Clients that wait to be served. Those that have cost little are served first. Thread-safe.
 *
 * @param <C> what stands for a client
 */
final class Ranks<C> {
    /*
     * Idea. If clients were served in the order in which they come, one that asks for little would wait for all that
     * ask for much. So each client has a rank, by how much of the server's time it has cost lately. Within a rank
     * clients are served in the order in which they come. A client that has just come, or asks only now and then, has
     * the first rank, however many others keep the server busy. Now and then one of another rank goes first, of each
     * rank in turn, beginning with the last. So all get on.
     *
     * Between the first one and the last, a rank is for costs that differ by a quarter at most. An honest client that
     * opens one queue costs as much as a hostile one that has just begun to open many. If ranks were for twice the cost
     * of the one before, each of the honest one's further calls would wait for hundreds of those. So it does for those
     * only that have just opened their first one.
     */

    /** A client that has cost less has the first rank. */
    static final long LITTLE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    /** So many ranks share the costs from one value to twice that value. A power of two. */
    static final int RANKS_TO_DOUBLE = 4;

    private static final int RANK_BITS = Integer.numberOfTrailingZeros(RANKS_TO_DOUBLE);

    /** The rank of clients that have cost 16 ms or more. */
    static final int LAST = 5 * RANKS_TO_DOUBLE + 1;

    /** After so many clients one of another rank than the first is served first. */
    static final int IN_A_ROW = 16;

    /** If more wait that are not of the first rank, the server is behind. */
    static final int FEW = 16;

    private final List<Queue<C>> ranks = IntStream.rangeClosed(0, LAST)
            .<Queue<C>>mapToObj(any -> new ConcurrentLinkedQueue<>())
            .toList();

    // hints; threads that poll at the same time may miscount
    private int inARow;
    private int others;

    /** By the position of the highest bit, and the bits behind it, as in a number with a floating point. */
    private static int rank(long costNanos) {
        long parts = costNanos / (LITTLE_NANOS / RANKS_TO_DOUBLE);
        if (parts < RANKS_TO_DOUBLE) {
            return 0;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(parts) - RANK_BITS;
        return (int) Math.min(LAST, shift * (long) RANKS_TO_DOUBLE + (parts >>> shift) - RANKS_TO_DOUBLE + 1);
    }

    void add(C client, long costNanos) {
        ranks.get(rank(costNanos)).add(client);
    }

    /** Whether a client waits in the ranks up to a last one. */
    boolean hasAny(int last) {
        for (int rank = 0; rank <= last; rank++) {
            if (!ranks.get(rank).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** The next client of the ranks up to a last one; null if there is none. */
    @Nullable
    C poll(int last) {
        if (++inARow > IN_A_ROW && last > 0) {
            inARow = 0;
            int first = others++;
            for (int i = 0; i < last; i++) {
                C other = ranks.get(last - Math.floorMod(first + i, last)).poll();
                if (other != null) {
                    return other; // a failure after this would lose the client
                }
            }
        }
        for (int rank = 0; rank <= last; rank++) {
            C next = ranks.get(rank).poll();
            if (next != null) {
                return next; // as above
            }
        }
        return null;
    }

    /** Whether clients ask for more than can be done at once. */
    boolean isBehind() {
        return ranks.stream().skip(1).flatMap(Queue::stream).limit(FEW + 1).count() > FEW;
    }
}
