// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.connection.AuthKey;
import io.ipcq.manager.Manager;
import io.ipcq.manager.server.ManagerServer;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract of deliveries for those of a manager, whatever the way to it. */
abstract class ManagedDeliveryContract extends DeliveryContract {

    private static final AuthKey KEY = AuthKey.random();

    @TempDir
    Path served;

    private ManagerServer server;
    private Manager manager;

    /** Where the server listens; null for a private socket. */
    abstract SocketAddress address();

    @Override
    DurableQueue<String> create() throws IOException {
        server = ManagerServer.builder().directory(served).bind(address(), KEY);
        try {
            manager = Manager.connect(server.address(), KEY);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return manager.durableQueue("orders", String.class);
    }

    @AfterEach
    void endManager() {
        manager.close();
        server.close();
    }
}
