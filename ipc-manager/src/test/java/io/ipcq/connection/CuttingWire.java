// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A client's wire to a listener, which is cut after so many bytes that go over it in one direction. */
public final class CuttingWire extends WireAround {

    /** Whose bytes are counted. */
    public enum Direction {
        REQUESTS,
        ANSWERS
    }

    private final SocketChannel channel;
    private final Connection connection;
    private final long[] passed = new long[Direction.values().length];
    private Direction counted = Direction.REQUESTS;
    private long limit = Long.MAX_VALUE;
    private final ByteArrayOutputStream requests = new ByteArrayOutputStream();

    /** Connects, and proves the key. */
    public CuttingWire(SocketAddress address, byte[] key) throws IOException {
        this(connect(address, key), address, key);
    }

    private CuttingWire(SocketChannel channel, SocketAddress address, byte[] key) throws IOException {
        super(new ChannelWire(channel));
        this.channel = channel;
        this.connection = new SocketConnection(
                this,
                new FrameReader(this, Limits.UNAUTHENTICATED_FRAME_BYTES),
                new FrameWriter(this),
                Connection.builder(address, AuthKey.of(key)).options(),
                address,
                Optional.empty());
    }

    private static SocketChannel connect(SocketAddress address, byte[] key) throws IOException {
        SocketChannel channel = SocketChannel.open(address);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        new RawPeer(channel).clientHandshake(key);
        channel.configureBlocking(false);
        return channel;
    }

    /** The connection over this wire. */
    public Connection connection() {
        return connection;
    }

    /**
     * Counts from now on. After so many bytes of a direction there are no more; the other end finds an end, or a reset.
     */
    public synchronized void cutAfter(Direction direction, long bytes, boolean gently) throws IOException {
        passed[0] = 0;
        passed[1] = 0;
        requests.reset();
        counted = direction;
        limit = bytes;
        if (!gently) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
    }

    /** How many bytes there were since counting began. */
    public synchronized long passed(Direction direction) {
        return passed[direction.ordinal()];
    }

    /** What was sent since counting began. */
    public synchronized String requests() {
        return requests.toString(StandardCharsets.UTF_8);
    }

    private synchronized void keep(ByteBuffer sent) {
        byte[] bytes = new byte[sent.remaining()];
        sent.get(bytes);
        requests.writeBytes(bytes);
    }

    private synchronized long left(Direction direction) {
        return direction == counted ? limit - passed[direction.ordinal()] : Long.MAX_VALUE;
    }

    private synchronized int count(Direction direction, int bytes) {
        passed[direction.ordinal()] += Math.max(0, bytes);
        if (left(direction) == 0) {
            close();
        }
        return bytes;
    }

    /** A part of a buffer. */
    private interface Transfer {
        int move(ByteBuffer part) throws IOException;
    }

    private int move(Direction direction, ByteBuffer buffer, Transfer transfer) throws IOException {
        if (left(direction) == 0) {
            close();
            throw new IOException("was cut");
        }
        int end = buffer.limit();
        buffer.limit((int) Math.min(end, buffer.position() + Math.min(left(direction), Integer.MAX_VALUE / 2)));
        try {
            return count(direction, transfer.move(buffer));
        } finally {
            buffer.limit(end);
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return move(Direction.ANSWERS, target, super::read);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        ByteBuffer sent = source.duplicate();
        int written = move(Direction.REQUESTS, source, super::write);
        keep(sent.limit(source.position()));
        return written;
    }
}
