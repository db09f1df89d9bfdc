// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.memory.Deadline;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** Lets a platform thread wait for bytes in the kernel, without another thread in between. Any thread may close it. */
final class OwnSelector {

    private final Selector selector;

    OwnSelector(SocketChannel channel) throws IOException {
        selector = Selector.open();
        try {
            channel.register(selector, SelectionKey.OP_READ);
        } catch (IOException | RuntimeException | Error e) {
            selector.close();
            throw e;
        }
    }

    /** False if the deadline has passed. */
    boolean await(long deadline) throws IOException, InterruptedException {
        try {
            long millis = Deadline.remainingMillis(deadline);
            if (millis <= 0) {
                return false;
            }
            int selected = deadline == Deadline.NEVER ? selector.select() : selector.select(millis);
            selector.selectedKeys().clear();
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return selected > 0 || !Deadline.hasPassed(deadline);
        } catch (ClosedSelectorException e) {
            throw new ClosedChannelException();
        }
    }

    /**
     * Wakes the thread that waits. Call it after the channel was closed: the descriptor is released with the
     * registration.
     */
    void close() {
        try {
            selector.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
