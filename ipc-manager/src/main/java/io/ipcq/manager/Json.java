// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON as plain values: {@code Map}, {@code List}, {@code String}, {@code Boolean}, whole numbers as {@code Integer}, {@code
 * Long} or {@code BigInteger}, others as {@code BigDecimal}, and null. No class is ever named in it.
 */
final class Json {

    private static final JsonMapper MAPPER = new JsonMapper();

    private Json() {}

    /** An element, or another value. See {@link JsonReader#value}. */
    static @Nullable Object parse(byte[] text) {
        return JsonReader.value(text, JsonReader.REQUEST);
    }

    static byte[] write(@Nullable Object value) {
        return MAPPER.writeValueAsBytes(value);
    }
}
