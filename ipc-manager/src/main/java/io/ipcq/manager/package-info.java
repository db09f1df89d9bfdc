// SPDX-License-Identifier: Apache-2.0
/**
 * A process that serves queues, maps, locks and others by name: the side of its clients.
 *
 * <p>Read {@link io.ipcq.manager.Manager} first. {@code Link} is a client's connection. {@code Reference} is what each
 * of its proxies has inside. The server is in {@link io.ipcq.manager.server}, and what both ends share is in {@link
 * io.ipcq.manager.wire}. Only {@code ManagerBuilder} names something of the server: {@link
 * io.ipcq.manager.server.ManagerProcess}, which it starts in a child. The protocol is in docs/protocol.md. Locks and
 * their order are in docs/synchronization.md.
 */
@NullMarked
package io.ipcq.manager;

import org.jspecify.annotations.NullMarked;
