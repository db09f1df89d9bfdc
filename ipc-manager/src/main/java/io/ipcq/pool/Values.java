// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import java.io.IOException;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Arguments and results as bytes. If all values are plain, they are written directly. Otherwise all of them are written
 * by Java serialization, in one graph.
 */
final class Values {

    private static final byte PLAIN = 0;
    private static final byte SERIALIZED = 1;

    private static final byte NULL = 0;
    private static final byte INTEGER = 1;
    private static final byte LONG = 2;
    private static final byte DOUBLE = 3;
    private static final byte TRUE = 4;
    private static final byte FALSE = 5;
    private static final byte STRING = 6;
    private static final byte BYTES = 7;

    private Values() {}

    /** @throws IOException if serialization refuses a value; {@link io.ipcq.process.TravelTrace} tells why */
    static void write(MessageWriter out, @Nullable Object[] values) throws IOException {
        if (arePlain(values)) {
            out.putByte(PLAIN).putInt(values.length);
            for (Object value : values) {
                writePlain(out, value);
            }
        } else {
            out.putByte(SERIALIZED);
            try (HandleOutput objects = new HandleOutput(out)) {
                objects.writeObject(values);
            }
        }
    }

    /** @param handles called only if a value was serialized */
    static @Nullable Object[] read(MessageReader in, Supplier<Handles> handles)
            throws IOException, ClassNotFoundException {
        if (in.getByte() == SERIALIZED) {
            return Objects.requireNonNull(handles.get().read(in.rest(), in.remaining(), Object[].class));
        }
        @Nullable Object[] values = new @Nullable Object[in.getInt()];
        for (int i = 0; i < values.length; i++) {
            values[i] = readPlain(in);
        }
        return values;
    }

    /** Whether the values at {@code offset} can be read without running code of the program. */
    static boolean arePlain(byte[] message, int offset) {
        return message[offset] == PLAIN;
    }

    private static boolean arePlain(@Nullable Object[] values) {
        for (Object value : values) {
            if (!(value == null
                    || value instanceof String
                    || value instanceof Integer
                    || value instanceof Long
                    || value instanceof Double
                    || value instanceof Boolean
                    || value instanceof byte[])) {
                return false;
            }
        }
        return true;
    }

    private static void writePlain(MessageWriter out, @Nullable Object value) {
        if (value == null) {
            out.putByte(NULL);
        } else if (value instanceof Integer number) {
            out.putByte(INTEGER).putInt(number);
        } else if (value instanceof Long number) {
            out.putByte(LONG).putLong(number);
        } else if (value instanceof Double number) {
            out.putByte(DOUBLE).putLong(Double.doubleToRawLongBits(number));
        } else if (value instanceof Boolean truth) {
            out.putByte(truth ? TRUE : FALSE);
        } else if (value instanceof String text) {
            out.putByte(STRING).putString(text);
        } else {
            out.putByte(BYTES).putBytes((byte[]) value);
        }
    }

    private static @Nullable Object readPlain(MessageReader in) throws IOException {
        byte type = in.getByte();
        return switch (type) {
            case NULL -> null;
            case INTEGER -> in.getInt();
            case LONG -> in.getLong();
            case DOUBLE -> Double.longBitsToDouble(in.getLong());
            case TRUE -> true;
            case FALSE -> false;
            case STRING -> in.getString();
            case BYTES -> in.getBytes();
            default -> throw new IOException("a message is damaged: type=" + type);
        };
    }
}
