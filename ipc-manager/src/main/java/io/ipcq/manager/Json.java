// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON as plain values: {@code Map}, {@code List}, {@code String}, {@code Boolean}, whole numbers as {@code Integer}, {@code
 * Long} or {@code BigInteger}, others as {@code BigDecimal}, and null. No class is ever named in it.
 */
final class Json {

    static final int MAX_NESTING = 200;
    private static final int MAX_NUMBER_CHARS = 10_000;
    private static final int MAX_STRING_CHARS = 1 << 30;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_NESTING)
                            .maxNumberLength(MAX_NUMBER_CHARS)
                            .maxStringLength(MAX_STRING_CHARS)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Made once: to find out how to read a value costs as much as to read it. */
    private static final ObjectReader READER = MAPPER.readerFor(Object.class);

    private Json() {}

    /** @throws RpcException with {@link Protocol#PARSE_ERROR}; its message holds nothing of the text */
    static @Nullable Object parse(byte[] text) {
        try {
            return READER.readValue(text);
        } catch (JacksonException | StackOverflowError e) {
            throw new RpcException(
                    Protocol.PARSE_ERROR,
                    "this is no JSON within the limits: bytes=" + text.length + ", maxNesting=" + MAX_NESTING);
        }
    }

    static byte[] write(@Nullable Object value) {
        return MAPPER.writeValueAsBytes(value);
    }
}
