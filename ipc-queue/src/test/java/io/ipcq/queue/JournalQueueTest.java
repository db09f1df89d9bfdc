// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import java.io.IOException;
import java.nio.file.Path;

class JournalQueueTest extends SharedQueueContract {

    @Override
    <E> DurableQueue<E> create(Codec<E> codec, long maxSize) throws IOException {
        return DurableQueue.builder(codec).maxSize(maxSize).create();
    }

    @Override
    <E> DurableQueue<E> create(Path directory, Codec<E> codec, long maxSize) throws IOException {
        return DurableQueue.builder(codec).maxSize(maxSize).create(directory);
    }

    @Override
    <E> DurableQueue<E> open(Path directory, Codec<E> codec) throws IOException {
        return DurableQueue.builder(codec).open(directory);
    }

    @Override
    <E> DurableQueue<E> createForSmallElements(Codec<E> codec) throws IOException {
        return DurableQueue.builder(codec).maxElementBytes(1 << 20).create();
    }
}
