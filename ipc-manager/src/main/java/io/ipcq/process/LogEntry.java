// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A log record on its way from a child to its parent.
 *
 * @param library the logging library that made it, so that the parent passes it to the same one
 * @param level the level, as that library counts
 * @param logger the name of the logger
 * @param text the text, with its arguments inserted
 * @param context the MDC of the thread
 * @param thrown the exception; null if there is none
 */
record LogEntry(
        byte library,
        int level,
        String logger,
        String text,
        Map<String, String> context,
        @Nullable LoggedThrowable thrown) {

    static final byte SLF4J = 0;
    static final byte JUL = 1;

    /** How many characters of a text reach the parent at most. */
    private static final int MAX_CHARS = 1 << 14;

    byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(library);
            out.writeInt(level);
            write(out, logger);
            write(out, text);
            out.writeInt(context.size());
            for (Map.Entry<String, String> each : context.entrySet()) {
                write(out, each.getKey());
                write(out, each.getValue());
            }
            out.writeBoolean(thrown != null);
            if (thrown != null) {
                thrown.write(out);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    static LogEntry of(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            byte library = in.readByte();
            int level = in.readInt();
            String logger = read(in);
            String text = read(in);
            Map<String, String> context = new HashMap<>();
            for (int left = in.readInt(); left > 0; left--) {
                context.put(read(in), read(in));
            }
            return new LogEntry(
                    library, level, logger, text, context, in.readBoolean() ? LoggedThrowable.read(in) : null);
        } catch (IOException damaged) {
            throw new UncheckedIOException("a log record of a child is damaged: bytes=" + bytes.length, damaged);
        }
    }

    static void write(DataOutputStream out, @Nullable String text) throws IOException {
        String whole = String.valueOf(text);
        byte[] bytes = (whole.length() <= MAX_CHARS
                        ? whole
                        : whole.substring(0, MAX_CHARS) + "... (" + whole.length() + " characters)")
                .getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static String read(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }
}
