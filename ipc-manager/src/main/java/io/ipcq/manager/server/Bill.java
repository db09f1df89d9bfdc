// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The cost of a thing that several clients may hold. One of them pays for it: the first one as long as it holds the
 * thing, and then another. The others promise that they have room for it. Thread-safe.
 */
final class Bill {

    private final Function<Session, Budget.Share> share;
    private @Nullable Session payer;
    private long amount;

    /** The other holders. */
    private final Set<Session> heirs = new HashSet<>();

    /** What each of these has promised to bear: the cost, rounded up, so that it need not be raised each time. */
    private long promised;

    Bill(Function<Session, Budget.Share> share) {
        this.share = share;
    }

    /**
     * Raises or lowers the cost; the client is one that holds the thing.
     *
     * @throws RpcException with {@link Protocol#LIMIT} if that is too much for the client that pays, or for another one
     *     that may have to
     */
    synchronized void change(Session client, long change) {
        Session pays = payer;
        if (pays == null || pays.isOver()) {
            passTo(client);
            pays = client;
        }
        if (change > 0) {
            raise(pays, change);
        } else {
            share.apply(pays).giveBack(-change);
        }
        amount += change;
    }

    private void raise(Session pays, long change) {
        long before = promised;
        promiseAtLeast(amount + change);
        boolean taken = false;
        try {
            share.apply(pays).take(change);
            taken = true;
        } finally {
            if (!taken) {
                takeBack(promised - before, heirs.size());
                promised = before;
            }
        }
    }

    private void promiseAtLeast(long cost) {
        if (cost <= promised) {
            return;
        }
        long next = cost == 1 ? 1 : Long.highestOneBit(cost - 1) << 1;
        long more = next - promised;
        int done = 0;
        boolean all = false;
        try {
            for (Session heir : heirs) {
                if (!heir.isOver()) {
                    share.apply(heir).promise(more);
                }
                done++;
            }
            all = true;
        } finally {
            if (!all) {
                takeBack(more, done);
            }
        }
        promised = next;
    }

    /** From the first few of the heirs. */
    private void takeBack(long promise, int count) {
        int left = count;
        for (Session heir : heirs) {
            if (left-- == 0) {
                return;
            }
            share.apply(heir).takeBackPromise(promise);
        }
    }

    /**
     * A client begins to hold the thing, too. Later it may have to pay.
     *
     * @throws RpcException with {@link Protocol#LIMIT} if the client has no room for that
     */
    @SuppressWarnings("ReferenceEquality")
    synchronized void join(Session client) {
        if (client == payer || !heirs.add(client)) {
            return;
        }
        boolean done = false;
        try {
            share.apply(client).promise(promised);
            done = true;
        } finally {
            if (!done) {
                heirs.remove(client);
            }
        }
    }

    private void noHeir(Session client) {
        if (heirs.remove(client)) {
            share.apply(client).takeBackPromise(promised);
        }
    }

    /** A client does not hold the thing any more. The holders are those that do. */
    @SuppressWarnings("ReferenceEquality")
    synchronized void left(Session gone, Set<Session> holders) {
        noHeir(gone);
        Session pays = payer;
        if (pays == null || (pays != gone && holders.contains(pays))) {
            return;
        }
        for (Session next : holders) {
            if (next != gone && !next.isOver()) {
                passTo(next);
                return;
            }
        }
    }

    private void passTo(Session next) {
        giveBackAll();
        noHeir(next);
        share.apply(next).bear(amount);
        payer = next;
    }

    private void giveBackAll() {
        if (payer != null) {
            share.apply(payer).giveBack(amount);
        }
    }

    /** The thing costs nothing for the moment. */
    synchronized void clear() {
        giveBackAll();
        amount = 0;
    }

    /** The thing is gone. */
    synchronized void end() {
        clear();
        payer = null;
        takeBack(promised, heirs.size());
        heirs.clear();
    }

    synchronized long amount() {
        return amount;
    }
}
