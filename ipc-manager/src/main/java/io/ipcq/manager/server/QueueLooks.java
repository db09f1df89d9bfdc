// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The looks of clients at a queue that have not reached its end. A client may have only some at a time. If it begins
 * another one, it loses the look that it has not resumed for longest, because it may have forgotten that.
 *
 * <p>Thread-safe.
 */
final class QueueLooks {

    /** How many looks one client may have. */
    static final int MAX = 16;

    /** How far a client has read. For one thread at a time. */
    static final class Look implements AutoCloseable {
        private final Session session;
        private final Stream<byte[]> all;
        private final Iterator<byte[]> rest;
        private byte @Nullable [] back;

        Look(Session session, Stream<byte[]> all) {
            this.session = session;
            this.all = all;
            this.rest = all.iterator();
        }

        byte[] next() {
            byte[] next = back;
            back = null;
            return next == null ? rest.next() : next;
        }

        /** Has the last element come once more. */
        void back(byte[] element) {
            back = element;
        }

        boolean hasNext() {
            return back != null || rest.hasNext();
        }

        @Override
        public void close() {
            all.close();
        }
    }

    private final Map<Long, Look> looks = new LinkedHashMap<>();
    private long numbers;

    /** Takes out a look that its client resumes. */
    synchronized Look resume(Session session, long number) {
        Look look = looks.get(number);
        if (look == null || look.session != session) {
            throw new RpcException(
                    Protocol.STATE,
                    "this look at the queue has ended, or was given up because the client has begun " + MAX
                            + " others since");
        }
        looks.remove(number);
        return look;
    }

    /** Keeps a look to be resumed; returns the number for that. */
    long leave(Look look) {
        List<Look> over = new ArrayList<>();
        long number;
        synchronized (this) {
            List<Long> others = looks.entrySet().stream()
                    .filter(each -> each.getValue().session == look.session)
                    .map(Map.Entry::getKey)
                    .toList();
            if (others.size() >= MAX) {
                over.add(looks.remove(others.get(0)));
            }
            number = ++numbers;
            looks.put(number, look);
        }
        over.forEach(Look::close);
        return number;
    }

    /** Closes the looks of a client that is gone. */
    void left(Session session) {
        Map<Long, Look> over = of(session);
        Failures.giveBack(over.values(), Look::close);
        synchronized (this) {
            looks.values().removeIf(look -> look.session == session);
        }
    }

    private synchronized Map<Long, Look> of(Session session) {
        Map<Long, Look> its = new LinkedHashMap<>(looks);
        its.values().removeIf(look -> look.session != session);
        return its;
    }
}
