// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

@Name("io.ipcq.Task")
@Label("Task")
@Description("A task of a pool, in the worker that ran it, from its beginning to its end")
@Category("ipcq")
@StackTrace(false)
final class TaskEvent extends Event {

    @Label("Worker")
    @Nullable
    String worker;

    @Label("Task Number")
    @Description("In its pool")
    long number;

    @Label("Function")
    @Description("Class that the function is in")
    @Nullable
    String function;
}
