// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.memory.Deadline;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * The place where the peers of a listener prove the key. One thread serves all of them, however many and however slow
 * they are.
 */
final class Reception implements AutoCloseable {
    /*
     * Idea. Nothing that a stranger does may cost a thread, or block one. So one thread goes from one peer to the next,
     * and takes with each the steps that are possible without waiting. A few other threads compute for TLS, and ask
     * trust managers, which may take long. If anything fails, even with an Error, only the peer that it concerns is
     * lost.
     *
     * Order. Peers that are here come before new ones: an answer that has arrived is handled before a newcomer takes
     * the place.
     *
     * Places. A listener has a number of places. Peers that have not proved the key share them with peers that have and
     * wait to be accepted. A newcomer takes the place of a peer that has not proved the key (Newcomers). If there is
     * none, or the system has no descriptors left, newcomers wait in the kernel's queue.
     *
     * Closing. A descriptor is free when the selector has released it. So closing the listener closes the selector, and
     * waits until this thread has left it.
     */

    /** How many newcomers are let in before the other peers are served again. */
    private static final int IN_A_ROW = 64;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** For what takes long in TLS; of all listeners together. */
    private static final class Workers {

        private static final int COUNT = Math.max(2, Runtime.getRuntime().availableProcessors());
        private static final int IDLE_SECONDS = 10;

        static final ThreadPoolExecutor POOL = new ThreadPoolExecutor(
                COUNT, COUNT, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    Thread thread = new Thread(work, "ipcq-handshake");
                    thread.setDaemon(true);
                    return thread;
                });

        static {
            POOL.allowCoreThreadTimeOut(true);
        }
    }

    private final Listener listener;
    private final ServerSocketChannel server;
    private final AuthKey key;
    private final ListenerOptions options;
    private final Optional<Supplier<SSLEngine>> engines;

    private final Selector selector;
    private final SelectionKey door;
    private final Newcomers newcomers = new Newcomers();
    private final List<SelectionKey> ready = new ArrayList<>();

    /** Those that work was done for. */
    private final Queue<Worked> worked = new ConcurrentLinkedQueue<>();

    private record Worked(Newcomer newcomer, @Nullable Throwable failure) {}

    /** Until when nobody is let in, as the system lacked something. */
    private long shutUntil = System.nanoTime();

    private volatile boolean full;

    Reception(Listener listener, ServerSocketChannel server, AuthKey key, ListenerOptions options) throws IOException {
        this.listener = listener;
        this.server = server;
        this.key = key;
        this.options = options;
        this.engines = Connector.listenerEngines(options);
        Handshake.prepare(key);
        server.configureBlocking(false);
        this.selector = Selector.open();
        try {
            this.door = server.register(selector, 0);
        } catch (IOException | RuntimeException | Error e) {
            selector.close();
            throw e;
        }
    }

    void start() {
        Thread thread = new Thread(this::run, "ipcq-listener");
        thread.setDaemon(true);
        thread.start();
    }

    /** To be called when a connection was accepted, and so a place is free. */
    void placeIsFree() {
        if (full) {
            selector.wakeup();
        }
    }

    /** To be called after the server's channel was closed: what it listened at is free afterwards. */
    @Override
    public void close() throws IOException {
        selector.close();
    }

    private void run() {
        try {
            while (server.isOpen()) {
                try {
                    round();
                } catch (Throwable e) { // of the selector, or no memory for the moment: it goes on
                    if (server.isOpen()) {
                        listener.report("waiting for peers failed, it goes on", e);
                        LockSupport.parkNanos(PAUSE_NANOS);
                    }
                }
            }
        } finally {
            try {
                closeAll();
            } catch (Throwable e) {
                closeAll(); // an error between two of them costs the others nothing
            } finally {
                listener.over();
            }
        }
    }

    private void closeAll() {
        for (Newcomer each : newcomers.copy()) {
            Listener.closeQuietly(each::close);
        }
    }

    private void round() throws IOException {
        boolean open = isOpen();
        full = !open;
        door.interestOps(open && !isShut() ? SelectionKey.OP_ACCEPT : 0);
        ready.clear();
        long until = Deadline.earlier(newcomers.nearestDeadline(), isShut() ? shutUntil : Deadline.NEVER);
        select(open ? until : Deadline.earlier(until, newcomers.nearestDispensable()));
        for (Worked next = worked.poll(); next != null; next = worked.poll()) {
            goOn(next);
        }
        for (SelectionKey next : ready) {
            if (next.attachment() instanceof Newcomer newcomer) {
                advance(newcomer);
            }
        }
        if (Deadline.hasPassed(newcomers.nearestDeadline())) {
            dropLate();
        }
        if (ready.contains(door)) {
            letIn();
        }
    }

    private void select(long deadline) throws IOException {
        if ((full && isOpen()) || Deadline.hasPassed(deadline)) {
            selector.selectNow(ready::add);
        } else if (deadline == Deadline.NEVER) {
            selector.select(ready::add);
        } else {
            selector.select(ready::add, Math.max(1, Deadline.remainingMillis(deadline)));
        }
    }

    private boolean isShut() {
        return !Deadline.hasPassed(shutUntil);
    }

    private boolean isOpen() {
        return !isFull() || newcomers.dispensable() != null;
    }

    private boolean isFull() {
        return newcomers.size() + listener.waiting() >= options.maxPending();
    }

    // ---- those who come ---------------------------------------------------------------------------------------------

    private void letIn() {
        for (int i = 0; i < IN_A_ROW && isOpen(); i++) {
            try {
                SocketChannel channel = server.accept();
                if (channel == null) {
                    return;
                }
                receive(channel);
            } catch (ClosedChannelException over) {
                return;
            } catch (IOException e) {
                if (i == 0) { // later on nobody may be waiting: the kernel looks for a descriptor first
                    makeDo(e);
                }
                return;
            }
        }
    }

    /**
     * No descriptor is free: a peer that is here gives up its own; if none can, newcomers wait for some time in the
     * kernel's queue.
     */
    private void makeDo(IOException failure) {
        Newcomer leaving = newcomers.dispensable();
        if (leaving == null) {
            shutUntil = System.nanoTime() + PAUSE_NANOS;
            listener.report("a peer could not be accepted, and waits", new IOException(failure.getMessage(), failure));
        } else {
            drop(leaving, new IOException("another one came: " + failure.getMessage(), failure));
        }
    }

    private void receive(SocketChannel channel) {
        try {
            Newcomer newcomer = new Newcomer(
                    channel, new Introduction(Handshake.Role.LISTENER, channel, key, options.connection(), engines));
            newcomer.register(selector);
            boolean crowded = isFull();
            newcomers.add(newcomer);
            Newcomer leaving = crowded ? newcomers.dispensable() : null;
            if (leaving != null) {
                drop(leaving, new IOException("another one came: limit=" + options.maxPending()));
            }
            advance(newcomer);
        } catch (Throwable e) { // an Error, too, is about this peer
            try {
                listener.reportDropped(channel, e);
            } finally {
                Listener.closeQuietly(channel);
            }
        }
    }

    // ---- those who are here -----------------------------------------------------------------------------------------

    private void advance(Newcomer newcomer) {
        if (!newcomers.contains(newcomer)) {
            return; // it was dropped meanwhile
        }
        try {
            WireProgress progress = newcomer.introduction().advance();
            if (progress == WireProgress.DONE) {
                welcome(newcomer);
            } else {
                newcomer.await(progress);
                if (progress == WireProgress.WORK) {
                    work(newcomer);
                }
            }
        } catch (Throwable e) {
            drop(newcomer, e);
        }
    }

    private void welcome(Newcomer newcomer) {
        listener.welcome(newcomer.leave());
        newcomers.remove(newcomer);
    }

    private void work(Newcomer newcomer) {
        Runnable work = () -> {
            Throwable failure = null;
            try {
                newcomer.introduction().work();
            } catch (Throwable e) {
                failure = e;
            }
            worked.add(new Worked(newcomer, failure));
            selector.wakeup();
        };
        try {
            Workers.POOL.execute(work);
        } catch (OutOfMemoryError noThread) {
            work.run();
        }
    }

    private void goOn(Worked done) {
        done.newcomer().workIsDone();
        if (done.failure() == null) {
            advance(done.newcomer());
        } else {
            drop(done.newcomer(), done.failure());
        }
    }

    private void dropLate() {
        for (Newcomer newcomer : newcomers.copy()) {
            if (Deadline.hasPassed(newcomer.introduction().deadline())) {
                drop(newcomer, newcomer.introduction().late());
            }
        }
    }

    private void drop(Newcomer newcomer, Throwable reason) {
        if (newcomers.remove(newcomer)) {
            try {
                listener.reportDropped(newcomer.channel(), reason);
            } finally {
                newcomer.close();
            }
        }
    }
}
