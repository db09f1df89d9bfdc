// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An output stream that keeps a few bytes in memory, and writes all bytes to a file once there are more. */
final class SpillingOutput extends OutputStream {

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final byte[] memory;
    private int count;
    private @Nullable OutputStream spilled;

    /** @param limit how many bytes stay in memory */
    SpillingOutput(int limit, Path file) {
        this.memory = new byte[limit];
        this.file = file;
    }

    @Override
    public void write(int b) throws IOException {
        if (spilled == null && count < memory.length) {
            memory[count++] = (byte) b;
        } else {
            write(new byte[] {(byte) b}, 0, 1);
        }
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        OutputStream out = spilled;
        if (out == null && length <= memory.length - count) {
            System.arraycopy(bytes, from, memory, count, length);
            count += length;
            return;
        }
        (out == null ? spill() : out).write(bytes, from, length);
    }

    private OutputStream spill() throws IOException {
        RunDirectory.createFile(file);
        OutputStream out = new BufferedOutputStream(new FileOutputStream(file.toFile()), BUFFER_BYTES);
        spilled = out;
        out.write(memory, 0, count);
        return out;
    }

    /** The bytes, complete once this is closed; null if they are in the file. */
    byte @Nullable [] inMemory() {
        return spilled == null ? Arrays.copyOf(memory, count) : null;
    }

    @Override
    public void close() throws IOException {
        if (spilled != null) {
            spilled.close();
        }
    }
}
