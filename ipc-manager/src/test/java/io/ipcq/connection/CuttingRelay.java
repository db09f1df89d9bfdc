// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A port that passes on to a server what clients send, and back what it answers. After so many bytes, of both
 * directions together, it ends all its connections, and then passes on as before. Thread-safe.
 *
 * <p>It proves the key to both sides itself: this process would take it for an attacker that passes on challenges.
 */
public final class CuttingRelay implements AutoCloseable {

    private static final int BUFFER_BYTES = 16 << 10;

    private final SocketAddress server;
    private final byte[] key;
    private final ServerSocketChannel door;
    private final AtomicLong left;
    private final boolean gently;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;

    /** @param gently whether the other end finds an end; else it finds a reset */
    public CuttingRelay(SocketAddress server, byte[] key, long bytes, boolean gently) throws IOException {
        this.server = server;
        this.key = key.clone();
        this.left = new AtomicLong(bytes);
        this.gently = gently;
        this.door = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        start(this::accept);
    }

    /** Where clients connect to. */
    public SocketAddress address() throws IOException {
        return door.getLocalAddress();
    }

    /** Whether it has ended connections. */
    public boolean isCut() {
        return cut;
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException over) {
                        // of one connection, or of the door
                    }
                },
                "cutting-relay");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            SocketChannel client = opened(door.accept());
            start(() -> serve(client));
        }
    }

    private SocketChannel opened(SocketChannel channel) throws IOException {
        open.add(channel);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        if (!gently) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        if (!door.isOpen()) {
            channel.close();
        }
        return channel;
    }

    private void serve(SocketChannel client) throws IOException {
        try (client;
                SocketChannel there = opened(SocketChannel.open(server))) {
            new RawPeer(there).clientHandshake(key);
            new RawPeer(client).listenerHandshake(challenge -> RawPeer.hmac("HmacSHA256", key, challenge));
            start(() -> pass(there, client));
            pass(client, there);
        } finally {
            open.remove(client);
        }
    }

    private void pass(SocketChannel from, SocketChannel to) throws IOException {
        try (from;
                to) {
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            while (from.read(buffer.clear()) >= 0) {
                buffer.flip();
                long before = left.getAndAdd(-buffer.remaining());
                boolean reached = before >= 0 && before < buffer.remaining();
                if (reached) {
                    buffer.limit((int) before);
                }
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                if (reached) {
                    cut = true;
                    endAll();
                }
            }
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private void endAll() throws IOException {
        for (SocketChannel each : open) {
            each.close();
        }
    }

    /** Ends all connections. */
    @Override
    public void close() throws IOException {
        door.close();
        endAll();
    }
}
