// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What something costs that several clients may hold: it counts for one of them, the first one as long as that holds
 * it, and then for another. Thread-safe.
 */
final class Bill {

    private final Function<Session, Budget.Share> share;
    private @Nullable Session payer;
    private long amount;

    Bill(Function<Session, Budget.Share> share) {
        this.share = share;
    }

    /**
     * Adds to it, or takes from it; the client is one that holds the thing.
     *
     * @throws RpcException with {@link Protocol#LIMIT} if that is too much for who pays
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

    /** A client does not hold the thing any more; the holders are those that do, and may name it still. */
    @SuppressWarnings("ReferenceEquality")
    synchronized void left(Session gone, Set<Session> holders) {
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
        payer = null;
        amount = 0;
    }

    synchronized long amount() {
        return amount;
    }
}
