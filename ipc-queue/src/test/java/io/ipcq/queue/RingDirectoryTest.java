// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.io.IOException;
import java.nio.file.Path;

class RingDirectoryTest extends QueueDirectoryContract {

    private static SharedQueueBuilder<byte[]> builder() {
        return SharedQueue.builder(byte[].class).capacityBytes(4 << 20);
    }

    @Override
    SharedQueue<byte[]> create(Path directory) throws IOException {
        return builder().create(directory);
    }

    @Override
    SharedQueue<byte[]> open(Path directory) throws IOException {
        return builder().open(directory);
    }

    @Override
    SharedQueue<byte[]> openOrCreate(Path directory) throws IOException {
        return builder().openOrCreate(directory);
    }

    @Override
    SharedQueue<byte[]> openTrustingGroup(Path directory) throws IOException {
        return builder().trustGroup(true).open(directory);
    }

    @Override
    String controlName() {
        return "ring.ipcq";
    }
}
