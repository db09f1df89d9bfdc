// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The lines of an input, as bytes: what a line is, is known before what its text is. A line ends with a line feed,
 * which may have a carriage return before it, or with the input.
 */
final class InputLines {

    private static final int STEP = 64 << 10;

    private final InputStream in;
    private byte[] read = new byte[0];
    private int from;
    private long number;

    InputLines(InputStream in) {
        this.in = in;
    }

    /** Which line came last, from 1. */
    long number() {
        return number;
    }

    /** Whether there is more at once: a line, or something that may be one. */
    boolean isReady() throws IOException {
        return end() < read.length || in.available() > 0;
    }

    /** Where the line ends, as far as it has been read. */
    private int end() {
        int end = from;
        while (end < read.length && read[end] != '\n') {
            end++;
        }
        return end;
    }

    /** The next line without its end; null at the end of the input. */
    byte @Nullable [] next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (from < read.length || refill()) {
            int end = end();
            line.write(read, from, end - from);
            from = end + 1;
            if (end < read.length) {
                number++;
                return withoutReturn(line.toByteArray());
            }
        }
        if (line.size() == 0) {
            return null;
        }
        number++;
        return line.toByteArray();
    }

    private boolean refill() throws IOException {
        byte[] step = new byte[STEP];
        int count = in.read(step);
        read = count == STEP ? step : Arrays.copyOf(step, Math.max(0, count));
        from = 0;
        return count > 0;
    }

    private static byte[] withoutReturn(byte[] line) {
        boolean has = line.length > 0 && line[line.length - 1] == '\r';
        return has ? Arrays.copyOf(line, line.length - 1) : line;
    }

    /** The text of a line; throws if it is none in UTF-8, or it would become another one. */
    static String text(byte[] line) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("it is no text in UTF-8", e);
        }
    }
}
