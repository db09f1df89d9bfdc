// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.queue.DurableQueueOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/** Options of a durable queue as they stand on a command line: those that are named change, the others stay. */
final class AlteredOptions {

    private static final String NONE = "none";

    /** The greatest size, or none. */
    static final class Bound implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            return text.equals(NONE) ? Long.valueOf(Long.MAX_VALUE) : new Count().convert(text);
        }
    }

    /** How long a lease lasts; null if it lasts as long as its consumer. */
    record Lease(@Nullable Duration time) {}

    /** The time of a lease, or none. */
    static final class LeaseTime implements ITypeConverter<Lease> {
        @Override
        public Lease convert(String text) {
            return new Lease(text.equals(NONE) ? null : new Seconds().convert(text));
        }
    }

    @Option(
            names = "--max-size",
            paramLabel = "COUNT",
            converter = Bound.class,
            description = "A number of elements, or none for no bound.")
    @Nullable
    Long maxSize;

    @Option(
            names = "--lease-timeout",
            paramLabel = "SECONDS",
            converter = LeaseTime.class,
            description = "How long a lease lasts; none for leases that last as long as their consumer.")
    @Nullable
    Lease lease;

    @Option(
            names = "--redelivery-delay",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "How long what is given back waits before its second delivery.")
    @Nullable
    Duration redeliveryDelay;

    @Option(
            names = "--max-attempts",
            paramLabel = "COUNT",
            converter = Count.class,
            description = "Deliveries before the dead letters.")
    @Nullable
    Long maxAttempts;

    @Option(
            names = "--retained-segments",
            paramLabel = "COUNT",
            converter = Count.class,
            description = "Consumed files kept for replay.")
    @Nullable
    Long retainedSegments;

    @Option(names = "--sync", paramLabel = "true|false", arity = "1", description = "Whether every put is synced.")
    @Nullable
    Boolean sync;

    DurableQueueOptions applyTo(DurableQueueOptions options) {
        DurableQueueOptions altered = options;
        if (maxSize != null) {
            altered = altered.withMaxSize(maxSize);
        }
        if (lease != null) {
            altered = altered.withLeaseTimeout(lease.time);
        }
        if (redeliveryDelay != null) {
            altered = altered.withRedeliveryDelay(redeliveryDelay);
        }
        if (maxAttempts != null) {
            altered = altered.withMaxAttempts(asInt(maxAttempts));
        }
        if (retainedSegments != null) {
            altered = altered.withRetainedSegments(asInt(retainedSegments));
        }
        if (sync != null) {
            altered = altered.withSync(sync);
        }
        return altered;
    }

    private static int asInt(long count) {
        return (int) Math.min(count, Integer.MAX_VALUE);
    }

    static String text(DurableQueueOptions options) {
        Duration lease = options.leaseTimeout();
        String size = options.maxSize() == Long.MAX_VALUE ? NONE : Long.toString(options.maxSize());
        return String.join(
                System.lineSeparator(),
                "max-size           " + size,
                "lease-timeout      " + (lease == null ? NONE : lease),
                "redelivery-delay   " + options.redeliveryDelay(),
                "max-attempts       " + options.maxAttempts(),
                "retained-segments  " + options.retainedSegments(),
                "sync               " + options.sync());
    }
}
