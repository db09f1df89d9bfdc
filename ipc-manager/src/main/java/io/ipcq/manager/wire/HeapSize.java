// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Estimates how many bytes of the heap JSON values take. The estimate is rather too large than too small. It assumes
 * references of four bytes, and the layout of G1, which is the default collector.
 */
public final class HeapSize {

    private static final long SMALLEST_REGION = 1 << 20;
    private static final long LARGEST_REGION = 32 << 20;
    private static final long REGIONS = 2_048;

    private static final long REGION = region(Runtime.getRuntime().maxMemory());

    private static final long OBJECT = 24;
    private static final long ARRAY = 16;
    private static final long REFERENCE = 4;

    /** An empty list with its initial capacity. */
    public static final long LIST = OBJECT + ARRAY + 10 * REFERENCE;

    /** An item's place in a list. A list grows by half. */
    public static final long ITEM = REFERENCE + REFERENCE / 2;

    /** An empty map with its table. */
    public static final long MAP = 56 + ARRAY + 16 * REFERENCE;

    /** An entry's place in the table. The table grows by doubling. */
    public static final long PLACE = 3 * REFERENCE;

    /** An entry with its place in the table. */
    public static final long ENTRY = 40 + PLACE;

    private HeapSize() {}

    /** The size of G1's regions in a heap. */
    public static long region(long heapBytes) {
        long part = Math.max(1, heapBytes / REGIONS);
        long whole = Long.highestOneBit(part) == part ? part : Long.highestOneBit(part) << 1;
        return Math.max(SMALLEST_REGION, Math.min(LARGEST_REGION, whole));
    }

    /**
     * An array with so many bytes of content. From half a region on an array has regions of its own, which nothing else
     * can use.
     */
    public static long array(long bytes) {
        return array(bytes, REGION);
    }

    public static long array(long bytes, long region) {
        long size = ARRAY + bytes;
        return size < region / 2 ? size : (size + region - 1) / region * region;
    }

    /** The part of such an array's regions that nothing can use. */
    public static long unusable(long bytes) {
        return array(bytes) - ARRAY - bytes;
    }

    public static long of(@Nullable Object value) {
        if (value instanceof String text) {
            return of(text);
        }
        if (value instanceof Number number) {
            return of(number);
        }
        long size = 0;
        if (value instanceof List<?> list) {
            size = LIST + unusable(ITEM * list.size());
            for (Object item : list) {
                size += ITEM + of(item);
            }
        } else if (value instanceof Map<?, ?> map) {
            size = MAP + unusable(PLACE * map.size());
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                size += ENTRY + of(entry.getKey()) + of(entry.getValue());
            }
        }
        return size;
    }

    public static long of(String text) {
        return OBJECT + array(isLatin(text) ? text.length() : 2L * text.length());
    }

    /** Whether the string takes one byte for each character. */
    private static boolean isLatin(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0xff) {
                return false;
            }
        }
        return true;
    }

    public static long of(Number number) {
        if (number instanceof BigInteger big) {
            return 2 * OBJECT + ARRAY + big.bitLength() / 8;
        }
        if (number instanceof BigDecimal decimal) {
            return 4 * OBJECT + ARRAY + decimal.unscaledValue().bitLength() / 8;
        }
        return OBJECT;
    }
}
