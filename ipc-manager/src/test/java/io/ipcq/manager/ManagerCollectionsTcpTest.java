// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.junit.jupiter.api.Tag;

/** The same over TCP. */
@Tag("once")
class ManagerCollectionsTcpTest extends ManagerCollectionsTest {

    @Override
    SocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
