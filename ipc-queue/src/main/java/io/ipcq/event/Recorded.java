// SPDX-License-Identifier: Apache-2.0
package io.ipcq.event;

import java.nio.file.Path;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/** Makes the events. Apart, as {@code jdk.jfr} may be missing. */
final class Recorded {

    private Recorded() {}

    static boolean isBegun() {
        return FlightRecorder.isInitialized();
    }

    static @Nullable Span put(Path queue) {
        return begin(new BlockedEvent.Put(), queue);
    }

    static @Nullable Span get(Path queue) {
        return begin(new BlockedEvent.Get(), queue);
    }

    private static @Nullable Span begin(BlockedEvent event, Path queue) {
        if (!event.isEnabled()) {
            return null;
        }
        event.begin();
        return () -> end(event, queue);
    }

    private static void end(BlockedEvent event, Path queue) {
        try {
            event.end();
            if (event.shouldCommit()) {
                event.queue = queue.toString();
                event.commit();
            }
        } catch (Throwable notRecorded) {
            // who waited has other things to do
        }
    }

    static void takeover(Path queue, int member) {
        TakeoverEvent event = new TakeoverEvent();
        if (event.shouldCommit()) {
            event.queue = queue.toString();
            event.member = member;
            event.commit();
        }
    }

    static void redelivery(Path queue, long number, int attempts) {
        RedeliveryEvent event = new RedeliveryEvent();
        if (event.shouldCommit()) {
            event.queue = queue.toString();
            event.number = number;
            event.attempts = attempts;
            event.commit();
        }
    }

    static void segmentRoll(Path queue, int segment) {
        SegmentRollEvent event = new SegmentRollEvent();
        if (event.shouldCommit()) {
            event.queue = queue.toString();
            event.segment = segment;
            event.commit();
        }
    }
}
