// SPDX-License-Identifier: Apache-2.0
/**
 * A process that serves queues, maps, locks and others by name: what its clients use.
 *
 * <p>Read {@link io.ipcq.manager.Manager} first. {@code Link} is a client's connection, {@code Reference} what each of
 * its proxies has inside. The server is in {@link io.ipcq.manager.server}, what both ends speak in
 * {@link io.ipcq.manager.wire}. Only {@code ManagerBuilder} names something of the server:
 * {@link io.ipcq.manager.server.ManagerProcess}, which it starts in a child. The protocol is in docs/protocol.md, locks
 * and their order are in docs/synchronization.md.
 */
@NullMarked
package io.ipcq.manager;

import org.jspecify.annotations.NullMarked;
