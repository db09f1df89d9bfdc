// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
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

    /** A client does not hold the thing any more. The holders are those that do; the client may still be among them. */
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
