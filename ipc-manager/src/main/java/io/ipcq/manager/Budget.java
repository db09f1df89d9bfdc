// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

/** What all clients of a server may hold together of one kind of thing, and what each of them may. Thread-safe. */
final class Budget {
    /*
     * Idea. A client may hold half of what the others leave. So the first one gets half of all; of n greedy ones each has one
     * part in n + 1, and as much is left for whoever comes next. Nobody has to know beforehand how many will come.
     */

    private final String what;
    private final long limit;
    private long used;

    /** The limit is on all clients together; {@code what} names it in the answer to who is refused. */
    Budget(String what, long limit) {
        this.what = what;
        this.limit = limit;
    }

    /** What one client holds. */
    final class Share {

        private long held;

        /** Takes more, unless that would be more than half, rounded up, of what the others leave. */
        boolean tryTake(long amount) {
            synchronized (Budget.this) {
                long left = limit - used - amount;
                if (held + amount > left + 1) {
                    return false;
                }
                add(amount);
                return true;
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
                add(-amount);
            }
        }

        private void add(long amount) {
            held += amount;
            used += amount;
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

    Share share() {
        return new Share();
    }
}
