// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/**
 * A stream whose other side is in the same thread: there is always something to read, or the end, and room to write.
 */
abstract class ScriptedWire implements Wire {

    private ByteBuffer said = ByteBuffer.allocate(0);

    /** What the other side says next; null when it has ended. */
    abstract byte[] say();

    abstract void hear(byte[] bytes);

    @Override
    public final int read(ByteBuffer target) {
        while (!said.hasRemaining()) {
            byte[] next = say();
            if (next == null) {
                return -1;
            }
            said = ByteBuffer.wrap(next);
        }
        int count = Math.min(said.remaining(), target.remaining());
        target.put(said.slice(said.position(), count));
        said.position(said.position() + count);
        return count;
    }

    @Override
    public final int write(ByteBuffer source) {
        byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        hear(bytes);
        return bytes.length;
    }

    @Override
    public boolean flush() {
        return true;
    }

    @Override
    public boolean awaitReadable(long deadline) {
        return true;
    }

    @Override
    public boolean awaitWritable(long deadline) {
        return true;
    }

    @Override
    public void close() {}

    @Override
    public SelectionKey register(Selector selector, Object attachment) {
        throw new AssertionError("nobody selects");
    }
}
