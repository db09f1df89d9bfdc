// SPDX-License-Identifier: Apache-2.0
package io.ipcq.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

@Name("io.ipcq.SegmentRoll")
@Label("Segment Roll")
@Description("A file of a durable queue's journal is full, and the next one begins")
@Category("ipcq")
@StackTrace(false)
final class SegmentRollEvent extends Event {

    @Label("Queue")
    @Description("Directory of the queue's journal")
    @Nullable
    String queue;

    @Label("Segment")
    @Description("Number of the file that begins")
    int segment;
}
