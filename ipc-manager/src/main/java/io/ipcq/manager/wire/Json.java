// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import java.io.ByteArrayOutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON as plain values: {@code Map}, {@code List}, {@code String}, {@code Boolean}, whole numbers as {@code Integer},
 * {@code Long} or {@code BigInteger}, others as {@code BigDecimal}, and null. No class is ever named in it.
 */
public final class Json {

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final int INITIAL_BYTES = 256;

    private Json() {}

    /** An element, or another value. See {@link JsonReader#value}. */
    public static @Nullable Object parse(byte[] text) {
        return parse(text, JsonReader.UNMETERED);
    }

    public static @Nullable Object parse(byte[] text, JsonReader.Meter meter) {
        return JsonReader.value(text, JsonReader.REQUEST, meter);
    }

    /** A whole number of an object by its name; 0 if it has none. */
    public static long number(Map<?, ?> object, String name) {
        return object.get(name) instanceof Number number ? number.longValue() : 0;
    }

    public static byte[] write(@Nullable Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /**
     * The same, but writes no more bytes than a limit.
     *
     * @throws RpcException with {@link Protocol#TOO_LARGE}
     */
    public static byte[] write(@Nullable Object value, int limit) {
        Limited text = new Limited(limit);
        try {
            MAPPER.writeValue(text, value);
        } catch (JacksonException e) {
            throw e.getCause() instanceof RpcException tooLarge ? tooLarge : e;
        }
        return text.toByteArray();
    }

    private static final class Limited extends ByteArrayOutputStream {
        private final int limit;

        Limited(int limit) {
            super(INITIAL_BYTES);
            this.limit = limit;
        }

        @Override
        public synchronized void write(int one) {
            requireRoom(1);
            super.write(one);
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            requireRoom(length);
            super.write(bytes, offset, length);
        }

        private void requireRoom(int length) {
            if (length > limit - count) {
                throw new RpcException(Protocol.TOO_LARGE, "the answer is larger than a frame: limit=" + limit);
            }
        }
    }
}
