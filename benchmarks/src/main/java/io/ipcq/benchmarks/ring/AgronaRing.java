// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.ring;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Agrona's {@link ManyToOneRingBuffer} over a mapped file: any number of producers, one consumer, all spin. Each message arrives as
 * an array of its own, as ours do.
 */
final class AgronaRing implements Transport.Sender, Transport.Receiver {

    private static final int MESSAGE = 1;

    private final ManyToOneRingBuffer ring;
    private final UnsafeBuffer source = new UnsafeBuffer();
    private final int most;

    /** @param most how many messages are read at once */
    AgronaRing(Path file, int most) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ring = new ManyToOneRingBuffer(
                    new UnsafeBuffer(channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size())));
        }
        this.most = most;
    }

    static AutoCloseable create(Path file, int capacityBytes) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            channel.map(FileChannel.MapMode.READ_WRITE, 0, capacityBytes + RingBufferDescriptor.TRAILER_LENGTH);
        }
        return () -> {};
    }

    @Override
    public void send(byte[] message) {
        source.wrap(message);
        while (!ring.write(MESSAGE, source, 0, message.length)) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void receive(Transport.Handler handler) {
        while (ring.read((type, buffer, offset, length) -> handler.handle(copy(buffer, offset, length)), most) == 0) {
            Thread.onSpinWait();
        }
    }

    private static byte[] copy(DirectBuffer buffer, int offset, int length) {
        byte[] received = new byte[length];
        buffer.getBytes(offset, received);
        return received;
    }
}
