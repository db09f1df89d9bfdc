// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import java.io.IOException;
import java.nio.file.Path;

class RingQueueTest extends SharedQueueContract {

    @Override
    <E> SharedQueue<E> create(Codec<E> codec, long maxSize) throws IOException {
        return SharedQueue.builder(codec).maxSize(maxSize).create();
    }

    @Override
    <E> SharedQueue<E> create(Path directory, Codec<E> codec, long maxSize) throws IOException {
        return SharedQueue.builder(codec).maxSize(maxSize).create(directory);
    }

    @Override
    <E> SharedQueue<E> open(Path directory, Codec<E> codec) throws IOException {
        return SharedQueue.builder(codec).open(directory);
    }

    @Override
    <E> SharedQueue<E> createForSmallElements(Codec<E> codec) throws IOException {
        return SharedQueue.builder(codec).capacityBytes(1 << 20).create();
    }
}
