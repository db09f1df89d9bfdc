// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds one message, in an array that grows. */
final class MessageWriter extends OutputStream {

    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    static final int NULL = -1;

    private static final int FIRST_BYTES = 128;

    private byte[] bytes;
    private int length;

    MessageWriter(byte kind) {
        this();
        putByte(kind);
    }

    /** A message of known length. */
    MessageWriter(byte kind, int bytes) {
        this.bytes = new byte[bytes];
        putByte(kind);
    }

    /** A part of a message. */
    MessageWriter() {
        this.bytes = new byte[FIRST_BYTES];
    }

    MessageWriter putByte(int value) {
        room(1);
        bytes[length++] = (byte) value;
        return this;
    }

    MessageWriter putInt(int value) {
        room(Integer.BYTES);
        INT.set(bytes, length, value);
        length += Integer.BYTES;
        return this;
    }

    MessageWriter putLong(long value) {
        room(Long.BYTES);
        LONG.set(bytes, length, value);
        length += Long.BYTES;
        return this;
    }

    /** The length, then the bytes. */
    MessageWriter putBytes(byte @Nullable [] value) {
        if (value == null) {
            return putInt(NULL);
        }
        putInt(value.length);
        write(value, 0, value.length);
        return this;
    }

    /** A text as characters and not as UTF-8, because UTF-8 cannot encode lone surrogates. */
    MessageWriter putString(@Nullable String value) {
        if (value == null) {
            return putInt(NULL);
        }
        putInt(value.length());
        room(2L * value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            bytes[length++] = (byte) c;
            bytes[length++] = (byte) (c >>> Byte.SIZE);
        }
        return this;
    }

    /** How many texts there are, then each name with its text. */
    MessageWriter putTexts(Map<String, String> texts) {
        putInt(texts.size());
        texts.forEach((name, text) -> putString(name).putString(text));
        return this;
    }

    @Override
    public void write(int value) {
        putByte(value);
    }

    @Override
    public void write(byte[] value, int from, int count) {
        room(count);
        System.arraycopy(value, from, bytes, length, count);
        length += count;
    }

    int length() {
        return length;
    }

    byte[] toBytes() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    private void room(long more) {
        long needed = length + more;
        if (needed > bytes.length) {
            if (needed > Integer.MAX_VALUE - Long.BYTES) {
                throw new IllegalArgumentException("a task or result has to be smaller than 2 GiB: bytes=" + needed);
            }
            bytes = Arrays.copyOf(
                    bytes, (int) Math.min(Integer.MAX_VALUE - Long.BYTES, Math.max(needed, 2L * bytes.length)));
        }
    }
}
