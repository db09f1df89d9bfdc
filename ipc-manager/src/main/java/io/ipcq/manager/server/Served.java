// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.Operation;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import io.ipcq.manager.wire.Words;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What a name stands for on the server. It lives as long as a client holds it. */
abstract class Served {

    /**
     * The type and the name of a thing; things of different types may have the same name. Keys have an order for the
     * same reason as each {@link MapKey}.
     */
    record Key(String type, String name) implements Comparable<Key> {

        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::name).thenComparing(Key::type);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    private final Key key;

    /** Changed by the server, under the lock of the name. */
    final Set<Session> holders = ConcurrentHashMap.newKeySet();

    Served(Key key) {
        this.key = key;
    }

    Key key() {
        return key;
    }

    /** Carries out an operation: answers the call, or parks it. */
    abstract void call(Call call, String operation);

    /** Refuses options that differ from those it was made with. Options that are not given do not matter. */
    void requireSame(Map<String, @Nullable Object> options) {}

    /** What a client is told when it opens it. */
    Map<String, @Nullable Object> describe() {
        return new LinkedHashMap<>();
    }

    /**
     * Another client begins to hold it.
     *
     * @throws RpcException with {@link Protocol#LIMIT} if the client has no room for it
     */
    void join(Session session) {}

    /** If a client pays for it that does not hold it any more, another one does from now on. */
    void passOn(Session session) {}

    /** Gives back what a client held of it. */
    void left(Session session) {}

    /** Ends it: nobody holds it any longer, or the server stops. */
    void dispose() throws Exception {}

    /**
     * The operation that a client asks for by its name.
     *
     * @throws RpcException with {@link Protocol#NO_METHOD}
     */
    final <O extends Enum<O> & Operation> O known(Class<O> kind, String operation) {
        O known = Operation.of(kind, operation);
        if (known == null) {
            throw noSuch(operation);
        }
        return known;
    }

    final RpcException noSuch(String operation) {
        return new RpcException(
                Protocol.NO_METHOD,
                "there is no such operation: type=" + key.type() + ", operation=" + Words.shown(operation));
    }

    final void requireOption(Map<String, @Nullable Object> options, String name, @Nullable Object stored) {
        Object asked = options.get(name);
        if (asked != null && stored != null && !asked.toString().equals(stored.toString())) {
            throw new RpcException(
                    Protocol.MISMATCH,
                    this + " was made with another " + name + ": stored=" + stored + ", asked="
                            + Words.shown(asked.toString()));
        }
    }

    @Override
    public String toString() {
        return key.type() + " " + key.name();
    }
}
