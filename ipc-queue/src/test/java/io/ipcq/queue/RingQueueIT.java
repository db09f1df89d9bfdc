// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import java.io.IOException;
import java.nio.file.Path;

class RingQueueIT extends SharedQueueProcessContract {

    @Override
    SharedQueue<String> create(Codec<String> codec, long maxSize) throws IOException {
        return SharedQueue.builder(codec).maxSize(maxSize).create();
    }

    @Override
    Path place(SharedQueue<?> queue) {
        return ((RingQueue<?>) queue).directory();
    }
}
