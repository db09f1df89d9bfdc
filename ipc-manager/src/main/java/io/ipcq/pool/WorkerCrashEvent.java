// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

@Name("io.ipcq.WorkerCrash")
@Label("Worker Crash")
@Description("A worker of a pool ended while it had a task, as the pool saw it")
@Category("ipcq")
@StackTrace(false)
final class WorkerCrashEvent extends Event {

    @Label("Pool")
    @Nullable
    String pool;

    @Label("Worker")
    @Nullable
    String worker;

    @Label("Process Id")
    long pid;

    @Label("Exit")
    @Description("How it ended")
    @Nullable
    String exit;

    @Label("Task")
    @Description("That was lost with it, or runs again")
    @Nullable
    String task;
}
