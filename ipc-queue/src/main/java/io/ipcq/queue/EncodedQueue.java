// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import io.ipcq.memory.WaitStrategy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Set;

/**
 * Opens queues of either kind and of any type, for tools that do not know which. Their elements are the bytes to which
 * they were encoded, and what a tool puts has to be encoded as {@link SharedQueue#codecId()} says.
 *
 * <p>Thread-safe and process-safe: it has no state. Survives a crash: not applicable.
 */
public final class EncodedQueue {

    private EncodedQueue() {}

    /**
     * Opens the queue in a directory.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws io.ipcq.memory.RegionFormatException if what is there is no queue, damaged, or of another format
     */
    public static SharedQueue<byte[]> open(Path directory) throws IOException {
        QueueDirectory there = QueueDirectory.requireIn(directory);
        Codec<byte[]> codec = new EncodedCodec(there.storedCodecId());
        return there instanceof JournalFiles
                ? JournalQueue.open(directory, codec, WaitStrategy.blocking())
                : RingQueue.open(directory, codec, WaitStrategy.blocking());
    }

    /**
     * Opens the durable queue at an address, as {@link DurableQueue#open(URI, Class)} does.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws java.nio.file.ProviderNotFoundException if nothing on the class path opens such queues; names the
     *     dependency to add
     * @throws IllegalArgumentException if the address is malformed, or is that of a queue in memory, which has none
     */
    public static DurableQueue<byte[]> open(URI uri) throws IOException {
        QueueAddress address = QueueAddress.of(uri);
        if (!address.scheme().equals("file")) {
            String codec = QueueProviders.require(address).codecId(address);
            return DurableQueue.builder(new EncodedCodec(codec)).open(uri);
        }
        address.requireParametersOf(Set.of());
        SharedQueue<byte[]> queue = open(Path.of(uri));
        if (queue instanceof DurableQueue<byte[]> durable) {
            return durable;
        }
        queue.close();
        throw new IllegalArgumentException(
                "it is a queue in memory, which has no address: address=" + address + "; name its directory");
    }
}
