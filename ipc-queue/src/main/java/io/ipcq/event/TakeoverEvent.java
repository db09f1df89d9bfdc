// SPDX-License-Identifier: Apache-2.0
package io.ipcq.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

@Name("io.ipcq.Takeover")
@Label("Mutex Takeover")
@Description("A mutex of a queue was taken over from a process that died in it, and what that left was repaired")
@Category("ipcq")
final class TakeoverEvent extends Event {

    @Label("Queue")
    @Description("Directory of the queue")
    @Nullable
    String queue;

    @Label("Dead Member")
    @Description("Number of the handle whose process died")
    int member;
}
