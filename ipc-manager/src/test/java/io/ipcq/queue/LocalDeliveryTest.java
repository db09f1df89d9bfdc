// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.net.SocketAddress;

/** Deliveries of a manager's queue on its own machine. */
class LocalDeliveryTest extends ManagedDeliveryContract {

    @Override
    SocketAddress address() {
        return null;
    }
}
