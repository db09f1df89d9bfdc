// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import com.kenai.jffi.MemoryIO;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A word in a mapped file, and the system call {@code futex} on it: the least that a wake-up can cost. Linux only. */
final class BareFutex {

    private static final int BYTES = 4096;
    private static final int WORD = 0;
    private static final int STAMP = 64;
    private static final int WAIT = 0;
    private static final int WAKE = 1;
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private final ByteBuffer words;
    private final long address;
    private final SystemCall futex = SystemCall.of(202, 98);

    BareFutex(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES);
            address = MemoryIO.getInstance().getDirectBufferAddress(mapped);
            words = mapped.order(ByteOrder.nativeOrder());
        }
    }

    static void create(Path file) throws IOException {
        Files.write(file, new byte[BYTES]);
    }

    void set(int value, long stamp) {
        words.putLong(STAMP, stamp);
        INT.setVolatile(words, WORD, value);
    }

    int get() {
        return (int) INT.getVolatile(words, WORD);
    }

    /** As of before the last {@link #set} that was seen. */
    long stamp() {
        return words.getLong(STAMP);
    }

    void wake() {
        futex.call(address + WORD, WAKE, 1, 0);
    }

    void sleepWhile(int value) {
        while (get() == value) {
            futex.call(address + WORD, WAIT, value, 0);
        }
    }
}
