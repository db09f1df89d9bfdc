// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.queue.DurableQueueOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of a durable queue as they stand on a command line: those that are named change, the others stay. */
final class AlteredOptions {

    private static final String NONE = "none";

    @Option(names = "--max-size", paramLabel = "ELEMENTS", description = "A number, or none for no bound.")
    @Nullable
    String maxSize;

    @Option(
            names = "--lease-timeout",
            paramLabel = "DURATION",
            description = "As PT30S for 30 seconds; none for leases that last as long as their consumer.")
    @Nullable
    String leaseTimeout;

    @Option(names = "--redelivery-delay", paramLabel = "DURATION", description = "As PT0.1S for 100 milliseconds.")
    @Nullable
    Duration redeliveryDelay;

    @Option(names = "--max-attempts", paramLabel = "COUNT", description = "Deliveries before the dead letters.")
    @Nullable
    Integer maxAttempts;

    @Option(names = "--retained-segments", paramLabel = "COUNT", description = "Consumed files kept for replay.")
    @Nullable
    Integer retainedSegments;

    @Option(names = "--sync", paramLabel = "true|false", arity = "1", description = "Whether every put is synced.")
    @Nullable
    Boolean sync;

    DurableQueueOptions applyTo(DurableQueueOptions options) {
        DurableQueueOptions altered = options;
        if (maxSize != null) {
            altered = altered.withMaxSize(maxSize.equals(NONE) ? Long.MAX_VALUE : Long.parseLong(maxSize));
        }
        if (leaseTimeout != null) {
            altered = altered.withLeaseTimeout(leaseTimeout.equals(NONE) ? null : Duration.parse(leaseTimeout));
        }
        if (redeliveryDelay != null) {
            altered = altered.withRedeliveryDelay(redeliveryDelay);
        }
        if (maxAttempts != null) {
            altered = altered.withMaxAttempts(maxAttempts);
        }
        if (retainedSegments != null) {
            altered = altered.withRetainedSegments(retainedSegments);
        }
        if (sync != null) {
            altered = altered.withSync(sync);
        }
        return altered;
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
