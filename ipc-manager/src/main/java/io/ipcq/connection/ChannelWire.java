// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.Log;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A socket in the clear. */
final class ChannelWire implements Wire {

    private final SocketChannel channel;
    private final SharedPoller.Watched watched = new SharedPoller.Watched();
    private final ReentrantLock selectorLock = new ReentrantLock();
    private @Nullable OwnSelector selector;

    /** A selector of a thread that waits for many connections. It has to release the descriptor when this is closed. */
    private volatile @Nullable Selector shared;

    /** @param channel in non-blocking mode */
    ChannelWire(SocketChannel channel) {
        this.channel = channel;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return channel.read(target);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return channel.write(source);
    }

    @Override
    public boolean flush() {
        return true;
    }

    @Override
    public boolean awaitReadable(long deadline) throws IOException, InterruptedException {
        return LightThreads.isVirtual(Thread.currentThread())
                ? SharedPoller.awaitReadable(channel, watched, deadline)
                : selector().await(deadline);
    }

    @Override
    public boolean awaitWritable(long deadline) throws IOException {
        return SharedPoller.awaitWritable(channel, watched, deadline);
    }

    /** The first platform thread that waits makes it, because it takes two descriptors. */
    private OwnSelector selector() throws IOException {
        selectorLock.lock();
        try {
            if (!channel.isOpen()) {
                throw new ClosedChannelException();
            }
            if (selector == null) {
                selector = new OwnSelector(channel);
            }
            return selector;
        } finally {
            selectorLock.unlock();
        }
    }

    @Override
    public SelectionKey register(Selector selector, Object attachment) throws IOException {
        shared = selector;
        SelectionKey key = channel.register(selector, 0, attachment);
        closeSelector(); // two descriptors for nothing: nobody is going to wait with it
        return key;
    }

    private void closeSelector() {
        selectorLock.lock();
        try {
            if (selector != null) {
                selector.close();
                selector = null;
            }
        } finally {
            selectorLock.unlock();
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            Log.of(ChannelWire.class).debug("closing a socket failed", e);
        }
        closeSelector();
        Selector of = shared;
        if (of != null) {
            of.wakeup();
        }
        SharedPoller.closed(watched);
    }
}
