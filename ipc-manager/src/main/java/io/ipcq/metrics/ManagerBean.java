// SPDX-License-Identifier: Apache-2.0
package io.ipcq.metrics;

import io.ipcq.manager.server.ManagerServer;

/** Asks the server of a manager. */
record ManagerBean(ManagerServer server) implements ManagerMXBean {

    @Override
    public String getAddress() {
        return server.address().toString();
    }

    @Override
    public long getConnections() {
        return server.clients();
    }

    @Override
    public long getRequests() {
        return server.requests();
    }
}
