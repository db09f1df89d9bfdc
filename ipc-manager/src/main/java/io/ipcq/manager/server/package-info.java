// SPDX-License-Identifier: Apache-2.0
/**
 * The server of a manager, for a process that is one.
 *
 * <p>Read {@link io.ipcq.manager.server.ManagerServer} first. {@code RequestLoop} has the requests of all clients
 * carried out, {@code Session} is one client as the server sees it, {@code Call} one request of it, {@code Served} what
 * a name stands for. Nothing here names a class of {@code io.ipcq.manager}, where the clients are. The protocol is in
 * docs/protocol.md, locks and their order are in docs/synchronization.md.
 */
@NullMarked
package io.ipcq.manager.server;

import org.jspecify.annotations.NullMarked;
