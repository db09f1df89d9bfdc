// SPDX-License-Identifier: Apache-2.0
package io.ipcq.metrics;

/**
 * The server of a manager as JMX shows it: {@code io.ipcq:type=Manager,name="..."}.
 *
 * <p>Thread-safe. Process-safe: it concerns the server's process. Survives a crash of any client.
 */
public interface ManagerMXBean {

    /** Where clients connect to. */
    String getAddress();

    /** Clients that are connected. */
    long getConnections();

    /** Requests received so far. */
    long getRequests();
}
