// SPDX-License-Identifier: Apache-2.0
/**
 * The server of a manager, for the process that runs it.
 *
 * <p>Read {@link io.ipcq.manager.server.ManagerServer} first. {@code RequestLoop} carries out the requests of all
 * clients. {@code Session} is one client as the server sees it. {@code Call} is one request of a client. {@code Served}
 * is what a name stands for. Nothing here names a class of {@code io.ipcq.manager}, where the clients are. The protocol
 * is in docs/protocol.md. Locks and their order are in docs/synchronization.md.
 */
@NullMarked
package io.ipcq.manager.server;

import org.jspecify.annotations.NullMarked;
