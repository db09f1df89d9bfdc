// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/** Does what another wire does; a test overrides what it does otherwise. */
class WireAround implements Wire {

    private final Wire wire;

    WireAround(Wire wire) {
        this.wire = wire;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return wire.read(target);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return wire.write(source);
    }

    @Override
    public boolean flush() throws IOException {
        return wire.flush();
    }

    @Override
    public boolean awaitReadable(long deadline) throws IOException, InterruptedException {
        return wire.awaitReadable(deadline);
    }

    @Override
    public boolean awaitWritable(long deadline) throws IOException {
        return wire.awaitWritable(deadline);
    }

    @Override
    public SelectionKey register(Selector selector, Object attachment) throws IOException {
        return wire.register(selector, attachment);
    }

    @Override
    public void close() {
        wire.close();
    }
}
