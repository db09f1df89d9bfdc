// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.queue.DurableQueueOption;
import io.ipcq.queue.DurableQueueOptions;
import io.ipcq.queue.DurableQueueRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The options that a queue on Kafka can have, and how they are written down: {@code name=value}, a line each, times in
 * nanoseconds.
 *
 * @param maxElementBytes the largest element
 * @param maxAttempts deliveries after which the broker gives an element up
 * @param redeliveryDelay of the first {@code nack}
 * @param leaseTimeout how long a lease lasts that nobody renews; null for as long as its process lives
 */
record KafkaOptions(
        int maxElementBytes,
        int maxAttempts,
        Duration redeliveryDelay,
        @Nullable Duration leaseTimeout) {

    /** Those that can be chosen. */
    static final Set<DurableQueueOption> KNOWN = Set.of(
            DurableQueueOption.MAX_ELEMENT_BYTES,
            DurableQueueOption.MAX_ATTEMPTS,
            DurableQueueOption.REDELIVERY_DELAY,
            DurableQueueOption.LEASE_TIMEOUT);

    /** What a broker takes unless it is told otherwise is 1 MiB, with all that is around an element. */
    private static final int DEFAULT_MAX_ELEMENT_BYTES = 1_000_000;

    /** What a broker lets {@code share.delivery.count.limit} be. */
    private static final int FEWEST_ATTEMPTS = 2;

    private static final int MOST_ATTEMPTS = 10;

    /** Consumers that a share group may have, unless the broker is told otherwise. */
    private static final int MAX_LEASES = 200;

    /** Of the files of a topic, unless the brokers are told otherwise. */
    private static final long SEGMENT_BYTES = 1L << 30;

    /** @throws IllegalArgumentException if an option is out of the range that a broker allows */
    KafkaOptions {
        if (maxAttempts < FEWEST_ATTEMPTS || maxAttempts > MOST_ATTEMPTS) {
            throw new IllegalArgumentException("on Kafka maxAttempts must be from " + FEWEST_ATTEMPTS + " to "
                    + MOST_ATTEMPTS + ": maxAttempts=" + maxAttempts);
        }
    }

    static KafkaOptions of(DurableQueueRequest<?> request) {
        DurableQueueOptions asked = request.options();
        return new KafkaOptions(
                request.chosen().contains(DurableQueueOption.MAX_ELEMENT_BYTES)
                        ? asked.maxElementBytes()
                        : DEFAULT_MAX_ELEMENT_BYTES,
                asked.maxAttempts(),
                asked.redeliveryDelay(),
                asked.leaseTimeout());
    }

    /** As all engines tell them. What Kafka has none of is what it is where nobody has chosen it. */
    DurableQueueOptions asQueueOptions() {
        return new DurableQueueOptions(
                Long.MAX_VALUE,
                SEGMENT_BYTES,
                maxElementBytes,
                leaseTimeout,
                redeliveryDelay,
                maxAttempts,
                MAX_LEASES,
                0,
                false);
    }

    /** What {@code after} asks for. Refuses what cannot be altered, or cannot be had. */
    KafkaOptions altered(DurableQueueOptions before, DurableQueueOptions after) {
        DurableQueueOptions possible = before.withLeaseTimeout(after.leaseTimeout())
                .withMaxAttempts(after.maxAttempts())
                .withRedeliveryDelay(after.redeliveryDelay());
        if (!possible.equals(after)) {
            throw new IllegalArgumentException(
                    "on Kafka only leaseTimeout, maxAttempts and redeliveryDelay can be altered: stored=" + before
                            + ", asked=" + after);
        }
        return new KafkaOptions(maxElementBytes, after.maxAttempts(), after.redeliveryDelay(), after.leaseTimeout());
    }

    byte[] toBytes() {
        return ("maxElementBytes=" + maxElementBytes + "\nmaxAttempts=" + maxAttempts + "\nredeliveryDelay="
                        + redeliveryDelay.toNanos() + "\nleaseTimeout="
                        + (leaseTimeout == null ? 0 : leaseTimeout.toNanos()) + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** @throws IllegalArgumentException if it is nothing that {@link #toBytes} wrote */
    static KafkaOptions fromBytes(byte[] bytes) {
        Map<String, Long> values = new LinkedHashMap<>();
        new String(bytes, StandardCharsets.UTF_8).lines().forEach(line -> {
            int equals = line.indexOf('=');
            values.put(line.substring(0, Math.max(0, equals)), Long.valueOf(line.substring(equals + 1)));
        });
        long lease = value(values, "leaseTimeout");
        return new KafkaOptions(
                Math.toIntExact(value(values, "maxElementBytes")),
                Math.toIntExact(value(values, "maxAttempts")),
                Duration.ofNanos(value(values, "redeliveryDelay")),
                lease == 0 ? null : Duration.ofNanos(lease));
    }

    private static long value(Map<String, Long> values, String name) {
        Long value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the options lack one: missing=" + name);
        }
        return value;
    }

    /**
     * How long an element waits that was delivered so often: twice as long each time, up to an hour unless the first
     * wait is longer.
     */
    Duration delayAfter(int attempts) {
        Duration longest = Duration.ofHours(1).compareTo(redeliveryDelay) > 0 ? Duration.ofHours(1) : redeliveryDelay;
        Duration delay = redeliveryDelay;
        for (int attempt = 1; attempt < attempts && delay.compareTo(longest) < 0; attempt++) {
            delay = delay.multipliedBy(2);
        }
        return Objects.requireNonNull(delay.compareTo(longest) < 0 ? delay : longest);
    }
}
