// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import io.ipcq.manager.Manager;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same for one that is kept on disk. */
@Tag("once")
class RemoteDurableQueueTest extends RemoteQueueTest {

    @Override
    <E> SharedQueue<E> queue(Manager manager, String name, Codec<E> codec) {
        return manager.durableQueue(name, codec);
    }

    @Override
    <E> SharedQueue<E> queue(Manager manager, String name, Codec<E> codec, long maxSize) {
        return manager.durableQueue(name, codec, maxSize);
    }

    @Override
    <E> void makeSmall(String name, Codec<E> codec) throws IOException {
        makeDurable(name, DurableQueue.builder(codec).maxElementBytes(1 << 20));
    }

    @Override
    @Test
    void shouldHandOutBytesOfElementThatCannotBeDecoded() throws Exception {
        requireThatOthersMayDecode();
    }

    @Override
    @ParameterizedTest
    @EnumSource
    void shouldRefuseCodecThatDecodesToNull(Take take) throws Exception {
        requireThatOthersMayDecodeNull(take);
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveBackWhatCodecFailedToReceive(FailingCodec.Failure failure) throws Exception {
        requireThatReceiveGivesBack(failure);
    }

    @Override
    <E> SharedQueue<E> onServersMachine(Path directory, Codec<E> codec) throws IOException {
        return DurableQueue.builder(codec).open(directory);
    }
}
