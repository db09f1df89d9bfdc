// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.Attached;

/** How a proxy is closed that is a collection, or of an own type. The others have it from {@link Proxy}. */
interface ProxyEnd extends Attached {

    Reference reference();

    /** Whether this proxy was closed, or the manager is gone. */
    @Override
    default boolean isClosed() {
        return reference().isOver();
    }

    /** Lets go of it here. May be called again. */
    @Override
    default void close() {
        reference().close();
    }
}
