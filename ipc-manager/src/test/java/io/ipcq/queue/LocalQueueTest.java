// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import io.ipcq.manager.Manager;
import java.io.IOException;
import java.net.SocketAddress;

/** A queue of a manager on this machine: its file, opened here. */
class LocalQueueTest extends ManagedQueueContract {

    @Override
    SocketAddress address() {
        return null;
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

    /** The server has it open as well. */
    @Override
    int membersOfTwo() {
        return 3;
    }
}
