// SPDX-License-Identifier: Apache-2.0
/**
 * A process that serves queues, maps, locks and others by name.
 *
 * <p>Read {@link io.ipcq.manager.Manager} first, then {@link io.ipcq.manager.ManagerServer}. {@code Session} is one client as
 * the server sees it, {@code Call} one request of it, {@code Served} what a name stands for; {@code Link} is a client's
 * connection, {@code Reference} what each of its proxies has inside. {@code Json} and {@code JsonReader} are the only classes
 * that import Jackson. The protocol is in docs/protocol.md, locks and their order are in docs/synchronization.md.
 */
@NullMarked
package io.ipcq.manager;

import org.jspecify.annotations.NullMarked;
