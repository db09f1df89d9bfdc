// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The cost of a thing that several clients may hold. One of them pays for it: the first one as long as it holds the
 * thing, and then another. Thread-safe.
 */
final class Bill {

    private final Function<Session, Budget.Share> share;
    private @Nullable Session payer;
    private long amount;

    /** What the other holders have promised to bear. */
    private final Map<Session, Long> promises = new HashMap<>();

    Bill(Function<Session, Budget.Share> share) {
        this.share = share;
    }

    /**
     * Raises or lowers the cost; the client is one that holds the thing.
     *
     * @throws RpcException with {@link Protocol#LIMIT} if that is too much for the client that pays
     */
    synchronized void change(Session client, long change) {
        Session pays = payer;
        if (pays == null || pays.isOver()) {
            passTo(client);
            pays = client;
        }
        if (change > 0) {
            share.apply(pays).take(change);
        } else {
            share.apply(pays).giveBack(-change);
        }
        amount += change;
    }

    /**
     * A client begins to hold the thing too. Later it may have to pay.
     *
     * @throws RpcException with {@link Protocol#LIMIT} if the client has no room for that
     */
    @SuppressWarnings("ReferenceEquality")
    synchronized void join(Session client) {
        if (client != payer && amount > 0 && !promises.containsKey(client)) {
            share.apply(client).promise(amount);
            promises.put(client, amount);
            if (client.isOver()) {
                takeBackPromise(client); // it may have left before
            }
        }
    }

    private void takeBackPromise(Session client) {
        Long promised = promises.remove(client);
        if (promised != null) {
            share.apply(client).takeBackPromise(promised);
        }
    }

    /** A client does not hold the thing any more. The holders are those that do; the client may still be among them. */
    @SuppressWarnings("ReferenceEquality")
    synchronized void left(Session gone, Set<Session> holders) {
        takeBackPromise(gone);
        if (payer != gone) {
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
        takeBackPromise(next);
        share.apply(next).bear(amount);
        payer = next;
    }

    private void giveBackAll() {
        if (payer != null) {
            share.apply(payer).giveBack(amount);
        }
    }

    /** The thing is gone. */
    synchronized void end() {
        giveBackAll();
        List.copyOf(promises.keySet()).forEach(this::takeBackPromise);
        payer = null;
        amount = 0;
    }

    synchronized long amount() {
        return amount;
    }
}
