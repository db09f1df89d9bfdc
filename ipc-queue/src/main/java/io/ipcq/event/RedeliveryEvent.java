// SPDX-License-Identifier: Apache-2.0
package io.ipcq.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

@Name("io.ipcq.Redelivery")
@Label("Redelivery")
@Description("An element of a durable queue was delivered again")
@Category("ipcq")
@StackTrace(false)
final class RedeliveryEvent extends Event {

    @Label("Queue")
    @Description("Directory of the queue")
    @Nullable
    String queue;

    @Label("Element Number")
    @Description("In the order of commitment")
    long number;

    @Label("Attempts")
    @Description("How often it was delivered, this time included")
    int attempts;
}
