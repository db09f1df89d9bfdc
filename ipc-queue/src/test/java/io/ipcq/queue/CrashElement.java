// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.nio.ByteBuffer;

/** An element that knows who put it and whether its bytes are the right ones. */
record CrashElement(int producer, long sequence) {

    static final int HEADER_BYTES = 12;

    static byte[] encode(int producer, long sequence, int fillerBytes) {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + fillerBytes);
        bytes.putInt(producer).putLong(sequence);
        byte[] array = bytes.array();
        for (int i = HEADER_BYTES; i < array.length; i++) {
            array[i] = filler(sequence, i);
        }
        return array;
    }

    static CrashElement decode(byte[] array) {
        ByteBuffer bytes = ByteBuffer.wrap(array);
        CrashElement element = new CrashElement(bytes.getInt(), bytes.getLong());
        for (int i = HEADER_BYTES; i < array.length; i++) {
            if (array[i] != filler(element.sequence, i)) {
                throw new AssertionError(
                        "wrong bytes: element=" + element + ", offset=" + i + ", bytes=" + array.length);
            }
        }
        return element;
    }

    private static byte filler(long sequence, int at) {
        return (byte) (sequence * 31 + at);
    }
}
