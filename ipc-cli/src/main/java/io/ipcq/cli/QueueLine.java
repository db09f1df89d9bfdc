// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.codec.Codec;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueStats;
import io.ipcq.queue.SharedQueue;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A queue as the command line shows it.
 *
 * @param directory where it lives
 * @param kind {@code ring} or {@code journal}
 * @param codec its codec's id
 * @param stats what it is doing; the command itself is one of the members
 */
record QueueLine(String directory, String kind, String codec, QueueStats stats) {

    private static final String LINE = "%-8s %12s %8s %14s %-9s %-12s %s";

    static QueueLine of(SharedQueue<?> queue) {
        String kind = queue instanceof DurableQueue ? "journal" : "ring";
        return new QueueLine(queue.directory().toString(), kind, queue.codecId(), queue.stats());
    }

    static String heading() {
        return String.format(LINE, "kind", "size", "members", "storageBytes", "state", "codec", "directory");
    }

    String text() {
        return String.format(LINE, kind, stats.size(), others(), stats.storageBytes(), state(), codec, directory);
    }

    String json() {
        return new String(Codec.json(QueueLine.class).encode(this), StandardCharsets.UTF_8);
    }

    String page() {
        return String.format(
                Locale.ROOT,
                "directory     %s%nkind          %s%ncodec         %s%nstate         %s%nsize          %d%nmaxSize       %s%n"
                        + "put           %d%ntaken         %d%nleased        %d%nunburied      %d%nunfinished    %d%n"
                        + "members       %d%n"
                        + "storageBytes  %d",
                directory,
                kind,
                codec,
                state(),
                stats.size(),
                stats.maxSize() == Long.MAX_VALUE ? "unbounded" : Long.toString(stats.maxSize()),
                stats.put(),
                stats.taken(),
                stats.leased(),
                stats.unburied(),
                stats.unfinished(),
                others(),
                stats.storageBytes());
    }

    private String state() {
        return stats.shutdown() ? "shut down" : "open";
    }

    /** Without the handle that looks. */
    private int others() {
        return stats.members() - 1;
    }
}
