// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Deliveries of a manager's queue over TCP. */
class RemoteDeliveryTest extends ManagedDeliveryContract {

    @Override
    SocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
