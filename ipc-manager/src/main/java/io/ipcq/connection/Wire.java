// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/**
 * A stream of bytes both ways, in steps that never block. A thread that finds nothing to do waits for its direction.
 *
 * <p>Thread-safe for one reader and one writer; closed by any thread, which wakes both.
 */
interface Wire {

    /** How many bytes were read: 0 if none are there, -1 at the end. */
    int read(ByteBuffer target) throws IOException;

    /** How many bytes were taken; they may wait inside until {@link #flush}. */
    int write(ByteBuffer source) throws IOException;

    /** Whether everything that was taken is with the kernel. */
    boolean flush() throws IOException;

    /** Waits until there may be something to read; false if the deadline has passed. */
    boolean awaitReadable(long deadline) throws IOException, InterruptedException;

    /** Waits until there may be room; false if the deadline has passed. An interrupt is kept for later. */
    boolean awaitWritable(long deadline) throws IOException;

    /** Registers it at a selector, without any interest yet. */
    SelectionKey register(Selector selector, Object attachment) throws IOException;

    void close();
}
