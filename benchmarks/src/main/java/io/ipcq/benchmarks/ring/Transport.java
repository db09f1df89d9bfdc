// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.ring;

import io.ipcq.benchmarks.flow.Channel;
import io.ipcq.memory.WaitStrategy;
import java.io.IOException;
import java.nio.file.Path;

/** The ring, and its peers. */
enum Transport implements Channel {
    RING(new OurRing(Transport.MIB, WaitStrategy.blocking(), 1)),
    RING_CHECKSUM(new OurRing(Transport.MIB, WaitStrategy.blocking(), 1, true)),
    RING_SPINNING(new OurRing(Transport.MIB, WaitStrategy.spinning(), 1)),
    RING_BATCHES(new OurRing(Transport.MIB, WaitStrategy.blocking(), Transport.BATCH)),
    RING_64MIB(new OurRing(64 * Transport.MIB, WaitStrategy.blocking(), 1)),
    RING_64MIB_BATCHES(new OurRing(64 * Transport.MIB, WaitStrategy.blocking(), Transport.BATCH)),
    AGRONA(new AgronaRing.Setting(Transport.MIB, 1, false)),
    AGRONA_ALL(new AgronaRing.Setting(Transport.MIB, Integer.MAX_VALUE, false)),
    AGRONA_64MIB(new AgronaRing.Setting(64 * Transport.MIB, 1, false)),
    AGRONA_64MIB_ALL(new AgronaRing.Setting(64 * Transport.MIB, Integer.MAX_VALUE, false)),
    AGRONA_64MIB_ALL_ONE_ARRAY(new AgronaRing.Setting(64 * Transport.MIB, Integer.MAX_VALUE, true)),
    CHRONICLE(new RawChronicle.Setting()),
    AERON(new AeronIpc.Setting());

    private static final int MIB = 1 << 20;
    private static final int BATCH = 64;

    @SuppressWarnings("ImmutableEnumChecker") // records of numbers
    private final Channel channel;

    Transport(Channel channel) {
        this.channel = channel;
    }

    @Override
    public AutoCloseable create(Path place) throws IOException {
        return channel.create(place);
    }

    @Override
    public Sender sender(Path place) throws IOException {
        return channel.sender(place);
    }

    @Override
    public Receiver receiver(Path place) throws IOException {
        return channel.receiver(place);
    }
}
