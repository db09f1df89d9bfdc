// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.ring;

import io.ipcq.memory.WaitStrategy;
import java.io.IOException;
import java.nio.file.Path;

/** A way to get messages from one process to another: ours and the peers', each used as its manual shows it. */
enum Transport {
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
    private final Setting setting;

    Transport(Setting setting) {
        this.setting = setting;
    }

    /** Sends a message, or as many as the transport sends at once; waits while there is no room. */
    @FunctionalInterface
    interface Sender {
        void send(byte[] message) throws Exception;
    }

    /** What is done with each message. */
    @FunctionalInterface
    interface Handler {
        void handle(byte[] message);
    }

    /** Waits until there is at least one message; hands over one or, where the transport does it so, several. */
    @FunctionalInterface
    interface Receiver {
        void receive(Handler handler) throws Exception;
    }

    /** What is the same for all processes that use the transport at one place. */
    interface Setting {

        /** Makes it, in a process that does nothing else; it is there until what is returned is closed. */
        AutoCloseable create(Path place) throws IOException;

        Sender sender(Path place) throws IOException;

        Receiver receiver(Path place) throws IOException;
    }

    AutoCloseable create(Path place) throws IOException {
        return setting.create(place);
    }

    Sender sender(Path place) throws IOException {
        return setting.sender(place);
    }

    Receiver receiver(Path place) throws IOException {
        return setting.receiver(place);
    }
}
