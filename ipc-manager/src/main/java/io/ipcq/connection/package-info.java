// SPDX-License-Identifier: Apache-2.0
/**
 * Connections: whole messages between two processes, over a Unix-domain socket or TCP, after both have proved that they
 * know the same key. On the wire it is Python's {@code multiprocessing.connection}; docs/protocol.md has the grammar.
 *
 * <p>Read {@link io.ipcq.connection.Connection} and {@link io.ipcq.connection.Listener} first;
 * {@link io.ipcq.connection.Pipe} is for a parent and its children, who need no address. A {@code Wire} moves bytes,
 * in the clear ({@code ChannelWire}) or through TLS ({@code TlsWire}); {@code FrameReader} and {@code FrameWriter} make
 * messages of them; {@code Handshake} runs before anything else is read.
 */
@NullMarked
package io.ipcq.connection;

import org.jspecify.annotations.NullMarked;
