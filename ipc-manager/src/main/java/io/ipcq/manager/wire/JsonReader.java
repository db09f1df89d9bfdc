// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads JSON as the plain values that {@link Json} names, within limits. While it reads, it tells how much of the heap
 * the values take.
 *
 * <p>A message that exceeds a limit is still read to its end, because the answer has to name the call.
 */
public final class JsonReader {

    /**
     * The limits of a text.
     *
     * @param nesting how deep arrays and objects may be nested
     * @param numberChars how long a number may be
     */
    public record Limits(int nesting, int numberChars) {}

    /** For requests of a client, and for elements. */
    public static final Limits REQUEST = new Limits(200, 1_000);

    /**
     * For answers to a client. They may hold any value of a request, inside of more arrays, and with an exponent that
     * the request did not have.
     */
    public static final Limits ANSWER = new Limits(REQUEST.nesting + 8, REQUEST.numberChars + 100);

    /** Is told now and then how much of the heap the values take that were read so far. */
    public interface Meter {
        /**
         * Gets the total since the beginning.
         *
         * @throws RpcException if that is too much
         */
        void read(long heapBytes);
    }

    /**
     * Counts nothing, to save time: finding out whether a text has characters of two bytes takes as long as reading it.
     */
    public static final Meter UNMETERED = any -> {};

    /**
     * What was read of an object.
     *
     * @param members those that are within the limits
     * @param heapBytes how much of the heap they take
     * @param refusal what is wrong with it; null if nothing is
     */
    public record Message(
            Map<String, @Nullable Object> members,
            long heapBytes,
            @Nullable RpcException refusal) {}

    private static final long METERED_BYTES = 64 << 10;

    /** The reader gives up at this depth. Then nobody can tell which call the message was. */
    private static final int MAX_SKIPPED_NESTING = 1_000;

    private static final int MAX_STRING_CHARS = 1 << 30;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_SKIPPED_NESTING)
                    .maxNumberLength(MAX_STRING_CHARS)
                    .maxStringLength(MAX_STRING_CHARS)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private final JsonParser parser;
    private final Limits limits;
    private final Meter meter;
    private long heapBytes;
    private long metered;

    private JsonReader(JsonParser parser, Limits limits, Meter meter) {
        this.parser = parser;
        this.limits = limits;
        this.meter = meter;
    }

    /** Reads an object. Does not fail: the message says what is wrong. */
    public static Message message(byte[] text, Limits limits, Meter meter) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            JsonReader reader = new JsonReader(parser, limits, meter);
            RpcException refusal = reader.readInto(members);
            if (parser.nextToken() == null) {
                return new Message(members, reader.heapBytes, refusal);
            }
        } catch (JacksonException e) {
            // as below
        }
        return new Message(members, 0, noJson(text, limits));
    }

    /**
     * A value of any kind.
     *
     * @throws RpcException with {@link Protocol#PARSE_ERROR}; its message holds nothing of the text
     */
    public static @Nullable Object value(byte[] text, Limits limits, Meter meter) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            parser.nextToken();
            Object value = new JsonReader(parser, limits, meter).value(0);
            if (parser.nextToken() == null) {
                return value;
            }
        } catch (JacksonException e) {
            // as below
        }
        throw noJson(text, limits);
    }

    private static RpcException noJson(byte[] text, Limits limits) {
        return new RpcException(
                Protocol.PARSE_ERROR,
                "this is no JSON within the limits: bytes=" + text.length + ", maxNesting=" + limits.nesting);
    }

    private @Nullable RpcException readInto(Map<String, @Nullable Object> members) {
        RpcException refusal = null;
        if (parser.nextToken() == JsonToken.START_OBJECT) {
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                try {
                    members.put(name, value(1));
                } catch (RpcException e) {
                    refusal = e;
                    skipToDepth(1);
                }
            }
            return refusal;
        }
        skipToDepth(0);
        return new RpcException(Protocol.INVALID_REQUEST, "a message has to be an object");
    }

    private void skipToDepth(int depth) {
        while (parser.streamReadContext().getNestingDepth() > depth) {
            parser.nextToken();
        }
    }

    /** Reads the value that begins with the current token, at a depth of nesting. */
    private @Nullable Object value(int depth) {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw refusal("it ends too early");
        }
        return switch (token) {
            case START_OBJECT -> object(deeper(depth));
            case START_ARRAY -> array(deeper(depth));
            case VALUE_STRING -> {
                String text = parser.getString();
                count(text);
                yield text;
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(token);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    private int deeper(int depth) {
        if (depth >= limits.nesting) {
            throw refusal("it is nested too deep: maxNesting=" + limits.nesting);
        }
        return depth + 1;
    }

    private Map<String, @Nullable Object> object(int depth) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        count(HeapSize.MAP);
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            count(HeapSize.ENTRY);
            count(name);
            parser.nextToken();
            object.put(name, value(depth));
        }
        count(HeapSize.unusable(HeapSize.PLACE * object.size()));
        return object;
    }

    private List<@Nullable Object> array(int depth) {
        List<@Nullable Object> array = new ArrayList<>();
        count(HeapSize.LIST);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            count(HeapSize.ITEM);
            array.add(value(depth));
        }
        count(HeapSize.unusable(HeapSize.ITEM * array.size()));
        return array;
    }

    private Number number(JsonToken token) {
        if (parser.getStringLength() > limits.numberChars) {
            throw refusal("a number is too long: maxDigits=" + limits.numberChars);
        }
        try {
            Number number = token == JsonToken.VALUE_NUMBER_INT ? parser.getNumberValue() : decimal();
            count(HeapSize.of(number));
            return number;
        } catch (JacksonException | ArithmeticException | NumberFormatException e) {
            throw refusal("a number is out of range");
        }
    }

    /** The number as it is written. {@code BigDecimal} has no negative zero, so that is a {@code Double}. */
    private Number decimal() {
        BigDecimal decimal = parser.getDecimalValue();
        return decimal.signum() == 0 && parser.getString().startsWith("-") ? (Number) (-0.0) : decimal;
    }

    private void count(String text) {
        if (!meter.equals(UNMETERED)) {
            count(HeapSize.of(text));
        }
    }

    private void count(long bytes) {
        heapBytes += bytes;
        if (heapBytes - metered >= METERED_BYTES) {
            metered = heapBytes;
            meter.read(heapBytes);
        }
    }

    private static RpcException refusal(String what) {
        return new RpcException(Protocol.PARSE_ERROR, "this is no JSON within the limits: " + what);
    }
}
