// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;

/** What all clients of a server may hold together of one kind of thing, and what each of them may. Thread-safe. */
final class Budget {
    /*
     * Idea. Of two thirds of it a client may hold half of what the others leave. So the first one gets half of these;
     * if n greedy ones take no more than their part, each has one in n + 1, and as much is left for whoever comes next.
     * Nobody has to know beforehand how many will come. But many that hold on to what they took leave next to nothing.
     * So the rest is for what a client asks for first: each of 256 has its part of it for what it alone holds, whatever
     * the others do. Clients that are gone have theirs until they are dealt with. Newcomers wait for that, but not for
     * ever (Admission), so there are parts for some more.
     *
     * A thing that several clients hold counts for one of them, and then for another (Bill). It was in the part of the
     * first one, and the next one may have used its own. So clients could come, take their parts, leave them to others,
     * and come again. Therefore a client needs room for what others pay for (a promise) when it begins to hold it, and
     * when it grows. And what exceeds the budget all the same does not reduce the parts that others are assured of: the
     * budget is exceeded.
     */

    static final int ASSURED_CLIENTS = 256;

    /** Who may come in before those who are gone are dealt with. */
    private static final int MORE_CLIENTS = 64;

    private final String what;
    private final long limit;

    /** What a client has in any case. */
    private final long assured;

    /** What is assured to all clients together. */
    private final long reserve;

    private long used;

    /** Of what all clients hold, that which is beyond their assured parts. */
    private long common;

    /** The limit is on all clients together; {@code what} names it in the answer to who is refused. */
    Budget(String what, long limit) {
        this.what = what;
        this.limit = limit;
        this.assured = limit / 4 / ASSURED_CLIENTS;
        this.reserve = assured * (ASSURED_CLIENTS + MORE_CLIENTS);
    }

    /** What one client holds. */
    final class Share {

        private long held;
        private long promised;
        private boolean abandoned;

        /** Takes more, unless that would be more than half, rounded up, of what the others leave. */
        boolean tryTake(long amount) {
            synchronized (Budget.this) {
                boolean may = hasRoom(amount);
                if (may) {
                    add(amount);
                }
                return may;
            }
        }

        /** Whether so much more could be taken now. */
        boolean hasRoom(long amount) {
            synchronized (Budget.this) {
                long mine = beyondAssured(held + amount);
                long change = mine - beyondAssured(held);
                boolean isAssured = change <= 0;
                if (used + amount - (isAssured ? reserve : 0) > limit) {
                    return false;
                }
                return isAssured || mine <= limit - reserve - common - change + 1;
            }
        }

        /**
         * Promises to bear more later, for which another one pays now.
         *
         * @throws RpcException with {@link Protocol#LIMIT} if that is more than the assured part, and nothing is left
         */
        void promise(long amount) {
            synchronized (Budget.this) {
                if (amount > 0 && beyondAssured(held + promised + amount) > 0 && common > limit - reserve) {
                    throw new RpcException(
                            Protocol.LIMIT,
                            "a client that holds it has no room for what it may have to pay later: " + what + "="
                                    + limit + ", asked=" + amount + ", thatClient=" + held + ", allClients=" + used);
                }
                promised += amount;
            }
        }

        /** Promises so much less. */
        void takeBackPromise(long amount) {
            synchronized (Budget.this) {
                promised -= amount;
            }
        }

        /**
         * The same.
         *
         * @throws RpcException with {@link Protocol#LIMIT} if it would be too much
         */
        void take(long amount) {
            if (!tryTake(amount)) {
                throw refusal();
            }
        }

        /** Takes what is there already, and has to count for somebody. */
        void bear(long amount) {
            synchronized (Budget.this) {
                add(amount);
            }
        }

        void giveBack(long amount) {
            synchronized (Budget.this) {
                add(abandoned ? -Math.min(amount, held) : -amount);
            }
        }

        private void add(long amount) {
            common += beyondAssured(held + amount) - beyondAssured(held);
            held += amount;
            used += amount;
        }

        private long beyondAssured(long amount) {
            return abandoned ? amount : Math.max(0, amount - assured);
        }

        /**
         * The client is gone. What it holds still, such as a thread that blocks, is no assured part any more: those are
         * for others.
         */
        void abandon() {
            synchronized (Budget.this) {
                common -= beyondAssured(held);
                abandoned = true;
                common += held;
            }
        }

        /** The same; no more is left of what it held, whatever it did not give back. */
        void abandon(long left) {
            synchronized (Budget.this) {
                add(left - held);
                abandon();
            }
        }

        RpcException refusal() {
            synchronized (Budget.this) {
                return new RpcException(
                        Protocol.LIMIT,
                        "a client may have half of what the others leave: " + what + "=" + limit + ", thisClient="
                                + held + ", allClients=" + used);
            }
        }
    }

    /** What all clients hold. */
    synchronized long used() {
        return used;
    }

    Share share() {
        return new Share();
    }

    @Override
    public String toString() {
        return "Budget[" + what + "=" + limit + ", used=" + used() + "]";
    }
}
