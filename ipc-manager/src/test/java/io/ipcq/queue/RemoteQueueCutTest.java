// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.connection.AuthKey;
import io.ipcq.manager.server.ManagerServer;
import java.io.IOException;
import java.net.SocketAddress;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The same, with a cut now and then. */
@Tag("once")
class RemoteQueueCutTest extends RemoteQueueTest {

    @RegisterExtension
    final CutRows rows = new CutRows();

    @Override
    SocketAddress wayTo(SocketAddress server) throws IOException {
        return rows.wayTo(server, SECRET);
    }

    @Override
    void requireOnServer(ManagerServer server, AuthKey key) throws Exception {
        rows.requireNothingHeld(server, key);
    }
}
