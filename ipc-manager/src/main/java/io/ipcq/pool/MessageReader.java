// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one message in the order in which {@link MessageWriter} wrote it. */
final class MessageReader {

    private final byte[] bytes;
    private int position;

    MessageReader(byte[] bytes) {
        this(bytes, 0);
    }

    /** A reader that begins at {@code position}. */
    MessageReader(byte[] bytes, int position) {
        this.bytes = bytes;
        this.position = position;
    }

    static long longAt(byte[] message, int offset) {
        return (long) MessageWriter.LONG.get(message, offset);
    }

    byte getByte() {
        return bytes[position++];
    }

    int getInt() {
        int value = (int) MessageWriter.INT.get(bytes, position);
        position += Integer.BYTES;
        return value;
    }

    long getLong() {
        long value = longAt(bytes, position);
        position += Long.BYTES;
        return value;
    }

    byte @Nullable [] getBytes() {
        int length = getInt();
        if (length == MessageWriter.NULL) {
            return null;
        }
        position += length;
        return Arrays.copyOfRange(bytes, position - length, position);
    }

    @Nullable
    String getString() {
        int length = getInt();
        if (length == MessageWriter.NULL) {
            return null;
        }
        char[] characters = new char[length];
        for (int i = 0; i < length; i++) {
            characters[i] = (char) ((bytes[position] & 0xff) | (bytes[position + 1] << Byte.SIZE));
            position += 2;
        }
        return new String(characters);
    }

    /** A text that is not null. */
    String getText() {
        String text = getString();
        return text == null ? "" : text;
    }

    Map<String, String> getTexts() {
        Map<String, String> texts = new HashMap<>();
        for (int left = getInt(); left > 0; left--) {
            texts.put(getString(), getString());
        }
        return texts;
    }

    int remaining() {
        return bytes.length - position;
    }

    /** The bytes that have not been read, as a stream. */
    InputStream rest() {
        return new ByteArrayInputStream(bytes, position, remaining());
    }
}
