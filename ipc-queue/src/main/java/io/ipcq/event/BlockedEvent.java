// SPDX-License-Identifier: Apache-2.0
package io.ipcq.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** A put or a get that had to wait. */
@Category("ipcq")
abstract class BlockedEvent extends Event {

    /** As the JDK's own events about waiting have it. */
    static final String LONG = "20 ms";

    @Label("Queue")
    @Description("Directory of the queue")
    @Nullable
    String queue;

    @Name("io.ipcq.Put")
    @Label("Blocked Put")
    @Description("A put waited for room in a queue")
    @Threshold(LONG)
    static final class Put extends BlockedEvent {}

    @Name("io.ipcq.Get")
    @Label("Blocked Get")
    @Description("A get waited for an element of a queue")
    @Threshold(LONG)
    static final class Get extends BlockedEvent {}
}
