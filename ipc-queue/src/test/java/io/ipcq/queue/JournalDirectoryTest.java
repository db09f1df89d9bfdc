// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.io.IOException;
import java.nio.file.Path;

class JournalDirectoryTest extends QueueDirectoryContract {

    private static DurableQueueBuilder<byte[]> builder() {
        return DurableQueue.builder(byte[].class).segmentBytes(1 << 20);
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
        return "control.ipcq";
    }
}
