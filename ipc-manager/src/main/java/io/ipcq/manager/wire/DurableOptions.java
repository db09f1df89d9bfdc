// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import io.ipcq.queue.DurableQueueOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The options of a durable queue on the wire, by name. Times are whole milliseconds. No lease timeout is 0. */
public final class DurableOptions {

    private DurableOptions() {}

    public static Map<String, @Nullable Object> toWire(DurableQueueOptions options) {
        Map<String, @Nullable Object> wire = new LinkedHashMap<>();
        Duration lease = options.leaseTimeout();
        wire.put("maxSize", options.maxSize());
        wire.put("segmentBytes", options.segmentBytes());
        wire.put("maxElementBytes", options.maxElementBytes());
        wire.put("leaseTimeout", lease == null ? 0 : WireTime.wholeMillis(lease));
        wire.put("redeliveryDelay", WireTime.wholeMillis(options.redeliveryDelay()));
        wire.put("maxAttempts", options.maxAttempts());
        wire.put("maxLeases", options.maxLeases());
        wire.put("retainedSegments", options.retainedSegments());
        wire.put("sync", options.sync());
        return wire;
    }

    public static DurableQueueOptions fromWire(Map<?, ?> wire) {
        return new DurableQueueOptions(
                Json.number(wire, "maxSize"),
                Json.number(wire, "segmentBytes"),
                (int) Json.number(wire, "maxElementBytes"),
                leaseTimeout(Json.number(wire, "leaseTimeout")),
                Duration.ofMillis(Json.number(wire, "redeliveryDelay")),
                (int) Json.number(wire, "maxAttempts"),
                (int) Json.number(wire, "maxLeases"),
                (int) Json.number(wire, "retainedSegments"),
                Boolean.TRUE.equals(wire.get("sync")));
    }

    private static @Nullable Duration leaseTimeout(long millis) {
        return millis == 0 ? null : Duration.ofMillis(millis);
    }

    /** The options that differ. Only these are sent, so that a client does not undo what another one alters. */
    public static Map<String, @Nullable Object> difference(DurableQueueOptions from, DurableQueueOptions to) {
        Map<String, @Nullable Object> before = toWire(from);
        Map<String, @Nullable Object> changes = toWire(to);
        changes.entrySet().removeIf(change -> Objects.equals(change.getValue(), before.get(change.getKey())));
        return changes;
    }

    /** The options with the changes of a client. */
    public static DurableQueueOptions altered(DurableQueueOptions options, Map<String, @Nullable Object> changes) {
        DurableQueueOptions altered = options;
        for (Map.Entry<String, @Nullable Object> change : changes.entrySet()) {
            altered = altered(altered, change.getKey(), change.getValue());
        }
        return altered;
    }

    private static DurableQueueOptions altered(DurableQueueOptions options, String name, @Nullable Object value) {
        return switch (name) {
            case "maxSize" -> options.withMaxSize(number(name, value, Long.MAX_VALUE));
            case "leaseTimeout" -> options.withLeaseTimeout(leaseTimeout(number(name, value, Long.MAX_VALUE)));
            case "redeliveryDelay" ->
                options.withRedeliveryDelay(Duration.ofMillis(number(name, value, Long.MAX_VALUE)));
            case "maxAttempts" -> options.withMaxAttempts((int) number(name, value, Integer.MAX_VALUE));
            case "retainedSegments" -> options.withRetainedSegments((int) number(name, value, Integer.MAX_VALUE));
            case "sync" -> options.withSync(flag(name, value));
            default ->
                throw new RpcException(
                        Protocol.INVALID_PARAMS, "there is no such option to alter: option=" + Words.shown(name));
        };
    }

    private static long number(String name, @Nullable Object value, long max) {
        if (value instanceof Integer || value instanceof Long) {
            long number = ((Number) value).longValue();
            if (number >= 0 && number <= max) {
                return number;
            }
        }
        throw new RpcException(Protocol.INVALID_PARAMS, name + " has to be a whole number from 0 to " + max);
    }

    private static boolean flag(String name, @Nullable Object value) {
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw new RpcException(Protocol.INVALID_PARAMS, name + " has to be true or false");
    }
}
