// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.memory.Deadline;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A peer of a listener on its way to a connection. Belongs to the thread of the {@link Reception}. */
final class Newcomer {

    private static final int IPV6_NETWORK_BYTES = 8;

    private final SocketChannel channel;
    private final Introduction introduction;
    private final Object origin;

    private @Nullable SelectionKey key;
    private boolean working;

    Newcomer(SocketChannel channel, Introduction introduction) {
        this.channel = channel;
        this.introduction = introduction;
        this.origin = origin(introduction.remote(), introduction.peer());
    }

    /**
     * Peers of one origin share their places. An origin is an IPv4 address, the IPv6 network of a subscriber, or a
     * user.
     */
    static Object origin(SocketAddress remote, Optional<PeerCredentials> peer) {
        if (peer.isPresent()) {
            return peer.get().user();
        }
        if (!(remote instanceof InetSocketAddress inet)) {
            return remote;
        }
        InetAddress address = inet.getAddress();
        return address instanceof Inet6Address ? ByteBuffer.wrap(address.getAddress(), 0, IPV6_NETWORK_BYTES) : address;
    }

    SocketChannel channel() {
        return channel;
    }

    Introduction introduction() {
        return introduction;
    }

    Object origin() {
        return origin;
    }

    /** Whether another peer may have its place. */
    boolean isDispensable() {
        return Deadline.hasPassed(dispensableFrom());
    }

    long dispensableFrom() {
        return introduction.peerKnowsKey() ? Deadline.NEVER : introduction.undisturbedUntil();
    }

    void register(Selector selector) throws IOException {
        key = channel.register(selector, 0, this);
    }

    /** What the peer waits for before it can go on. */
    void await(WireProgress progress) {
        working = progress == WireProgress.WORK;
        if (key != null) {
            key.interestOps(
                    switch (progress) {
                        case READ -> SelectionKey.OP_READ;
                        case WRITE -> SelectionKey.OP_WRITE;
                        case WORK, DONE -> 0;
                    });
        }
    }

    /** So closing it can tell the peer why; it may have been closed already. */
    void workIsDone() {
        working = false;
    }

    /** It is a connection: from now on others wait for it. */
    Connection leave() {
        if (key != null) {
            key.cancel();
        }
        return introduction.connection();
    }

    /** Closes it; without telling the peer if TLS computes for it, because TLS would wait for the end of that. */
    void close() {
        if (working) {
            introduction.cut();
        } else {
            introduction.close();
        }
    }

    @Override
    public String toString() {
        return String.valueOf(introduction.remote());
    }
}
