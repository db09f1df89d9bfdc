// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import java.util.Iterator;
import java.util.Map;

/** Values in an order or under keys. What they take of the heap counts for a client. Clients read them in pages. */
abstract class ServedCollection extends Served {

    final StoredValues stored = new StoredValues();

    /** How often it was changed; guarded by this, like everything it has. */
    long version;

    ServedCollection(Key key) {
        super(key);
    }

    /** The page of the next items, with the version of the collection. */
    final Map<String, Object> page(Call call, int size, Iterator<?> from) {
        return call.session().answerSize().page(version, size, from).wire();
    }

    @Override
    final void join(Session session) {
        stored.join(session);
    }

    @Override
    final void passOn(Session session) {
        stored.left(session, holders);
    }
}
