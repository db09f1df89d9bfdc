// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import java.util.Iterator;
import java.util.Map;

/** Values in an order or under keys: what they take counts for a client, and they are shown in pages. */
abstract class ServedCollection extends Served {

    final StoredValues stored = new StoredValues();

    /** How often it was changed; guarded by this, as all that it has. */
    long version;

    ServedCollection(Key key) {
        super(key);
    }

    /** The page of what comes next, with the version that it is of. */
    final Map<String, Object> page(Call call, int size, Iterator<?> from) {
        return call.session().answerSize().page(version, size, from).wire();
    }

    @Override
    final void left(Session session) {
        stored.left(session, holders);
    }
}
