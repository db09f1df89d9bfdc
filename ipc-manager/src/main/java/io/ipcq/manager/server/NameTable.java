// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import io.ipcq.manager.wire.Words;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The names that clients hold, and what each stands for. Thread-safe. */
final class NameTable {

    private final ServedTypes types;
    private final ConcurrentNavigableMap<Served.Key, Entry> entries = new ConcurrentSkipListMap<>();

    /** The place of a name. Its lock is held while the object is made or ended, which may take long. */
    private static final class Entry {
        private volatile @Nullable Served object;
        private boolean removed;
    }

    NameTable(ServedTypes types) {
        this.types = types;
    }

    /**
     * The rows of as many objects as were asked for, in the order of their keys. If the call names an object, they
     * begin behind it. Objects without a row are left out.
     */
    List<Map<String, @Nullable Object>> rows(
            Call call, int most, Function<Served, @Nullable Map<String, @Nullable Object>> row) {
        Collection<Entry> from = (call.value(0) == null
                        ? entries
                        : entries.tailMap(new Served.Key(call.text(0), call.text(1)), false))
                .values();
        return from.stream()
                .map(entry -> entry.object)
                .filter(Objects::nonNull)
                .map(row)
                .filter(Objects::nonNull)
                .limit(most)
                .toList();
    }

    static Map<String, @Nullable Object> row(Served object) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("type", object.key().type());
        row.put("name", object.key().name());
        row.put("holders", object.holders.size());
        return row;
    }

    /**
     * The object of a name, if this client holds it.
     *
     * @throws RpcException with {@link Protocol#NOT_OPEN}
     */
    Served held(Session session, Served.Key key) {
        Entry entry = entries.get(key);
        Served object = entry == null ? null : entry.object;
        if (object == null || !session.holds(object)) {
            throw new RpcException(
                    Protocol.NOT_OPEN,
                    "this client has not opened it: type=" + Words.shown(key.type()) + ", name="
                            + Words.shown(key.name()));
        }
        return object;
    }

    /**
     * The object of a name, if any client holds it.
     *
     * @throws RpcException with {@link Protocol#NOT_THERE}
     */
    Served there(Served.Key key) {
        Entry entry = entries.get(key);
        Served object = entry == null ? null : entry.object;
        if (object == null) {
            throw new RpcException(
                    Protocol.NOT_THERE,
                    "no client holds it: type=" + Words.shown(key.type()) + ", name=" + Words.shown(key.name()));
        }
        return object;
    }

    /** Has a client hold a name, and makes its object if there is none yet. Describes the object. */
    Map<String, @Nullable Object> open(Call call) {
        Map<String, @Nullable Object> asked = call.options(2);
        Served.Key key = new Served.Key(call.text(0), Words.name(call.text(1)));
        while (true) {
            Entry entry = entries.computeIfAbsent(key, any -> new Entry());
            synchronized (entry) {
                if (entry.removed) {
                    removeUnlessHeld(key, entry);
                    continue;
                }
                try {
                    return open(entry, key, asked, call.session()).describe();
                } finally {
                    removeUnlessHeld(key, entry);
                }
            }
        }
    }

    private Served open(Entry entry, Served.Key key, Map<String, @Nullable Object> asked, Session session) {
        Served object = entry.object;
        if (object == null) {
            if (Boolean.FALSE.equals(asked.get("create"))) {
                throw new RpcException(
                        Protocol.NOT_THERE,
                        "it was released by the last client that held it: type=" + Words.shown(key.type()) + ", name="
                                + key.name());
            }
            object = types.make(key, asked, session);
            entry.object = object;
        } else {
            object.requireSame(asked);
        }
        boolean isNew = !object.holders.contains(session); // first: to add it may fail and have effect
        session.hold(object);
        boolean joined = false;
        try {
            if (isNew) {
                object.holders.add(session);
                object.join(session);
            }
            joined = true;
        } finally {
            if (!joined) {
                if (isNew) {
                    object.holders.remove(session);
                    object.passOn(session);
                }
                session.release(object);
            }
        }
        return object;
    }

    /** A client lets go of an object, or is gone. */
    void release(Served object, Session session) {
        try {
            object.left(session);
        } finally {
            letGo(object, session);
        }
    }

    private void letGo(Served object, Session session) {
        Entry entry = entries.get(object.key());
        if (entry != null) {
            synchronized (entry) {
                object.holders.remove(session);
                try {
                    object.passOn(session);
                } finally {
                    removeUnlessHeld(object.key(), entry);
                }
            }
        }
    }

    private void removeUnlessHeld(Served.Key key, Entry entry) {
        Served object = entry.object;
        if (object != null && !object.holders.isEmpty()) {
            return;
        }
        entry.removed = true;
        entry.object = null;
        try {
            entries.remove(key, entry); // also if that has failed before
        } finally {
            if (object != null) {
                dispose(object);
            }
        }
    }

    private static void dispose(Served object) {
        try {
            object.dispose();
        } catch (Throwable e) {
            Failures.log("closing failed: " + object, e);
        }
    }
}
