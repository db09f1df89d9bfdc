// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.Log;
import io.ipcq.memory.Deadline;
import io.ipcq.memory.LastingThread;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One thread that waits at sockets for threads that should not wait themselves: virtual ones, and those that wait to
 * write.
 */
final class SharedPoller {
    /*
     * Idea. A blocking channel is closed when a thread that waits in it is interrupted, and it has no timeouts. So
     * channels do not block: a thread asks here to be unparked, and parks. A virtual thread must not wait in a selector
     * of its own, because that would hold its carrier.
     *
     * Visibility. A waiter clears `ready`, then asks; the poller sets `ready`, then unparks. What is left of a question
     * that ended by time or interrupt makes a later one end too early, which its caller has to expect anyway.
     */

    /** Who waits on a channel. */
    static final class Watched {
        private final Waiting reading = new Waiting();
        private final Waiting writing = new Waiting();
        private volatile @Nullable SelectionKey key;

        private Waiting of(int operation) {
            return operation == SelectionKey.OP_READ ? reading : writing;
        }
    }

    private static final class Waiting {
        private volatile boolean ready;
        private volatile @Nullable Thread thread;

        void signal() {
            ready = true;
            LockSupport.unpark(thread);
        }
    }

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static volatile @Nullable SharedPoller started;

    private final Selector selector;

    private SharedPoller() throws IOException {
        selector = Selector.open();
        boolean started = false;
        try {
            Thread thread = LastingThread.make(this::run, "ipcq-connection-poller");
            thread.setDaemon(true);
            thread.start();
            started = true;
        } catch (OutOfMemoryError e) {
            throw new IOException("no thread can be made to wait for sockets: " + e.getMessage(), e);
        } finally {
            if (!started) {
                selector.close();
            }
        }
    }

    /** The first thread that waits starts it; if that fails, the next one. */
    private static SharedPoller poller() throws IOException {
        SharedPoller poller = started;
        if (poller == null) {
            synchronized (SharedPoller.class) {
                poller = started;
                if (poller == null) {
                    poller = new SharedPoller();
                    started = poller;
                }
            }
        }
        return poller;
    }

    /** Waits for a reader; false if the deadline has passed. */
    static boolean awaitReadable(SocketChannel channel, Watched watched, long deadline)
            throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return poller().await(channel, watched, SelectionKey.OP_READ, deadline);
    }

    /** Waits for a writer, which is not interrupted; false if the deadline has passed. */
    static boolean awaitWritable(SocketChannel channel, Watched watched, long deadline) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return poller().await(channel, watched, SelectionKey.OP_WRITE, deadline);
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Wakes threads that wait, and releases the descriptor. Call it after the channel was closed. */
    static void closed(Watched watched) {
        if (watched.key != null) {
            watched.reading.signal();
            watched.writing.signal();
            SharedPoller poller = started;
            if (poller != null) {
                poller.selector.wakeup();
            }
        }
    }

    private boolean await(SocketChannel channel, Watched watched, int operation, long deadline)
            throws IOException, InterruptedException {
        if (Deadline.hasPassed(deadline)) {
            return false; // also if there is something each time
        }
        Waiting waiting = watched.of(operation);
        waiting.ready = false;
        waiting.thread = Thread.currentThread();
        try {
            ask(channel, watched, operation);
            while (!waiting.ready) {
                if (Deadline.hasPassed(deadline)) {
                    return false;
                }
                LockSupport.parkNanos(this, Deadline.remainingNanos(deadline));
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            return true;
        } finally {
            waiting.thread = null;
        }
    }

    private void ask(SocketChannel channel, Watched watched, int operation) throws ClosedChannelException {
        try {
            SelectionKey key = watched.key;
            if (key == null) {
                synchronized (watched) { // the first time only: a reader and a writer may come at once
                    key = watched.key;
                    if (key == null) {
                        key = channel.register(selector, 0, watched);
                        watched.key = key;
                    }
                }
            }
            key.interestOpsOr(operation);
            selector.wakeup();
        } catch (CancelledKeyException e) {
            throw new ClosedChannelException();
        }
        if (!channel.isOpen()) { // it may have been closed before there was a key
            selector.wakeup();
            throw new ClosedChannelException();
        }
    }

    private void run() {
        while (true) {
            try {
                selector.select(SharedPoller::signal);
            } catch (Throwable e) { // also no memory for the moment: all who wait depend on this thread
                pause(e);
            }
        }
    }

    private static void pause(Throwable failure) {
        try {
            Log.of(SharedPoller.class).error("waiting for sockets failed; it goes on", failure);
        } catch (Throwable unsaid) {
            // no reason to end, either
        }
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    private static void signal(SelectionKey key) {
        Watched watched = (Watched) key.attachment();
        try {
            int ready = key.readyOps();
            key.interestOpsAnd(~ready);
            if ((ready & SelectionKey.OP_READ) != 0) {
                watched.reading.signal();
            }
            if ((ready & SelectionKey.OP_WRITE) != 0) {
                watched.writing.signal();
            }
        } catch (CancelledKeyException closed) {
            watched.reading.signal();
            watched.writing.signal();
        }
    }
}
