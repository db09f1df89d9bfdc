// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.Attached;

/** How collections and proxies of own types are closed. All other proxies extend {@link Proxy}, which does the same. */
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
