// SPDX-License-Identifier: Apache-2.0
package io.ipcq.metrics;

import io.ipcq.queue.QueueStats;
import java.util.function.ToLongFunction;

/** Asks a queue. */
record QueueBean(Watched.Queue queue) implements QueueMXBean {

    private long get(ToLongFunction<QueueStats> value) {
        return said(queue.stats(), value);
    }

    /**
     * What somebody said last; -1 if nothing. A client of JMX may not know the exceptions of a thing that is closed.
     */
    static <S> long said(Source<S> source, ToLongFunction<S> value) {
        S said = source.lately();
        return said == null ? -1 : value.applyAsLong(said);
    }

    @Override
    public boolean isOpen() {
        return queue.stats().now() != null;
    }

    @Override
    public long getSize() {
        return get(QueueStats::size);
    }

    @Override
    public long getMaxSize() {
        return get(QueueStats::maxSize);
    }

    @Override
    public long getPut() {
        return get(QueueStats::put);
    }

    @Override
    public long getTaken() {
        return get(QueueStats::taken);
    }

    @Override
    public long getLeased() {
        return get(QueueStats::leased);
    }

    @Override
    public long getUnburied() {
        return get(QueueStats::unburied);
    }

    @Override
    public long getDeadLetters() {
        Source<Long> letters = queue.letters();
        return letters == null ? 0 : said(letters, Long::longValue);
    }

    @Override
    public long getUnfinished() {
        return get(QueueStats::unfinished);
    }

    @Override
    public long getMembers() {
        return get(QueueStats::members);
    }

    @Override
    public long getStorageBytes() {
        return get(QueueStats::storageBytes);
    }

    @Override
    public boolean isShutdown() {
        return get(stats -> stats.shutdown() ? 1 : 0) == 1;
    }
}
