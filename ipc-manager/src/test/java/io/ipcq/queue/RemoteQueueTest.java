// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.codec.Codec;
import io.ipcq.manager.Manager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A queue of a manager over TCP: through the server. */
class RemoteQueueTest extends ManagedQueueContract {

    @Override
    SocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @Override
    <E> SharedQueue<E> queue(Manager manager, String name, Codec<E> codec) {
        return manager.queue(name, codec);
    }

    @Override
    <E> SharedQueue<E> queue(Manager manager, String name, Codec<E> codec, long maxSize) {
        return manager.queue(name, codec, maxSize);
    }

    @Override
    <E> void makeSmall(String name, Codec<E> codec) throws IOException {
        makeInMemory(name, codec.id(), 1 << 20);
    }

    /** Only the server has it open. */
    @Override
    int membersOfTwo() {
        return 1;
    }

    /** The server is the first to know how large an element may be, and puts those that come before. */
    @Override
    @Test
    void shouldRefuseElementThatIsTooLarge() throws Exception {
        SharedQueue<byte[]> small = closed(createForSmallElements(Codec.bytes()));
        for (Task<?> put : List.of(
                Task.run(() -> small.put(new byte[2 << 20])),
                Task.start(() -> small.offer(new byte[2 << 20])),
                Task.run(() -> small.putAll(List.of(new byte[1], new byte[2 << 20], new byte[2]))))) {
            assertThat(put.awaitFailure())
                    .isInstanceOf(ElementTooLargeException.class)
                    .hasMessageContaining("elementBytes=2097152")
                    .hasMessageContaining("maxElementBytes=");
        }
        assertThat(small.get()).hasSize(1);
        assertThat(small.qsize()).isZero();
    }
}
