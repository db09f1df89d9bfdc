// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.ring;

import io.ipcq.benchmarks.flow.Channel;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** Agrona's {@link ManyToOneRingBuffer} over a mapped file: any number of producers, one consumer, all spin. */
final class AgronaRing implements Channel.Sender, Channel.Receiver {

    private static final int MESSAGE = 1;

    private final ManyToOneRingBuffer ring;
    private final UnsafeBuffer source = new UnsafeBuffer();
    private final Setting setting;
    private byte[] array = {};

    private AgronaRing(Path file, Setting setting) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ring = new ManyToOneRingBuffer(
                    new UnsafeBuffer(channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size())));
        }
        this.setting = setting;
    }

    /**
     * How it is used; it can only be written to one message at a time.
     *
     * @param most how many messages are read at once; unless it is told so, it hands over all there are
     * @param oneArray whether the handler copies each message into the same array, or, as ours has to, into a new one
     */
    record Setting(int capacityBytes, int most, boolean oneArray) implements Channel {

        @Override
        public AutoCloseable create(Path file) throws IOException {
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                channel.map(FileChannel.MapMode.READ_WRITE, 0, capacityBytes + RingBufferDescriptor.TRAILER_LENGTH);
            }
            return () -> {};
        }

        @Override
        public Channel.Sender sender(Path file) throws IOException {
            return new AgronaRing(file, this);
        }

        @Override
        public Channel.Receiver receiver(Path file) throws IOException {
            return new AgronaRing(file, this);
        }
    }

    @Override
    public void send(byte[] message) {
        source.wrap(message);
        while (!ring.write(MESSAGE, source, 0, message.length)) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void receive(Channel.Handler handler) {
        MessageHandler copying = (type, buffer, offset, length) -> handler.handle(copy(buffer, offset, length));
        while (ring.read(copying, setting.most()) == 0) {
            Thread.onSpinWait();
        }
    }

    private byte[] copy(DirectBuffer buffer, int offset, int length) {
        if (!setting.oneArray() || array.length != length) {
            array = new byte[length];
        }
        buffer.getBytes(offset, array);
        return array;
    }
}
