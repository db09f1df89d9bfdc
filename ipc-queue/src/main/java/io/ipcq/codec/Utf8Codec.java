// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Text as UTF-8. */
enum Utf8Codec implements Codec<String> {
    INSTANCE;

    /*
     * Idea: the JDK's conversions are intrinsics, but they replace what they cannot represent instead of refusing it.
     * The replacement is easy to find again. Encoding writes '?' for a lone surrogate: bytes without '?' are faithful,
     * other text is looked at character by character. Decoding writes U+FFFD, which faithful
     * bytes contain only as EF BF BD: text without it is faithful, other text is encoded again and compared.
     */

    private static final char REPLACEMENT = '\uFFFD';

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long HIGH_BITS = LOW_BITS << 7;
    private static final long QUESTION_MARKS = LOW_BITS * '?';

    @Override
    public String id() {
        return "utf8";
    }

    @Override
    public byte[] encode(String value) {
        byte[] bytes = value.getBytes(UTF_8);
        if (containsQuestionMark(bytes)) {
            refuseLoneSurrogate(value);
        }
        return bytes;
    }

    @Override
    public String decode(byte[] bytes) {
        String value = new String(bytes, UTF_8);
        if (value.indexOf(REPLACEMENT) >= 0) {
            refuseMalformed(value, bytes);
        }
        return value;
    }

    /** Eight bytes at a time: the subtraction borrows into the high bit of a byte only if one has become zero. */
    private static boolean containsQuestionMark(byte[] bytes) {
        int i = 0;
        for (; i <= bytes.length - Long.BYTES; i += Long.BYTES) {
            long zeroIfMark = (long) LONGS.get(bytes, i) ^ QUESTION_MARKS;
            if (((zeroIfMark - LOW_BITS) & ~zeroIfMark & HIGH_BITS) != 0) {
                return true;
            }
        }
        for (; i < bytes.length; i++) {
            if (bytes[i] == '?') {
                return true;
            }
        }
        return false;
    }

    private static void refuseLoneSurrogate(String value) {
        int at = LoneSurrogate.indexIn(value);
        if (at >= 0) {
            throw new CodecException(
                    "cannot encode text as UTF-8: lone surrogate at index=" + at + ", length=" + value.length(),
                    null,
                    null);
        }
    }

    /** Encoding again gives the same bytes exactly when none was replaced. */
    private static void refuseMalformed(String value, byte[] bytes) {
        int at = Arrays.mismatch(bytes, value.getBytes(UTF_8));
        if (at >= 0) {
            throw new CodecException(
                    "cannot decode text: malformed UTF-8 at offset=" + at + ", bytes=" + bytes.length,
                    null,
                    bytes,
                    null);
        }
    }

    @Override
    public String toString() {
        return id();
    }
}
